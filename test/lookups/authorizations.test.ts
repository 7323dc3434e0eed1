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

  const lookUp = (args?: GetAuthorizationsArgs) =>
    inProgram({ config: configFor(iam) }, () => getAuthorizations(args));
  const nameOf = (id: string) => Object.entries(WHAT_EXISTS).find(([, each]) => each.id === id)?.[0];
  const foundNames = async (args?: GetAuthorizationsArgs) => (await lookUp(args)).map(({ id }) => nameOf(id));
  const cause = async (args?: GetAuthorizationsArgs) => (await failure(lookUp(args))).cause;

  it("returns all authorizations from or to Event Notifications, the oldest first, with one call", async () => {
    expect(await foundNames()).to.deep.equal([
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

  it("returns scope, role names, description, authors and times", async () => {
    const { accountId } = iam;
    const [bucket] = await lookUp();
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

  it("marks authorizations that a template or a service manages", async () => {
    const managed = (await lookUp()).filter(({ managedBy }) => managedBy !== undefined);
    expect(managed.map(({ id, managedBy }) => [nameOf(id), managedBy])).to.deep.equal([
      ["template", "template"],
      ["service", "service"],
    ]);
  });

  const FILTERED: [title: string, args: GetAuthorizationsArgs, names: string[]][] = [
    ["the target's service", { target: { serviceName: "kms" } }, ["wide", "tagged"]],
    ["the target's instance", { target: { serviceInstance: KMS } }, ["tagged"]],
    ["an instance's CRN", { target: { serviceInstance: crn("kms", KMS) } }, ["tagged"]],
    ["all instances", { target: { serviceName: "kms", serviceInstance: "*" } }, ["wide"]],
    ["the source's resource group", { source: { resourceGroupId: GROUP } }, ["group"]],
    ["the source's account", { source: { accountId: OTHER_ACCOUNT } }, ["elsewhere"]],
    [
      "source and target",
      { source: { serviceName: "event-notifications" }, target: { serviceName: "cloud-object-storage" } },
      ["bucket"],
    ],
    ["a service that no authorization has", { target: { serviceName: "apprapp" } }, []],
    [
      "undefined, which matches all",
      { target: { serviceInstance: undefined } },
      Object.keys(WHAT_EXISTS).filter((name) => name !== "unrelated"),
    ],
  ];
  for (const [title, args, names] of FILTERED) {
    it(`filters by ${title}`, async () => {
      expect(await foundNames(args)).to.deep.equal(names);
    });
  }

  it("refuses an unknown filter", async () => {
    const args = { source: { region: "us-south" } } as GetAuthorizationsArgs;
    const error = await failure(lookUp(args));
    expect(error.message).to.include("source.region");
    expect(error.cause).to.include({ code: "invalid-argument" });
    expect(iam.calls()).to.deep.equal([]);
  });

  it("fails with IAM's refusal as the cause", async () => {
    iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    expect(await cause()).to.include({ code: "not-permitted" });
  });

  it("accepts outputs in its Output form", async () => {
    const names = await inProgram({ config: configFor(iam) }, () => {
      const all = getAuthorizationsOutput({ target: { serviceInstance: pulumi.output(KMS) } });
      return new Promise((resolve) => all.apply((each) => resolve(each.map(({ id }) => nameOf(id)))));
    });
    expect(names).to.deep.equal(["tagged"]);
  });
});
