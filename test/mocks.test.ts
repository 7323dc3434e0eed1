import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { EnAuthorization, type EnAuthorizationArgs } from "../src";
import { ACCOUNT, bucketArgs, COS, crn, EN, KMS, OTHER_ACCOUNT } from "./support/inputs";

const KEY = crn("kms", KMS, ACCOUNT, "key:k-1");
const NO_ACCOUNT = "0".repeat(32);
const ID = "3fa8d1f0-0000-4000-8000-000000000001";

async function resolved<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => output.apply(resolve));
}

/** Sets mocks whose `newResource` returns the inputs and `more` as the state. */
async function setMocks(more: object = {}, preview = false): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ inputs }) => ({ id: ID, state: { ...(inputs as object), ...more } }),
      call: () => ({}),
    },
    "project",
    "stack",
    preview,
  );
}

type Outputs = Record<"source" | "target" | "roles" | "state" | "href", unknown>;

async function outputsOf(args: EnAuthorizationArgs, more: object = {}): Promise<Outputs> {
  await setMocks(more);
  const { source, target, roles, state, href } = new EnAuthorization("one", args);
  return resolved(pulumi.output({ source, target, roles, state, href }));
}

describe("the outputs under Pulumi's mocks", () => {
  const toKey = { source: { serviceInstance: EN }, target: { crn: KEY } };
  const fromSecrets = {
    source: { serviceName: "secrets-manager", serviceInstance: "*" },
    target: { serviceName: "event-notifications", serviceInstance: EN },
  };

  it("have properties instead of a CRN, the source's service, and the account of the CRN on both sides", async () => {
    const { source, target } = await outputsOf(toKey);
    expect(source).to.deep.equal({
      accountId: ACCOUNT,
      serviceName: "event-notifications",
      serviceInstance: EN,
    });
    expect(target).to.deep.equal({
      accountId: ACCOUNT,
      serviceName: "kms",
      serviceInstance: KMS,
      resourceType: "key",
      resource: "k-1",
    });
  });

  const ACCOUNTS: [
    how: string,
    source: EnAuthorizationArgs["source"],
    target: EnAuthorizationArgs["target"],
    accounts: [source: string, target: string],
  ][] = [
    ["of the target's accountId", toKey.source, { ...target(), accountId: ACCOUNT }, [ACCOUNT, ACCOUNT]],
    [
      "of the source's CRN",
      { serviceInstance: crn("event-notifications", EN) },
      target(),
      [ACCOUNT, ACCOUNT],
    ],
    [
      "of each side",
      { serviceInstance: EN, accountId: OTHER_ACCOUNT },
      { crn: KEY },
      [OTHER_ACCOUNT, ACCOUNT],
    ],
    ["of zeros if no side names one", toKey.source, target(), [NO_ACCOUNT, NO_ACCOUNT]],
    [
      "of zeros for the target if only the source names one",
      { serviceInstance: EN, accountId: OTHER_ACCOUNT },
      target(),
      [OTHER_ACCOUNT, NO_ACCOUNT],
    ],
  ];
  for (const [how, source, target, [ofSource, ofTarget]] of ACCOUNTS) {
    it(`have the account ${how}`, async () => {
      const outputs = await outputsOf({ source, target });
      expect(outputs.source).to.include({ accountId: ofSource });
      expect(outputs.target).to.include({ accountId: ofTarget });
    });
  }

  it("have the documented roles if the program sets none", async () => {
    expect((await outputsOf(toKey)).roles).to.deep.equal(["Reader"]);
    expect((await outputsOf(fromSecrets)).roles).to.deep.equal(["Event Source Manager"]);
    const { roles, ...rest } = bucketArgs();
    expect((await outputsOf(rest)).roles).to.have.members(roles);
  });

  it("have no roles if IBM documents none, or if the authorization is adopted", async () => {
    const fromLogs = { ...fromSecrets, source: { serviceName: "logs", serviceInstance: "*" } };
    expect((await outputsOf(fromLogs)).roles).to.equal(undefined);
    expect((await outputsOf({ ...toKey, adopt: true })).roles).to.equal(undefined);
    expect((await outputsOf({ ...toKey, adopt: false })).roles).to.deep.equal(["Reader"]);
  });

  it("have the program's roles in IAM's spelling", async () => {
    const { roles } = await outputsOf({ ...toKey, roles: ["manager", "READER"] });
    expect(roles).to.have.members(["Manager", "Reader"]);
  });

  it("keep the values that newResource returns", async () => {
    const held = {
      source: { serviceName: "event-notifications", serviceInstance: EN, accountId: OTHER_ACCOUNT },
      target: { serviceName: "kms", serviceInstance: "*", accountId: OTHER_ACCOUNT },
      roles: ["Manager"],
      state: "deleted",
      href: "https://iam.example/v2/policies/1",
    };
    expect(await outputsOf(toKey, held)).to.deep.equal(held);
    expect((await outputsOf({ ...toKey, adopt: ID }, { roles: ["Writer"] })).roles).to.deep.equal(["Writer"]);
  });

  it("are active, with a URL in IAM", async () => {
    expect(await outputsOf(toKey)).to.include({
      state: "active",
      href: `https://iam.cloud.ibm.com/v2/policies/${ID}`,
    });
  });

  const REFUSED: [why: string, args: object][] = [
    ["no breadth", { source: { serviceInstance: EN }, target: { serviceName: "kms" } }],
    ["an instance that is undefined", { ...toKey, source: { serviceInstance: undefined } }],
    ["a CRN that is not one", { ...toKey, target: { crn: "crn:v1:kms" } }],
    ["a CRN that is undefined", { ...toKey, target: { crn: undefined } }],
    ["an unknown property", { ...toKey, target: { ...target(), servceName: "kms" } }],
    ["no side", {}],
    [
      "a source in an account other than the target",
      { ...toKey, source: { serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT) } },
    ],
  ];
  for (const [why, args] of REFUSED) {
    it(`are as written for ${why}, which the provider refuses`, async () => {
      const { source, target, roles } = await outputsOf(args as EnAuthorizationArgs);
      const written = JSON.parse(JSON.stringify(args)) as Partial<Outputs>;
      expect({ source, target, roles }).to.deep.equal({
        source: written.source,
        target: written.target,
        roles: undefined,
      });
    });
  }

  it("stay secret", async () => {
    await setMocks();
    const { target } = new EnAuthorization("one", { ...toKey, target: { crn: pulumi.secret(KEY) } });
    expect(await resolved(target)).to.include({ serviceInstance: KMS });
    expect(await pulumi.isSecret(target)).to.equal(true);
  });

  it("of a preview have both sides, and no roles if newResource returns none", async () => {
    await setMocks({}, true);
    const { target, roles } = new EnAuthorization("one", toKey);
    expect(await resolved(target)).to.include({ serviceInstance: KMS, accountId: ACCOUNT });
    expect(await known(roles)).to.equal(false);
  });

  it("of EnAuthorization.get are those that newResource returns, completed", async () => {
    await setMocks({ ...toKey, roles: ["Reader"] });
    const read = EnAuthorization.get("one", ID);
    expect(await resolved(read.target)).to.include({ serviceInstance: KMS, accountId: ACCOUNT });
    expect(await resolved(read.roles)).to.deep.equal(["Reader"]);
    await setMocks();
    expect(await resolved(EnAuthorization.get("two", ID).source)).to.equal(undefined);
  });
});

/** Returns a target without an account. */
function target(): { serviceName: string; serviceInstance: string } {
  return { serviceName: "cloud-object-storage", serviceInstance: COS };
}

/** Returns true if an output's value is known. */
async function known(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}
