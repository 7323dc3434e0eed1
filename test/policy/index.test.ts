import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { expect } from "chai";
import { createRequire } from "node:module";
import { RULES } from "../../src/audit";
import { authorizationPolicies } from "../../src/policy";
import { UNKNOWN } from "../../src/provider/values";
import { ACCOUNT, bucketInputs, COS, KMS, OTHER_ACCOUNT } from "../support/inputs";

/** Pulumi's own wrapper, which throws if an unknown value is read. */
const { unknownCheckingProxy } = createRequire(__filename)("@pulumi/policy/proxy") as {
  unknownCheckingProxy: <Props extends object>(props: Props) => Props;
};

const DYNAMIC = "pulumi-nodejs:dynamic/ibm:EnAuthorization";
const PACKAGED = "ibm-en-authorization:index:EnAuthorization";

interface Resource {
  name: string;
  type?: string;
  urn?: string;
  props: object;
  provider?: string;
}

/** Runs one policy on resources, as Pulumi does. @returns the messages by resource, and the error */
function run(policy: string, resources: Resource[], allowedAccounts: string[] = []) {
  const found = authorizationPolicies({ allowedAccounts }).find(({ name }) => name === policy);
  const reports: { at: string | undefined; message: string }[] = [];
  const all = resources.map(({ name, type = DYNAMIC, urn = `urn::${name}`, props, provider }) => ({
    name,
    type,
    urn,
    props: unknownCheckingProxy({ __provider: "x", ...props }),
    ...(provider !== undefined && { provider: { urn: provider } }),
  }));
  let error = "";
  const caught = (work: () => void) => {
    try {
      work();
    } catch (thrown) {
      error = (thrown as Error).message;
    }
  };
  const { validateResource, validateStack } = found as Partial<
    ResourceValidationPolicy & StackValidationPolicy
  >;
  if (typeof validateResource === "function")
    for (const each of all)
      caught(
        () => void validateResource(each as never, (message) => reports.push({ at: each.urn, message })),
      );
  if (validateStack)
    caught(
      () => void validateStack({ resources: all } as never, (message, at) => reports.push({ at, message })),
    );
  return { reports, error, at: reports.map(({ at }) => at) };
}

const { source, target, roles } = bucketInputs();
const EN_SIDE = { serviceName: "event-notifications", ...source };
const props = (more: object = {}) => ({ source: EN_SIDE, target, roles, description: "x", ...more });
const one = (policy: string, more: object, allowed?: string[]) =>
  run(policy, [{ name: "one", props: props(more) }], allowed);
const kms = (more: object = {}) =>
  props({ target: { serviceName: "kms", serviceInstance: KMS }, roles: ["Reader"], ...more });

