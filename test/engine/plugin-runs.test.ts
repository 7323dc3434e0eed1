import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { until, succeeded } from "../support/engine";
import { sdk } from "../support/iam-edits";
import { bucketArgs, EN, GROUP } from "../support/inputs";
import { closing } from "../support/opened";
import { authorization, startYamlStack, type YamlProgram, type YamlStack } from "../support/plugin";
import { PLUGIN, startPlugin } from "../support/plugin-process";
import { countedTests } from "../support/subset";

const EXPLICIT = "pulumi:providers:ibm-en-authorization";
/** The note about a missing role that IBM documents. */
const NOTE = /also needs Object Writer/g;

const one = (more: object = {}): YamlProgram => ({
  resources: { one: authorization({ ...bucketArgs(), ...more }) },
});
const bucket = (resource: string) => ({ ...bucketArgs(), target: { ...bucketArgs().target, resource } });

describe("a run of the packaged provider on the real engine", function () {
  this.timeout(240_000);
  const { it, itOnCi } = countedTests("engine: runs of the packaged provider");
  let iam: IamEmulator;
  let stack: YamlStack;

  async function start(program: (iam: IamEmulator) => YamlProgram, env?: NodeJS.ProcessEnv): Promise<void> {
    iam = closing(
      await startIamEmulator({
        instances: [{ guid: EN, name: "my-en", serviceName: "event-notifications" }],
        resourceGroups: [{ id: GROUP, name: "my-group" }],
      }),
    );
    stack = await startYamlStack(iam, program(iam), env);
  }
  const stateText = async () => {
    const file = join(stack.dir, "export.json");
    succeeded(await stack.pulumi("stack", "export", "--file", file));
    return readFile(file, "utf8");
  };

  it("keeps an incomplete authorization in the state, previews what it lacks, and completes it", async () => {
    await start(() => one());
    succeeded(await stack.up());
    const { one: made } = await stack.authorizations();
    succeeded(await stack.pulumi("state", "delete", made?.urn ?? "", "--yes"));
    await stack.program(one({ adopt: true, roles: ["Reader"], description: "why" }));
    const repair = iam.inject({ operation: "replaceV2Policy", times: Infinity, status: 403 });
    const failed = await stack.up();
    repair();
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.match(/\[not-permitted\]\n/);
    const { one: incomplete } = await stack.authorizations();
    expect(incomplete).to.include({ id: made?.id });
    expect(incomplete?.initErrors).to.have.length(1);
    expect(incomplete?.outputs).not.to.have.property("__provider");

    expect(succeeded(await stack.preview("--diff")))
      .to.match(/\+ description: "why"/)
      .and.match(/- \[1\]: "Object Writer"/);
    succeeded(await stack.up());
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    expect(iam.policies()).to.have.length(1);
    expect(iam.policies()[0]).to.include({ id: made?.id, description: "why" });
  });

  it("previews unknown values, keeps secrets out of the state's text, and finds deleted policies by refresh", async () => {
    await start(() => ({
      resources: {
        one: authorization({ ...bucketArgs(), description: { "fn::secret": "hush" } }),
        two: authorization({ ...bucket("two"), description: "${one.createdById}" }),
        other: { type: EXPLICIT, properties: { iamEndpoint: iam.url, accountId: "${one.target.accountId}" } },
        three: authorization(bucket("three"), { provider: "${other}" }),
      },
    }));
    const preview = succeeded(await stack.preview("--diff"));
    expect(preview)
      .to.match(/description: \[secret\]/)
      .and.match(/description: \[unknown\]/)
      .and.match(/5 to create/);
    expect(iam.policies()).to.deep.equal([]);
    succeeded(await stack.up());
    expect(iam.policies()).to.have.length(3);
    succeeded(await stack.refresh("--expect-no-changes"));
    expect(await stateText()).not.to.include("hush");
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });

    const [first] = iam.policies();
    await sdk(iam).deleteV2Policy({ id: first?.id ?? "" });
    expect(succeeded(await stack.refresh())).to.match(/one deleted/);
    expect(await stack.plan()).to.include({ one: "create" });
    succeeded(await stack.destroy());
    expect(iam.policies()).to.deep.equal([]);
  });

  it("prints a note once, also with the options of --logflow before the engine's address", async () => {
    await start(() => one({ roles: ["Reader"] }));
    const diagnostics = ({ output }: { output: string }) => output.split("Diagnostics:")[1] ?? "";
    for (const options of [[], ["--logflow", "-v=3", "--logtostderr"]])
      expect(diagnostics(await stack.preview(...options)).match(NOTE)).to.have.length(1);
    const up = succeeded(await stack.pulumi("up", "--yes"));
    expect(diagnostics({ output: up }).match(NOTE)).to.have.length(1);
  });

  it("serves an engine that attaches to a running plugin, for one run after another", async () => {
    await start(() => one({ roles: ["Reader"] }));
    const { IC_API_KEY, PATH } = { IC_API_KEY: iam.apiKey, PATH: process.env["PATH"] };
    const plugin = closing(
      await startPlugin(PLUGIN, { PATH, IC_API_KEY, IBMCLOUD_IAM_API_ENDPOINT: iam.url }),
    );
    const attached = stack.having({
      PULUMI_DEBUG_PROVIDERS: `ibm-en-authorization:${plugin.printed().trim()}`,
    });
    expect(succeeded(await attached.pulumi("up", "--yes"))).to.match(NOTE);
    expect(iam.policies()).to.have.length(1);
    succeeded(await attached.destroy());
    expect(iam.policies()).to.deep.equal([]);
    expect(plugin.printed()).to.match(/^\d+\n$/);
  });

  it("replaces a resource whose diff is an update, with replaceOnChanges and deleteBeforeReplace", async () => {
    const options = { replaceOnChanges: ["description"], deleteBeforeReplace: true };
    const described = (description: string) => ({
      resources: { one: authorization({ ...bucketArgs(), description }, options) },
    });
    await start(() => described("before"));
    succeeded(await stack.up());
    const [before] = iam.policies();
    await stack.program(described("after"));
    succeeded(await stack.up());
    expect(iam.policies()).to.have.length(1);
    expect(iam.policies()[0]).to.include({ description: "after" });
    expect(iam.policies()[0]?.id).not.to.equal(before?.id);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
  });

  it("keeps the policy in a rename that adopts it", async () => {
    await start(() => one());
    succeeded(await stack.up());
    const [made] = iam.policies();
    await stack.program({ resources: { renamed: authorization({ ...bucketArgs(), adopt: true }) } });
    expect(succeeded(await stack.up())).to.include("stays in IAM");
    expect(iam.policies()).to.deep.equal([made]);
    expect(Object.keys(await stack.authorizations())).to.deep.equal(["renamed"]);
    succeeded(await stack.destroy());
    expect(iam.policies()).to.deep.equal([]);
  });

  itOnCi("by Ctrl-C ends the wait after a create, with the authorization in the state", async () => {
    await start(() => one({ settle: { afterCreate: 3600 } }));
    const run = stack.start("up", "--yes", "--skip-preview");
    await until(() => iam.policies().length > 0);
    run.interrupt();
    expect((await run.ended).output).to.include("update canceled");
    expect((await stack.authorizations())["one"]).to.include({ id: iam.policies()[0]?.id });
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
  });

  it("calls each lookup with an explicit provider", async () => {
    const programOf = ({ apiKey, url }: IamEmulator) => {
      const endpoints = {
        iamEndpoint: url,
        resourceControllerEndpoint: url,
        resourceManagementEndpoint: url,
      };
      const source = { serviceName: "secrets-manager", resourceGroupId: "${group.id}" };
      const target = { serviceName: "event-notifications", serviceInstance: "${en.crn}" };
      return {
        resources: {
          other: { type: EXPLICIT, properties: { apiKey, ...endpoints } },
          one: authorization({ source, target }, { provider: "${other}" }),
        },
        variables: {
          en: lookup("getServiceInstance", { name: "my-en" }),
          group: lookup("getResourceGroup", { name: "my-group" }),
        },
      };
    };
    await start(programOf, {});
    succeeded(await stack.up());
    const { one: made } = await stack.authorizations();
    expect(made?.outputs).to.have.nested.include({
      "source.resourceGroupId": GROUP,
      "target.serviceInstance": EN,
    });

    const program = programOf(iam);
    const all = lookup("getAuthorizations", { target: { serviceInstance: EN } });
    const outputs = {
      found: "${all.authorizations[0].id}",
      account: "${all.authorizations[0].source.accountId}",
    };
    await stack.program({ ...program, variables: { ...program.variables, all }, outputs });
    expect(succeeded(await stack.up())).to.include(`found  : "${made?.id ?? ""}"`);
  });
});

function lookup(name: string, args: object): object {
  const options = { provider: "${other}" };
  return { "fn::invoke": { function: `ibm-en-authorization:${name}`, arguments: args, options } };
}
