import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { succeeded } from "../support/engine";
import { edit } from "../support/iam-edits";
import { bucketArgs, KMS } from "../support/inputs";
import { closing } from "../support/opened";
import { authorization, startYamlStack, type YamlProgram, type YamlStack } from "../support/plugin";

const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";
const OBJECT_WRITER = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";
const one = (more: object = {}): YamlProgram => ({
  resources: { one: authorization({ ...bucketArgs(), ...more }) },
});

describe("the packaged provider, in a YAML program on the real engine", function () {
  this.timeout(240_000);
  let iam: IamEmulator;
  let stack: YamlStack;

  async function start(program: YamlProgram, env?: NodeJS.ProcessEnv): Promise<void> {
    iam = closing(await startIamEmulator());
    stack = await startYamlStack(iam, program, env);
  }
  const rolesHeld = () =>
    iam.policies().map(({ control }) => control.grant.roles.map(({ role_id }) => role_id).sort());

  it("creates, shows no changes, shows each change with its path, repairs drift, and destroys", async () => {
    await start(one());
    expect(succeeded(await stack.preview())).to.match(/EnAuthorization one create/);
    expect(iam.policies()).to.deep.equal([]);
    succeeded(await stack.up());
    const [policy] = iam.policies();
    expect(rolesHeld()).to.deep.equal([[OBJECT_WRITER, READER]]);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    succeeded(await stack.refresh("--expect-no-changes"));

    await stack.program(one({ roles: ["Reader"], description: "why" }));
    const diff = succeeded(await stack.preview("--diff"));
    expect(diff)
      .to.match(/\+ description: "why"/)
      .and.match(/- \[1\]: "Object Writer"/);
    expect(diff).to.not.match(/- (href|createdAt|source)/);
    expect(succeeded(await stack.up())).to.match(/one updated .*\[diff: \+description~roles\]/);
    expect(rolesHeld()).to.deep.equal([[READER]]);
    expect(iam.policies()[0]).to.include({ id: policy?.id, description: "why" });

    await edit(iam, policy?.id ?? "", (each) => each.control.grant.roles.push({ role_id: OBJECT_WRITER }));
    expect(succeeded(await stack.refresh())).to.match(/one updated .*\[diff: ~roles\]|~ 1 updated/);
    expect(succeeded(await stack.preview())).to.match(/one update .*\[diff: ~roles\]/);
    succeeded(await stack.up());
    expect(rolesHeld()).to.deep.equal([[READER]]);

    await stack.program(one({ target: { ...bucketArgs().target, resource: "archive" } }));
    const replacement = succeeded(await stack.preview("--diff"));
    expect(replacement).to.match(/resource *: "failed-events" => "archive"/);
    succeeded(await stack.up());
    expect(iam.policies()).to.have.length(1);
    expect(iam.policies()[0]?.id).to.not.equal(policy?.id);

    succeeded(await stack.destroy());
    expect(iam.policies()).to.deep.equal([]);
  });

  it("imports an authorization by its id, and by the resource option import", async () => {
    await start(one());
    succeeded(await stack.up());
    const { one: made } = await stack.authorizations();
    const before = iam.policies();
    const id = made?.id ?? "";
    succeeded(await stack.pulumi("state", "delete", made?.urn ?? "", "--yes"));

    const file = join(stack.dir, "imported.yaml");
    succeeded(
      await stack.pulumi(
        "import",
        "ibm-en-authorization:index:EnAuthorization",
        "one",
        id,
        "--yes",
        "--protect=false",
        "--out",
        file,
      ),
    );
    expect(await readFile(file, "utf8")).to.include("resource: failed-events");
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    succeeded(await stack.pulumi("state", "delete", made?.urn ?? "", "--yes"));

    await stack.program({ resources: { one: authorization(bucketArgs(), { import: id }) } });
    expect(succeeded(await stack.preview())).to.match(/one import/);
    succeeded(await stack.up());
    await stack.program(one());
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    expect(iam.policies()).to.deep.equal(before);
  });

  it("reports each mistake with its property, once and without a stack", async () => {
    await start(
      one({
        roles: ["Object Wirter"],
        target: { ...bucketArgs().target, serviceInstance: KMS, regoin: "us" },
      }),
    );
    const { code, output } = await stack.preview();
    expect(code).not.to.equal(0);
    expect(output)
      .to.include("regoin")
      .and.not.match(/\n +at /);
  });
});
