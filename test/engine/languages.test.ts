import { expect } from "chai";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { buildSdkTool } from "../../scripts/engine.mjs";
import { SCHEMA_FILE } from "../../scripts/schema/schema";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { command, engineEnv, ROOT, startStack, succeeded, type Stack } from "../support/engine";
import { COS, EN } from "../support/inputs";
import { closing } from "../support/opened";
import { npmIn, pack } from "../support/npm";
import { usePlugin } from "../support/plugin";
import { countedTests } from "../support/subset";

/** The version on PyPI that runs with the oldest Python host. */
const PYTHON_SDK = "pulumi==3.272.0";
const GO_SDK = "github.com/pulumi/pulumi/sdk/v3 v3.250.0";

describe("the packaged provider in other languages, on the real engine", function () {
  this.timeout(900_000);
  const { itOnCi } = countedTests("engine: other languages");
  let folder: string;
  let iam: IamEmulator;
  let stack: Stack;

  before(async () => {
    await mkdir(join(ROOT, ".work"), { recursive: true });
    folder = await mkdtemp(join(ROOT, ".work", "sdk-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a command that must succeed. @returns its output */
  async function must(
    name: string,
    args: string[],
    cwd: string,
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<string> {
    const { code, output } = await command(name, args, cwd, env);
    expect(code, output).to.equal(0);
    return output;
  }

  let tool: Promise<string> | undefined;

  /** Writes the SDK of a language. @returns its folder */
  async function sdkOf(language: string): Promise<string> {
    const path = join(folder, "write-sdk");
    await (tool ??= buildSdkTool(path).then(() => path));
    await must(path, [SCHEMA_FILE, folder, language], folder);
    return join(folder, language);
  }

  /**
   * Starts a stack with an example's files, the plugin and an emulator.
   *
   * @returns the folder with the plugin's executable
   */
  async function startExample(name: string, env: NodeJS.ProcessEnv = {}, isListed = true): Promise<string> {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, "", { IC_API_KEY: iam.apiKey, ...env });
    await cp(join(ROOT, "examples", name), stack.dir, { recursive: true });
    const plugin = await usePlugin(stack.dir, { isListed });
    // The example has another project name.
    succeeded(await stack.pulumi("stack", "init", "test"));
    for (const [key, value] of Object.entries({ eventNotifications: EN, objectStorage: COS }))
      succeeded(await stack.pulumi("config", "set", key, value));
    return plugin;
  }

  /** Runs the life of the example: preview, up, no changes, refresh, destroy. After each step, IAM has what it should have. */
  async function live(): Promise<void> {
    succeeded(await stack.preview());
    expect(iam.policies()).to.deep.equal([]);
    expect(succeeded(await stack.up())).to.match(/policyId: "[0-9a-f-]{36}"/);
    expect(iam.policies()).to.have.length(1);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    succeeded(await stack.refresh("--expect-no-changes"));
    succeeded(await stack.destroy());
    expect(iam.policies()).to.deep.equal([]);
  }

  itOnCi("runs in YAML", async () => {
    await startExample("yaml");
    await live();
  });

  itOnCi("runs in Python, with an SDK that is generated from the schema", async () => {
    const sdk = await sdkOf("python");
    const venv = join(folder, "venv");
    await must("python3", ["-m", "venv", venv], folder);
    const bin = join(venv, process.platform === "win32" ? "Scripts" : "bin");
    await must(join(bin, "python"), ["-m", "pip", "install", "--quiet", PYTHON_SDK, sdk], folder);
    const engine = (await engineEnv(folder, {}))["PATH"] ?? "";
    await startExample("python", { PATH: [bin, engine].join(delimiter) });
    await live();
  });

  itOnCi("runs in TypeScript, with an SDK that is generated from the schema", async () => {
    const sdk = await sdkOf("nodejs");
    await must(process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-p", sdk], sdk);
    await cp(join(sdk, "package.json"), join(sdk, "bin", "package.json"));
    await startExample("yaml");
    const program = `const pulumi = require("@pulumi/pulumi");
const ibm = require(${JSON.stringify(join(sdk, "bin"))});
const config = new pulumi.Config();
const one = new ibm.EnAuthorization("failed-events", {
  source: { serviceInstance: config.require("eventNotifications") },
  target: { serviceName: "cloud-object-storage", serviceInstance: config.require("objectStorage"), resourceType: "bucket", resource: "failed-events" },
  roles: ["Reader", "Object Writer"],
});
exports.policyId = one.id;
`;
    await writeFile(join(stack.dir, "index.js"), program);
    await writeFile(
      join(stack.dir, "Pulumi.yaml"),
      "name: failed-events\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.js\n",
    );
    await usePlugin(stack.dir);
    await live();
  });

  itOnCi("compiles in Go, with an SDK that is generated from the schema", async () => {
    const sdk = await sdkOf("go");
    await writeFile(
      join(sdk, "go.mod"),
      `module pulumi-ibm-en-authorization/sdk/go/ibmenauthorization\n\ngo 1.25.0\n\nrequire ${GO_SDK}\n`,
    );
    const program = join(folder, "go-program");
    await cp(join(ROOT, "examples", "go"), program, { recursive: true });
    const local = "pulumi-ibm-en-authorization/sdk/go/ibmenauthorization";
    await writeFile(
      join(program, "go.mod"),
      `module failed-events\n\ngo 1.25.0\n\nrequire (\n\t${local} v0.0.0\n\t${GO_SDK}\n)\n\nreplace ${local} => ${sdk}\n`,
    );
    const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" };
    await must("go", ["mod", "tidy"], program, env);
    await must("go", ["build", "-o", join(folder, "failed-events"), "."], program, env);
  });

  itOnCi("generates SDKs for .NET and Java", async () => {
    for (const language of ["dotnet", "java"]) {
      await sdkOf(language);
    }
  });

  itOnCi("is found on the PATH", async () => {
    const plugin = await startExample("yaml", {}, false);
    const { PATH = "" } = await engineEnv(stack.dir, {});
    const path = [plugin, PATH].join(delimiter);
    expect(succeeded(await stack.having({ PATH: path }).preview())).to.match(/failed-events create/);
  });

  itOnCi("find the plugin in the installed npm package, and after pulumi package add", async () => {
    await startExample("yaml", {}, false);
    const tarball = await pack(stack.dir);
    await writeFile(join(stack.dir, "package.json"), "{}");
    const peers = ["--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    await npmIn(stack.dir, "install", ...peers, `./${tarball}`);
    const bin = join(stack.dir, "node_modules", ".bin");
    const executable = join(bin, "pulumi-resource-ibm-en-authorization");
    const project = await readFile(join(stack.dir, "Pulumi.yaml"), "utf8");
    const withPlugin = `${project}plugins:\n  providers:\n    - name: ibm-en-authorization\n      path: node_modules/.bin\n`;
    await writeFile(join(stack.dir, "Pulumi.yaml"), withPlugin);
    await live();

    await writeFile(join(stack.dir, "Pulumi.yaml"), project);
    succeeded(await stack.pulumi("package", "add", executable));
    expect(await readFile(join(stack.dir, "Pulumi.yaml"), "utf8")).to.include("ibm-en-authorization: ");
    const { PATH = "" } = await engineEnv(stack.dir, {});
    stack = stack.having({ PATH: [bin, PATH].join(delimiter) });
    await live();
  });
});
