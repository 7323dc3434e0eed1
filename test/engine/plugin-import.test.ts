import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { succeeded } from "../support/engine";
import { EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { authorization, startYamlStack, type YamlProgram, type YamlStack } from "../support/plugin";

const MISSING = "11111111-1111-4111-8111-111111111111";
const TYPE = "ibm-en-authorization:index:EnAuthorization";

// Each use is an object of its own: Pulumi reads no aliases of YAML.
const en = () => ({ serviceName: "event-notifications", serviceInstance: EN });
const kms = () => ({ serviceName: "kms", serviceInstance: KMS });

/** Authorizations of each shape, by the name of the resource. */
const SHAPES: Record<string, object> = {
  "all-instances": { source: { serviceInstance: "*" }, target: { serviceName: "kms", serviceInstance: "*" } },
  group: { source: { serviceName: "secrets-manager", resourceGroupId: GROUP }, target: en() },
  "other-account": {
    source: { ...en(), accountId: OTHER_ACCOUNT },
    target: { ...kms(), region: "us-south" },
  },
  tags: {
    source: en(),
    target: { ...kms(), tags: [{ key: "env", value: "prod" }] },
    description: 'two lines:\n"quoted" # and {{braces}}',
  },
  attributes: {
    source: { serviceInstance: EN, attributes: [{ key: "resource", operator: "stringExists", value: true }] },
    target: {
      ...kms(),
      attributes: [
        { key: "keyRing", operator: "stringMatch", value: "ring-*" },
        { key: "keyName", operator: "stringEqualsAnyOf", value: ["one", "two"] },
      ],
    },
  },
};

describe("an import into the packaged provider on the real engine", function () {
  this.timeout(240_000);
  let iam: IamEmulator;
  let stack: YamlStack;

  async function start(resources: YamlProgram["resources"]): Promise<void> {
    iam = closing(await startIamEmulator());
    stack = await startYamlStack(iam, { resources });
  }

  it("writes a program whose preview is clean, for each shape of an authorization", async () => {
    await start(
      Object.fromEntries(Object.entries(SHAPES).map(([name, args]) => [name, authorization(args)])),
    );
    succeeded(await stack.up());
    const before = iam.policies({ state: "all" });
    expect(before).to.have.length(Object.keys(SHAPES).length);

    const written: YamlProgram["resources"] = {};
    for (const [name, { urn, id = "" }] of Object.entries(await stack.authorizations())) {
      succeeded(await stack.pulumi("state", "delete", urn, "--yes"));
      const file = join(stack.dir, "imported.yaml");
      succeeded(await stack.pulumi("import", TYPE, name, id, "--yes", "--protect=false", "--out", file));
      const { resources } = parse(await readFile(file, "utf8")) as YamlProgram;
      Object.assign(written, resources);
    }
    expect(written).to.have.all.keys(SHAPES);
    await stack.program({ resources: written });
    const { code, output } = await stack.preview("--diff", "--expect-no-changes");
    expect(code, output).to.equal(0);
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
  });

  it("reads an authorization that the program gets by its id, and never deletes it", async () => {
    await start({ one: authorization({ source: en(), target: kms() }) });
    succeeded(await stack.up());
    const [policy] = iam.policies();
    const { one } = await stack.authorizations();
    succeeded(await stack.pulumi("state", "delete", one?.urn ?? "", "--yes"));
    const got = (id: string) => ({ resources: { one: { type: TYPE, get: { id } } } });
    await stack.program({ ...got(policy?.id ?? ""), outputs: { instance: "${one.target.serviceInstance}" } });
    expect(succeeded(await stack.up())).to.include(`instance: "${KMS}"`);
    succeeded(await stack.destroy());
    expect(iam.policies()).to.deep.equal([policy]);

    await stack.program(got(MISSING));
    const { code, output } = await stack.preview();
    expect(code).not.to.equal(0);
    expect(output).to.include("[policy-not-found]");
  });

  it("fails without a stack if no such authorization exists", async () => {
    await start({});
    const { code, output } = await stack.pulumi("import", TYPE, "one", MISSING, "--yes");
    expect(code).not.to.equal(0);
    expect(output)
      .to.include("[policy-not-found]")
      .and.not.match(/\n +at /);
    expect(await stack.authorizations()).to.deep.equal({});
  });
});
