import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Seed } from "../../src/emulator";
import { declares, startStack, succeeded, type Stack } from "../support/engine";
import { bucketInputs, GROUP, guidOf, KMS } from "../support/inputs";
import { closing } from "../support/opened";

const bucket = (resource: string, more: object = {}) => ({
  ...bucketInputs(),
  target: { ...bucketInputs().target, resource },
  ...more,
});

const TARGETS: Record<string, { roles: string[]; resourceType?: string }> = {
  "cloud-object-storage": { roles: ["Reader", "Object Writer"], resourceType: "bucket" },
  kms: { roles: ["Reader"], resourceType: "key" },
  codeengine: { roles: ["Viewer", "Writer"] },
};
const SOURCES = ["secrets-manager", "logs", "sysdig-monitor", "apprapp"];

/** A policy with a tag, an attribute of the service's own and an operator. */
const tagged = (accountId: string): Seed => ({
  subject: {
    attributes: [
      { key: "accountId", operator: "stringEquals", value: accountId },
      { key: "serviceName", operator: "stringEquals", value: "event-notifications" },
      { key: "serviceInstance", operator: "stringExists", value: true },
    ],
  },
  resource: {
    attributes: [
      { key: "accountId", operator: "stringEquals", value: accountId },
      { key: "serviceName", operator: "stringEquals", value: "kms" },
      { key: "serviceInstance", operator: "stringEquals", value: KMS },
      { key: "keyRing", operator: "stringMatch", value: "prod-*" },
    ],
    tags: [{ key: "env", operator: "stringEquals", value: "prod" }],
  },
  control: { grant: { roles: [{ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Reader" }] } },
});

/** Returns authorizations as a seed file and as a program declare them: by id and by scope, with and without roles. */
function mixedAuthorizations() {
  const held = [...Array(29).keys()].map((at) => {
    const [service, { roles, resourceType }] = Object.entries(TARGETS)[at % 3] ?? ["", { roles: [] }];
    const scope =
      at % 4 === 0 ? { resourceGroupId: GROUP } : { serviceInstance: at % 4 === 1 ? "*" : guidOf(at) };
    const description = at % 5 === 0 ? {} : { description: `Authorization ${at}` };
    const id = `3fa80000-0000-4000-8000-${String(at).padStart(12, "0")}`;
    if (at < 20) {
      const narrow = resourceType && at % 4 > 1 ? { resourceType, resource: `one-${at}` } : {};
      const target = { serviceName: service, ...scope, ...narrow };
      return { id, source: { serviceInstance: guidOf(100 + at) }, target, roles, ...description };
    }
    const source = { serviceName: SOURCES[at % 4] ?? "", ...scope };
    const target = { serviceName: "event-notifications", serviceInstance: guidOf(200 + at) };
    return { id, source, target, roles: ["Event Source Manager"], ...description };
  });
  const declared: Record<string, { adopt: string | boolean; [key: string]: unknown }> = Object.fromEntries(
    held.map(({ id, roles, ...args }, at) => [
      `one-${at}`,
      { ...args, ...(at % 2 === 0 && { roles: [...roles].reverse() }), adopt: at % 3 === 0 ? id : true },
    ]),
  );
  declared["tagged"] = {
    source: { attributes: [{ key: "serviceInstance", operator: "stringExists", value: true }] },
    target: {
      serviceName: "kms",
      serviceInstance: KMS,
      attributes: [{ key: "keyRing", operator: "stringMatch", value: "prod-*" }],
      tags: [{ key: "env", value: "prod" }],
    },
    roles: ["Reader"],
    adopt: true,
  };
  return { held, declared };
}

describe("a preview on the real engine", function () {
  this.timeout(240_000);
  let iam: IamEmulator;
  let stack: Stack;

  async function start(body: string, env?: NodeJS.ProcessEnv): Promise<void> {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, body, env);
  }

  /** Previews a program. @returns the output */
  async function previewed(body: string): Promise<string> {
    await stack.program(body);
    return succeeded(await stack.preview());
  }

  /** Previews a program that must be refused, on this stack or on another one. @returns the output */
  async function refused(body?: string, on = stack): Promise<string> {
    if (body !== undefined) await stack.program(body);
    const { code, output } = await on.preview();
    expect(code, output).to.not.equal(0);
    return output;
  }

  /** Creates authorizations and removes them from the state: IAM keeps them. @returns their ids by name */
  async function leave(body: string): Promise<Record<string, string>> {
    await stack.program(body);
    succeeded(await stack.up());
    const made = Object.entries(await stack.authorizations());
    for (const [, { urn }] of made) succeeded(await stack.pulumi("state", "delete", urn, "--yes"));
    return Object.fromEntries(made.map(([name, { id = "" }]) => [name, id]));
  }

  it("shows what IAM already has, and what an adoption will change", async () => {
    await start("");
    const { one = "", two = "" } = await leave(
      declares("one", bucket("one")) + declares("two", bucket("two", { roles: ["Reader"] })),
    );
    const before = iam.policies();

    expect(await refused(declares("one", bucket("one")))).to.include(
      `resource 'one' has a problem: the authorization already exists: ${one} with Reader, Object Writer, created by `,
    );
    expect(await previewed(declares("two", bucket("two"))))
      .to.include(`IAM already has ${two} with Reader for the same scope`)
      .and.include("their roles add up");
    expect(await refused(declares("one", bucket("one", { adopt: two })))).to.include(
      `property adopt value {${two}} has a problem: names policy ${two}, whose scope differs`,
    );
    const missing = "11111111-0000-4000-8000-000000000000";
    expect(await refused(declares("one", bucket("one", { adopt: missing })))).to.include("[adopt-not-found]");

    const adopting =
      declares("one", bucket("one", { adopt: true })) +
      declares("two", bucket("two", { roles: ["Reader"], adopt: two }));
    const output = await previewed(adopting + declares("three", bucket("three", { adopt: true })));
    for (const id of [one, two]) {
      const note = `pulumi up takes over ${id} (event-notifications -> cloud-object-storage): roles unchanged; description unchanged`;
      expect(output).to.include(note);
    }
    expect(output).to.match(/pulumi up creates a new authorization .*resource three/);
    await stack.program(adopting);
    succeeded(await stack.up());
    expect(iam.policies()).to.deep.equal(before);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
  });

  it("prints a note once in an up, unless its values come from another resource", async () => {
    await start("");
    await leave(declares("old", bucket("one", { roles: ["Reader"] })));
    const notesIn = (output: string) => output.match(/their roles add up/g)?.length ?? 0;
    await stack.program(declares("one", bucket("one")));
    const once = notesIn(succeeded(await stack.preview()));
    expect(once).to.be.greaterThan(0);
    expect(notesIn(succeeded(await stack.pulumi("up", "--yes")))).to.equal(once);
    succeeded(await stack.destroy());

    // The preview can't know the bucket.
    await stack.program(`
      class Bucket extends pulumi.dynamic.Resource {
        constructor() {
          super({ create: async () => ({ id: "1", outs: { bucket: "one" } }) }, "bucket", { bucket: undefined });
        }
      }
      const args = ${JSON.stringify(bucket("one"))};
      new EnAuthorization("one", { ...args, target: { ...args.target, resource: new Bucket().bucket } });`);
    expect(notesIn(succeeded(await stack.pulumi("up", "--yes")))).to.equal(once);
  });

  it("takes over 30 mixed authorizations without a change in IAM, and lets adopt be removed", async () => {
    const { held, declared } = mixedAuthorizations();
    await start(
      Object.entries(declared)
        .map(([name, args]) => declares(name, args))
        .join(""),
    );
    const seeded = await fetch(`${iam.url}/seed`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ authorizations: held }),
    });
    expect(seeded.ok, await seeded.text()).to.equal(true);
    iam.seed([tagged(iam.accountId)]);
    const before = JSON.stringify(iam.policies());
    expect(iam.policies()).to.have.length(30);

    const preview = succeeded(await stack.preview());
    const notes = new Set(preview.match(/pulumi up takes over .*/g));
    expect(notes).to.have.length(30);
    for (const { id } of iam.policies())
      expect(preview).to.match(
        new RegExp(`pulumi up takes over ${id} .*: roles unchanged; description unchanged`),
      );
    succeeded(await stack.up());
    expect(JSON.stringify(iam.policies())).to.equal(before);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });

    const kept = Object.entries(declared).map(([name, { adopt, ...args }]) => [name, args] as const);
    await stack.program(kept.map(([name, args]) => declares(name, args)).join(""));
    expect(await stack.preview("--expect-no-changes"), "adopt removed").to.include({ code: 0 });
    succeeded(await stack.up("--expect-no-changes"));
    succeeded(await stack.refresh("--expect-no-changes"));
    expect(JSON.stringify(iam.policies())).to.equal(before);
  });

  it("accepts a replacement that deletes the old authorization first", async () => {
    await start(declares("one", bucket("one"), "{ deleteBeforeReplace: true }"));
    succeeded(await stack.up());
    const [old] = iam.policies();
    const urn = (await stack.authorizations())["one"]?.urn ?? "";
    expect(succeeded(await stack.preview("--target-replace", urn))).to.match(/EnAuthorization one replace/);
    succeeded(await stack.up("--replace", urn));
    const [next, ...others] = iam.policies();
    expect(next?.id).to.not.equal(old?.id);
    expect(others).to.deep.equal([]);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });

    succeeded(await stack.pulumi("state", "taint", urn, "--yes"));
    expect(succeeded(await stack.preview())).to.match(/EnAuthorization one replace/);
    succeeded(await stack.up());
    expect(iam.policies().map(({ id }) => id))
      .to.have.length(1)
      .and.not.include(next?.id);

    await stack.program(declares("one", bucket("one")));
    succeeded(await stack.up());
    const { output } = await stack.preview("--replace", urn);
    expect(output, "without deleteBeforeReplace, up would fail").to.include("[already-exists]");
  });

  it("refuses credentials that IAM refuses, names without credentials, and settings that can't be used", async () => {
    await start(declares("one", bucket("one")), { IC_API_KEY: "wrong" });
    expect(await refused()).to.include(
      "resource 'one' has a problem: IAM refused (400 BXNIM0415E): Provided API key could not be found",
    );
    expect(succeeded(await stack.having({ IC_API_KEY: undefined }).preview())).to.include(
      "No IBM Cloud credentials were found, so roles, accounts and existing authorizations are not checked",
    );
    const well = stack.having({ IC_API_KEY: iam.apiKey });
    const named = await refused(declares("one", bucket("one", { credentials: "PARTNER" })), well);
    expect(named).to.include(
      "property credentials value {PARTNER} has a problem: No credentials named PARTNER",
    );

    await stack.program(declares("one", bucket("one")));
    succeeded(await stack.pulumi("config", "set", "ibmcloud:iamEndpiont", "https://x"));
    expect(succeeded(await well.preview())).to.include(
      "ibmcloud:iamEndpiont in the stack's configuration has no effect: did you mean ibmcloud:iamEndpoint?",
    );
    succeeded(await stack.pulumi("config", "set", "ibmcloud:requestTimeout", "abc"));
    succeeded(await stack.pulumi("config", "set", "ibmcloud:accountId", "abc"));
    const output = await refused(undefined, well);
    expect(output).to.include(
      "has a problem: ibmcloud:requestTimeout is abc, but must be a number of seconds",
    );
    expect(output).to.include("has a problem: ibmcloud:accountId must be an account id");
  });
});
