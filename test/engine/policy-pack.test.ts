import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator, type Seed } from "../../src/emulator";
import { declares, startStack, succeeded, type Stack } from "../support/engine";
import { attributes, bucketArgs, COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { authorization, withYaml } from "../support/plugin";
import { usePolicyPack } from "../support/policy-pack";
import { countedTests } from "../support/subset";

const NOT_ALLOWED = "eeeeeeeeffffffffeeeeeeeeffffffff";
const ADOPTED = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

type Programs = Record<string, object>;
const description = "Events that no destination took";
const bucket = (resource: string, more: object = {}) => ({
  ...bucketArgs(),
  target: { ...bucketArgs().target, resource },
  description,
  ...more,
});
const to = (target: object, source: object = { serviceInstance: EN }, more: object = {}) => ({
  source,
  target,
  description,
  ...more,
});
const from = (source: object, serviceName = "secrets-manager") =>
  to({ serviceName: "event-notifications", serviceInstance: EN }, { serviceName, ...source });
const KEY_PROTECT = { serviceName: "kms", serviceInstance: KMS };
const all = (serviceName: string) => ({ serviceName, serviceInstance: "*" });

/** For each rule, resources that break it and resources that nearly do. Each name begins with the rule. */
const CASES: Record<string, { breaks: Programs; nearly: Programs }> = {
  "all-to-all": {
    breaks: { "all-to-all": to(all("hs-crypto"), { serviceInstance: "*" }) },
    nearly: { "all-to-all-source": to(all("hs-crypto")) },
  },
  "any-resource-group": {
    breaks: { "any-resource-group": from({ resourceGroupId: "*" }) },
    nearly: { "any-resource-group-one": from({ resourceGroupId: GROUP }) },
  },
  "other-account": {
    breaks: { "other-account": from({ serviceInstance: "*", accountId: NOT_ALLOWED }) },
    nearly: { "other-account-allowed": from({ serviceInstance: "*", accountId: OTHER_ACCOUNT }) },
  },
  "no-description": {
    breaks: { "no-description": bucket("a", { description: " " }) },
    nearly: { "no-description-short": bucket("a", { description: "x" }) },
  },
  "excess-roles": {
    breaks: { "excess-roles": bucket("b", { roles: ["Object Writer", "Reader", "Manager"] }) },
    nearly: { "excess-roles-documented": bucket("b") },
  },
  "missing-roles": {
    breaks: { "missing-roles": bucket("c", { roles: ["Object Writer"] }) },
    nearly: { "missing-roles-default": bucket("c", { roles: undefined }) },
  },
  "unknown-service": {
    breaks: { "unknown-service": from({ serviceInstance: "*" }, "new-service") },
    nearly: { "unknown-service-known": from({ serviceInstance: "*" }, "project") },
  },
  "undeclared-roles": {
    breaks: { "undeclared-roles": bucket("adopted", { adopt: ADOPTED, roles: undefined }) },
    nearly: { "undeclared-roles-declared": bucket("adopted", { adopt: ADOPTED }) },
  },
  covered: {
    breaks: { covered: to(KEY_PROTECT), "covered-wider": to(all("kms")) },
    nearly: {
      "covered-one": to(KEY_PROTECT),
      "covered-another": to({ ...KEY_PROTECT, serviceInstance: COS }),
    },
  },
};
const RULES = Object.keys(CASES);

/** The policy that the cases of `undeclared-roles` adopt. */
const SEED: Seed = {
  id: ADOPTED,
  subject: {
    attributes: attributes("e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", {
      serviceName: "event-notifications",
      serviceInstance: EN,
    }),
  },
  resource: {
    attributes: attributes("e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", {
      serviceName: "cloud-object-storage",
      serviceInstance: COS,
      resourceType: "bucket",
      resource: "adopted",
    }),
  },
  control: {
    grant: {
      roles: [
        { role_id: "crn:v1:bluemix:public:iam::::serviceRole:Reader" },
        { role_id: "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter" },
      ],
    },
  },
};

/** Returns the violations of a level in an output: the rule, and the resource. */
function violations(output: string, level = "mandatory"): string[] {
  const found = output.matchAll(/\[(\w+)\](?: \[severity: \w+\])? {2}([\w-]+) {2}\(\S+: (\S+)\)/g);
  return [...found]
    .filter(([, each]) => each === level)
    .map(([, , rule = "", resource = ""]) => `${rule}: ${resource}`)
    .sort();
}

describe("the policy pack of the examples on the real engine", function () {
  this.timeout(300_000);
  const { it, itOnCi } = countedTests("engine: policy pack");
  let iam: IamEmulator;
  let stack: Stack;
  let withPack: Stack["pulumi"];

  beforeEach(async () => {
    iam = closing(await startIamEmulator({ anyPair: true, seed: [SEED] }));
    stack = await startStack(iam, "");
    withPack = await usePolicyPack(stack);
  });
  const program = (resources: Programs) =>
    stack.program(
      Object.entries(resources)
        .map(([name, args]) => declares(name, args))
        .join(""),
    );
  const both = (kind: "breaks" | "nearly") =>
    Object.assign({}, ...RULES.map((rule) => CASES[rule]?.[kind])) as Programs;
  const EXPECTED = RULES.map((rule) => `${rule}: ${rule}`).sort();

  it("blocks the preview of a program that breaks each rule, and passes one that nearly does", async () => {
    await program(both("breaks"));
    const { code, output } = await withPack("preview");
    expect(violations(output), output).to.deep.equal(EXPECTED);
    expect(code).not.to.equal(0);
    await program(both("nearly"));
    const passed = await withPack("preview");
    expect(violations(passed.output), passed.output).to.deep.equal([]);
    expect(violations(passed.output, "advisory"), passed.output).to.deep.equal([]);
    succeeded(passed);
  });

  it("does the same with the packaged provider", async () => {
    const yaml = (resources: Programs) => ({
      resources: Object.fromEntries(
        Object.entries(resources).map(([name, args]) => [name, authorization(args)]),
      ),
    });
    const packaged = await withYaml(stack, yaml(both("breaks")));
    const { code, output } = await withPack("preview");
    expect(violations(output), output).to.deep.equal(EXPECTED);
    expect(code).not.to.equal(0);
    await packaged.program(yaml(both("nearly")));
    const passed = await withPack("preview");
    expect(violations(passed.output), passed.output).to.deep.equal([]);
    expect(violations(passed.output, "advisory"), passed.output).to.deep.equal([]);
    succeeded(passed);
  });

  for (const rule of RULES)
    itOnCi(`blocks a program that breaks ${rule} alone`, async () => {
      await program(CASES[rule]?.breaks ?? {});
      const { code, output } = await withPack("preview");
      expect(violations(output), output).to.deep.equal([`${rule}: ${rule}`]);
      expect(code).not.to.equal(0);
      await program(CASES[rule]?.nearly ?? {});
      succeeded(await withPack("preview"));
    });

  it("reports the policies that need unknown values in a preview, applies the others, and blocks the update", async () => {
    await stack.program(`
const { one } = { one: new EnAuthorization("one", ${JSON.stringify(bucket("one"))}) };
const region = one.createdById.apply(() => "*");
new EnAuthorization("two", { ...${JSON.stringify(to({ serviceName: "kms" }, { serviceInstance: "*" }))},
  target: { serviceName: "kms", serviceInstance: region }, roles: ["Reader"] });
new EnAuthorization("three", { ...${JSON.stringify(bucket("three"))}, source: { serviceInstance: one.id } });
new EnAuthorization("four", ${JSON.stringify(to({ serviceName: "cloud-object-storage", serviceInstance: COS }, { serviceInstance: "*" }, { roles: ["Reader", "Object Writer"] }))});
`);
    const preview = await withPack("preview");
    expect(violations(preview.output), preview.output).to.deep.equal(["covered: one", "covered: three"]);
    expect(violations(preview.output, "advisory")).to.deep.equal(["all-to-all: two", "covered: engine-test"]);
    const up = await withPack("up", "--yes", "--skip-preview");
    expect(up.code, up.output).not.to.equal(0);
    expect(violations(up.output), up.output).to.include("all-to-all: two");
    expect(iam.authorizations().map(({ target }) => target.serviceName)).not.to.include("kms");
  });

  it("compares new authorizations with those of the stack, and applies the levels of a configuration", async () => {
    const first = to(all("kms"));
    await program({ first });
    succeeded(await stack.up());
    await program({
      first,
      again: to(KEY_PROTECT),
      bare: bucket("x", { description: "" }),
    });
    const config = join(stack.dir, "levels.json");
    await writeFile(config, JSON.stringify({ "no-description": "advisory" }));
    const { output } = await withPack("preview", "--policy-pack-config", config);
    expect(violations(output), output).to.deep.equal(["covered: again"]);
    expect(violations(output, "advisory"), output).to.deep.equal(["no-description: bare"]);
  });
});
