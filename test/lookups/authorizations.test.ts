import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { getAuthorizations, getAuthorizationsOutput, type GetAuthorizationsArgs } from "../../src";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { COS, crn, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { configFor, inProgram } from "../support/program";
import { failure } from "../support/provider";
import { WHAT_EXISTS } from "../support/what-exists";

describe("getAuthorizations", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    iam.seed(Object.values(WHAT_EXISTS).reverse());
  });

  const looked = (args?: GetAuthorizationsArgs) =>
    inProgram({ config: configFor(iam) }, () => getAuthorizations(args));
  const nameOf = (id: string) => Object.entries(WHAT_EXISTS).find(([, each]) => each.id === id)?.[0];
  const found = async (args?: GetAuthorizationsArgs) => (await looked(args)).map(({ id }) => nameOf(id));

  it("tells all that have Event Notifications on one side, oldest first, in one call", async () => {
    expect(await found()).to.deep.equal([
      "bucket",
      "wide",
      "tagged",
      "group",
      "elsewhere",
      "template",
      "service",
    ]);
    expect(iam.calls().map(({ operation }) => operation)).to.deep.equal(["token", "listV2Policies"]);
  });

  it("tells scope, roles by name, description, whose it is, and since when", async () => {
    const { accountId } = iam;
    const [bucket] = await looked();
    expect(bucket).to.deep.equal({
      id: WHAT_EXISTS["bucket"]?.id,
      source: { serviceName: "event-notifications", serviceInstance: EN, accountId },
      target: {
        serviceName: "cloud-object-storage",
        serviceInstance: COS,
        resourceType: "bucket",
        resource: "failed-events",
        accountId,
      },
      roles: ["Object Writer", "Reader"],
      description: WHAT_EXISTS["bucket"]?.description,
      createdAt: "2026-01-01T00:00:00.001Z",
      createdById: iam.policies()[0]?.created_by_id,
      lastModifiedAt: "2026-01-01T00:00:00.001Z",
      lastModifiedById: iam.policies()[0]?.created_by_id,
    });
  });

  it("tells which ones somebody else manages", async () => {
    const managed = (await looked()).filter(({ managedBy }) => managedBy !== undefined);
    expect(managed.map(({ id, managedBy }) => [nameOf(id), managedBy])).to.deep.equal([
      ["template", "template"],
      ["service", "service"],
    ]);
  });

  const NARROWED: [what: string, args: GetAuthorizationsArgs, names: string[]][] = [
    ["the target's service", { target: { serviceName: "kms" } }, ["wide", "tagged"]],
    ["the target's instance", { target: { serviceInstance: KMS } }, ["tagged"]],
    ["an instance's CRN", { target: { serviceInstance: crn("kms", KMS) } }, ["tagged"]],
    ["every instance", { target: { serviceName: "kms", serviceInstance: "*" } }, ["wide"]],
    ["the source's group", { source: { resourceGroupId: GROUP } }, ["group"]],
    ["the source's account", { source: { accountId: OTHER_ACCOUNT } }, ["elsewhere"]],
    [
      "both sides",
      { source: { serviceName: "event-notifications" }, target: { serviceName: "cloud-object-storage" } },
      ["bucket"],
    ],
    ["what nothing has", { target: { serviceName: "apprapp" } }, []],
    ["undefined, which is anything", { target: { serviceInstance: undefined } }, Object.keys(WHAT_EXISTS)],
  ];
  for (const [what, args, names] of NARROWED) {
    it(`is narrowed by ${what}`, async () => {
      expect(await found(args)).to.deep.equal(names.filter((each) => each !== "unrelated"));
    });
  }

  it("refuses to narrow by what it does not know", async () => {
    const args = { source: { region: "us-south" } } as GetAuthorizationsArgs;
    expect((await failure(looked(args))).message).to.equal(
      "Cannot look up authorizations: source is narrowed by accountId, serviceName, serviceInstance, resourceGroupId, and not by region [invalid-argument]",
    );
  });

  it("is refused in one sentence by IAM", async () => {
    iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    expect((await failure(looked())).message).to.match(
      /^Cannot look up authorizations: IAM refused \(403 .*Viewer/,
    );
  });

  it("has a form for values that are known later", async () => {
    const ids = await inProgram({ config: configFor(iam) }, () => {
      const all = getAuthorizationsOutput({ target: { serviceInstance: pulumi.output(KMS) } });
      return new Promise((resolve) => all.apply((each) => resolve(each.map(({ id }) => nameOf(id)))));
    });
    expect(ids).to.deep.equal(["tagged"]);
  });
});