describe("authorizationPolicies", () => {
  it("has a policy for each rule that needs no data of the account", () => {
    const policies = authorizationPolicies();
    const ids = RULES.filter(({ looksAt }) => looksAt !== "account").map(({ id }) => id);
    expect(policies.map(({ name }) => name)).to.have.members([...ids, "undeclared-roles"]);
    for (const { id, severity, source: url } of RULES.filter(({ looksAt }) => looksAt !== "account"))
      expect(policies.find(({ name }) => name === id)).to.include({ severity, url });
    expect(RULES.filter(({ looksAt }) => looksAt === "account").map(({ id }) => id)).to.have.members([
      "missing-instance",
      "missing-resource-group",
      "orphan",
      "gone-from-iam",
    ]);
  });

  it("reports the reason and the change", () => {
    const { reports } = one("no-description", { description: undefined });
    expect(reports).to.deep.equal([
      {
        at: "urn::one",
        message:
          "it has no description of its purpose, so a reviewer can't decide whether to remove it. To fix it, write its purpose in description.",
      },
    ]);
  });

  it("checks the types of both providers, and no other", () => {
    const broken = props({ description: "" });
    for (const type of [DYNAMIC, PACKAGED])
      expect(run("no-description", [{ name: "one", type, props: broken }]).reports).to.have.length(1);
    for (const type of ["pulumi-nodejs:dynamic:Resource", "other:index:EnAuthorization"])
      for (const policy of ["no-description", "undeclared-roles", "covered"])
        expect(run(policy, [{ name: "one", type, props: { source: 1 } }]))
          .to.include({ error: "" })
          .and.deep.include({ reports: [] });
  });

  it("treats a source without an account as one in the account of the credentials", () => {
    expect(one("other-account", {}).reports).to.deep.equal([]);
    expect(one("other-account", { target: { ...target, accountId: ACCOUNT } }).reports).to.deep.equal([]);
    const foreign = { source: { ...EN_SIDE, accountId: OTHER_ACCOUNT } };
    expect(one("other-account", foreign).reports).to.have.length(1);
    expect(one("other-account", foreign, [OTHER_ACCOUNT.toUpperCase()]).reports).to.deep.equal([]);
  });

  it("stops only the policies that need an unknown value", () => {
    const unknownInstance = { source: { ...EN_SIDE, serviceInstance: UNKNOWN } };
    expect(one("all-to-all", unknownInstance)).to.include({ error: "" });
    const wide = { ...unknownInstance, target: { serviceName: "kms", serviceInstance: "*" } };
    expect(one("all-to-all", wide).error).to.match(/\.source\.serviceInstance can't be known/);
    const unknownLimit = [{ key: "keyring", operator: "stringEquals", value: UNKNOWN }];
    expect(
      one("all-to-all", {
        source: { ...EN_SIDE, serviceInstance: "*" },
        target: { ...wide.target, attributes: unknownLimit },
      }),
    ).to.deep.include({ error: "", reports: [] });
    expect(one("excess-roles", { ...wide, roles: ["Manager"] }).reports).to.have.length(1);
    expect(one("excess-roles", { roles: UNKNOWN }).error).to.match(/\.roles can't be known/);
    expect(one("no-description", { description: UNKNOWN }).error).to.match(/\.description can't be known/);
    for (const policy of [
      "all-to-all",
      "any-resource-group",
      "other-account",
      "excess-roles",
      "unknown-service",
    ])
      expect(one(policy, { source: UNKNOWN }).error, policy).to.match(/\.source can't be known/);
    expect(one("undeclared-roles", { roles: undefined }).reports).to.have.length(1);
    expect(one("undeclared-roles", { roles: UNKNOWN }).error).to.match(/\.roles can't be known/);
  });

  it("doesn't report the account of the credentials while a side has unknown values", () => {
    const own = { ...EN_SIDE, accountId: ACCOUNT, serviceInstance: UNKNOWN };
    expect(one("other-account", { source: own })).to.deep.include({ reports: [] });
    expect(one("other-account", { source: own }).error).to.match(/serviceInstance can't be known/);
  });
});

describe("the policy covered", () => {
  const covered = (...resources: Resource[]) => run("covered", resources);
  const href = (id: string) => `https://iam.cloud.ibm.com/v2/policies/${id}`;

  it("reports the narrower of two authorizations, or the newer of two equal ones, with its URN and the other's name", () => {
    const wide = kms({ target: { serviceName: "kms", serviceInstance: "*" } });
    const { reports } = covered({ name: "narrow", props: kms() }, { name: "wide", props: wide });
    expect(reports).to.have.length(1);
    expect(reports[0]?.at).to.equal("urn::narrow");
    expect(reports[0]?.message).to.match(/^wide grants everything that it grants\. To fix it, /);
    const existing = kms({
      source: { ...EN_SIDE, accountId: ACCOUNT },
      target: { serviceName: "kms", serviceInstance: KMS, accountId: ACCOUNT },
      createdAt: "2026-01-01T00:00:00Z",
    });
    for (const createdAt of [undefined, UNKNOWN])
      expect(
        covered({ name: "a", props: kms({ createdAt, href: createdAt }) }, { name: "b", props: existing }).at,
      ).to.deep.equal(["urn::a"]);
  });

  it("passes authorizations that differ", () => {
    const other = kms({ target: { serviceName: "kms", serviceInstance: COS } });
    expect(covered({ name: "a", props: kms() }, { name: "b", props: other })).to.deep.include({
      reports: [],
      error: "",
    });
    const foreign = kms({ source: { ...EN_SIDE, accountId: OTHER_ACCOUNT } });
    expect(covered({ name: "a", props: kms() }, { name: "b", props: foreign }).reports).to.deep.equal([]);
  });

  it("compares authorizations without accounts, as in a preview of the packaged provider", () => {
    const unknownAccounts = kms({
      source: { ...EN_SIDE, accountId: UNKNOWN },
      target: { serviceName: "kms", serviceInstance: KMS, accountId: UNKNOWN },
    });
    const found = covered(
      { name: "a", type: PACKAGED, props: unknownAccounts },
      { name: "b", type: PACKAGED, props: unknownAccounts },
    );
    expect(found).to.deep.include({ at: ["urn::b"], error: "" });
  });

  it("keeps apart the accounts of different credentials and providers", () => {
    const inAccount = (accountId: string, more: object) =>
      kms({ ...more, target: { serviceName: "kms", serviceInstance: KMS, accountId } });
    const made = { name: "made", props: inAccount(ACCOUNT, {}) };
    expect(covered(made, { name: "b", props: kms({ credentials: "PARTNER" }) }).reports).to.deep.equal([]);
    expect(covered(made, { name: "b", props: kms(), provider: "urn::p" }).reports).to.deep.equal([]);
    expect(covered(made, { name: "b", props: kms() }).reports).to.have.length(1);
  });

  it("finds what doesn't depend on unknown values, and then reports that it can't know the rest", () => {
    const unknown = kms({ target: { serviceName: "kms", serviceInstance: UNKNOWN } });
    const wide = kms({ target: { serviceName: "kms", serviceInstance: "*" } });
    const both = covered({ name: "a", props: unknown }, { name: "b", props: unknown });
    expect(both.reports).to.deep.equal([]);
    expect(both.error).to.match(/\.target\.serviceInstance can't be known/);
    const found = covered({ name: "a", props: unknown }, { name: "b", props: wide });
    expect(found.at).to.deep.equal(["urn::a"]);
    expect(found.error).to.match(/can't be known/);
    expect(
      covered({ name: "a", props: kms({ roles: [UNKNOWN] }) }, { name: "b", props: kms() }).error,
    ).to.match(/\.roles\.0 /);
    expect(
      covered({ name: "a", props: kms({ source: UNKNOWN }) }, { name: "b", props: kms() }).error,
    ).to.match(/\.source /);
  });

  it("counts a policy only once if the program also reads it, and uses URNs for resources with equal names", () => {
    const made = kms({ href: href("1") });
    expect(covered({ name: "a", props: made }, { name: "b", props: made }).reports).to.deep.equal([]);
    const { reports } = covered(
      { name: "a", urn: "urn::x::a", props: kms({ createdAt: "2026-01-01T00:00:00Z" }) },
      { name: "a", urn: "urn::y::a", props: kms({ createdAt: "2026-02-01T00:00:00Z" }) },
    );
    expect(reports.map(({ at }) => at)).to.deep.equal(["urn::y::a"]);
    expect(reports[0]?.message).to.include("the same as urn::x::a");
  });
});
