import { expect } from "chai";
import type * as messages from "@pulumi/pulumi/proto/provider_pb";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { startIamEmulator } from "../../src/emulator";
import { provider } from "../../src/plugin/wire";
import { ROOT, succeeded } from "../support/engine";
import { bucketArgs } from "../support/inputs";
import { manifest, npmIn, pack } from "../support/npm";
import { closing } from "../support/opened";
import { authorization, startYamlStack } from "../support/plugin";
import { startPlugin } from "../support/plugin-process";
import { countedTests } from "../support/subset";

const FOLDER = join(ROOT, "pulumi-plugin");

/** Copies the folder out of the clone and installs what it depends on, with the package from a tarball. */
async function installFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "plugin-folder-"));
  closing({ close: () => rm(dir, { recursive: true, force: true }) });
  await cp(FOLDER, dir, { recursive: true });
  const own = await manifest(dir);
  const { devDependencies } = await manifest();
  own.dependencies["pulumi-ibm-en-authorization"] = `file:./${await pack(dir)}`;
  own.dependencies["@pulumi/pulumi"] = devDependencies["@pulumi/pulumi"] ?? "";
  await writeFile(join(dir, "package.json"), JSON.stringify(own));
  await npmIn(dir, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
  return dir;
}

describe("the folder that pulumi package add installs the plugin from", function () {
  this.timeout(300_000);
  const { it, itOnCi } = countedTests("engine: the plugin's folder");

  it("has the runtime Node.js, and depends on this release", async () => {
    const project = parse(await readFile(join(FOLDER, "PulumiPlugin.yaml"), "utf8")) as unknown;
    expect(project).to.deep.equal({ runtime: "nodejs" });
    const { version, peerDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
      version: string;
      peerDependencies: Record<string, string>;
    };
    // Only policy packs need the other peer dependency.
    const { "@pulumi/policy": policy, ...needed } = peerDependencies;
    expect((await manifest(FOLDER)).dependencies).to.include({
      ...needed,
      "pulumi-ibm-en-authorization": `^${version}`,
    });
  });

  // The host reads the tsconfig.json of the program: here this clone's, which an old TypeScript can't read.
  itOnCi(
    "holds a plugin that runs as the Node.js language host runs it, beside a TypeScript program",
    async () => {
      const iam = closing(await startIamEmulator());
      const dir = await installFolder();
      const host = join(dir, "node_modules", "@pulumi", "pulumi", "cmd", "run-plugin");
      const plugin = closing(
        await startPlugin([host, dir, "--logtostderr", "-v=3"], {
          PATH: process.env["PATH"],
          IC_API_KEY: iam.apiKey,
          IBMCLOUD_IAM_API_ENDPOINT: iam.url,
        }),
      );
      const schema = await plugin.call<messages.GetSchemaResponse>(
        "getSchema",
        new provider.GetSchemaRequest(),
      );
      expect(schema.getSchema()).to.equal(await readFile(join(ROOT, "schema.json"), "utf8"));

      const stack = await startYamlStack(iam, { resources: { one: authorization(bucketArgs()) } });
      const attached = stack.having({
        PULUMI_DEBUG_PROVIDERS: `ibm-en-authorization:${plugin.printed().trim()}`,
      });
      succeeded(await attached.up());
      expect(iam.policies()).to.have.length(1);
      succeeded(await attached.destroy());
      expect(iam.policies()).to.deep.equal([]);
    },
  );
});
