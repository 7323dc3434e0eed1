import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { declares, startStack, succeeded } from "../support/engine";
import { edit } from "../support/iam-edits";
import { ACCOUNT, bucketArgs, EN, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { authorization, startYamlStack, withYaml, type YamlProgram, type YamlStack } from "../support/plugin";

const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";
const OBJECT_WRITER = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";
const HOME = { id: ACCOUNT, apiKeys: ["home-key", "new-key"], iamId: "iam-ServiceId-1" } as const;
const PARTNER = { id: OTHER_ACCOUNT, apiKeys: ["partner-key"], iamId: "iam-ServiceId-2" } as const;
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

  it("uses explicit providers of two accounts, whose keys are secret in the state", async () => {
    iam = closing(await startIamEmulator({ accounts: [HOME, PARTNER] }));
    const provider = (apiKey: string) => ({
      type: "pulumi:providers:ibm-en-authorization",
      properties: { apiKey, iamEndpoint: iam.url },
    });
    const declared = (name: string) => authorization(bucketArgs(), { provider: `\${${name}}` });
    const program = {
      resources: {
        home: provider("home-key"),
        partner: provider("partner-key"),
        one: declared("home"),
        two: declared("partner"),
      },
    };
    stack = await startYamlStack(iam, program, {});
    succeeded(await stack.up());
    const accounts = () =>
      iam.policies().map(({ resource }) => resource.attributes.find(({ key }) => key === "accountId")?.value);
    expect(accounts()).to.have.members([HOME.id, PARTNER.id]);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });

    const file = join(stack.dir, "export.json");
    succeeded(await stack.pulumi("stack", "export", "--file", file));
    expect(await readFile(file, "utf8")).not.to.match(/home-key|partner-key/);
    succeeded(await stack.destroy());
    expect(iam.policies()).to.deep.equal([]);
  });

  it("takes a new key of an explicit provider's account, and refuses the key of another account", async () => {
    iam = closing(await startIamEmulator({ accounts: [HOME, PARTNER] }));
    const keyed = (apiKey: string): YamlProgram => ({
      resources: {
        home: {
          type: "pulumi:providers:ibm-en-authorization",
          properties: { apiKey, iamEndpoint: iam.url },
        },
        one: authorization(bucketArgs(), { provider: "${home}" }),
      },
    });
    stack = await startYamlStack(iam, keyed("home-key"), {});
    succeeded(await stack.up());
    const before = iam.policies({ state: "all" });

    await stack.program(keyed("new-key"));
    expect(await stack.plan()).to.deep.equal({ "engine-test": "same", home: "update" });
    succeeded(await stack.up());

    await stack.program(keyed("partner-key"));
    const refused = await stack.preview();
    expect(refused.code).not.to.equal(0);
    expect(refused.output).to.include("[wrong-account]");
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
  });

  it("reads the stack's configuration, with the key as a secret, and refuses settings that can't be used", async () => {
    await start(one(), {});
    const set = (...args: string[]) => stack.pulumi("config", "set", ...args);
    expect((await stack.preview()).output).to.include("No IBM Cloud credentials were found");
    succeeded(await set("--secret", "ibm-en-authorization:apiKey", iam.apiKey));
    succeeded(await stack.up());
    const file = join(stack.dir, "export.json");
    succeeded(await stack.pulumi("stack", "export", "--file", file));
    expect(await readFile(file, "utf8")).not.to.include(iam.apiKey);

    succeeded(await set("ibm-en-authorization:requestTimeout", "soon"));
    const { code, output } = await stack.preview();
    expect(code).not.to.equal(0);
    expect(output).to.include("ibm-en-authorization:requestTimeout is soon, but must be a number of seconds");
    succeeded(await set("ibm-en-authorization:requestTimeout", "20"));
    succeeded(await set("ibm-en-authorization:iamEndpiont", "x"));
    expect(succeeded(await stack.preview())).to.include("did you mean ibm-en-authorization:iamEndpoint?");
  });

  it("calls the lookups, and uses their results", async () => {
    iam = closing(
      await startIamEmulator({
        instances: [{ guid: EN, name: "my-en", serviceName: "event-notifications" }],
      }),
    );
    const program = {
      variables: {
        en: {
          "fn::invoke": {
            function: "ibm-en-authorization:index:getServiceInstance",
            arguments: { name: "my-en" },
            return: "guid",
          },
        },
      },
      resources: { one: authorization({ ...bucketArgs(), source: { serviceInstance: "${en}" } }) },
    };
    stack = await startYamlStack(iam, program, {
      IC_API_KEY: iam.apiKey,
      IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: iam.url,
      IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: iam.url,
    });
    succeeded(await stack.up());
    expect(iam.policies()[0]?.subject.attributes).to.deep.include({
      key: "serviceInstance",
      operator: "stringEquals",
      value: EN,
    });

    program.variables.en["fn::invoke"].arguments.name = "my-em";
    await stack.program(program);
    const { code, output } = await stack.preview();
    expect(code).not.to.equal(0);
    expect(output)
      .to.include('Cannot look up the service instance "my-em"')
      .and.not.match(/\n +at /);
  });

  it("takes over from the dynamic resource and back without a change in IAM", async () => {
    iam = closing(await startIamEmulator());
    const dynamic = await startStack(iam, declares("one", bucketArgs()));
    succeeded(await dynamic.up());
    const before = iam.policies({ state: "all" });
    const { one: made } = await dynamic.authorizations();
    const id = made?.id ?? "";
    const project = await readFile(join(dynamic.dir, "Pulumi.yaml"), "utf8");

    succeeded(await dynamic.pulumi("state", "delete", made?.urn ?? "", "--yes"));
    stack = await withYaml(dynamic, { resources: { one: authorization(bucketArgs(), { import: id }) } });
    succeeded(await stack.up());
    await stack.program(one());
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });

    const { one: imported } = await stack.authorizations();
    succeeded(await stack.pulumi("state", "delete", imported?.urn ?? "", "--yes"));
    await writeFile(join(dynamic.dir, "Pulumi.yaml"), project);
    await dynamic.program(declares("one", { ...bucketArgs(), adopt: id }));
    succeeded(await dynamic.up());
    await dynamic.program(declares("one", bucketArgs()));
    expect(await dynamic.preview("--expect-no-changes")).to.include({ code: 0 });
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
  });
});
