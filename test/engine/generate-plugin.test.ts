import { expect } from "chai";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { startIamEmulator, type IamEmulator, type Policy, type Seed } from "../../src/emulator";
import { command, engineEnv, ROOT, startStack, succeeded, type Outcome, type Stack } from "../support/engine";
import { emulatorEnv } from "../support/cli";
import { COS, EN, KMS } from "../support/inputs";
import { adoptableIn, startMixedAccount } from "../support/mixed-account";
import { closing } from "../support/opened";
import { usePlugin } from "../support/plugin";
import { countedTests } from "../support/subset";
import { WHAT_EXISTS } from "../support/what-exists";

/** Names of buckets that YAML doesn't read as strings unless they are quoted. */
const BUCKETS = ["1_000", "yes", "2026-01-01", "190:20:30", "a.b", "${pulumi.cwd}"];
/** Names that `pulumi import` of Pulumi 3.250.0 doesn't quote in the declarations that it writes. */
const NOT_QUOTED_BY_PULUMI = ["0x1f", "null"];

/** One authorization with an awkward bucket name and description, and otherwise like an existing one. */
function awkward(bucket: string, at: number): Seed & { id: string } {
  const like = WHAT_EXISTS["bucket"] as Seed;
  const attributes = like.resource.attributes.map((each) =>
    each.key === "resource" ? { ...each, value: bucket } : each,
  );
  const id = `00000000-0000-4000-8000-0000000001${String(at).padStart(2, "0")}`;
  return { ...like, id, description: `${bucket}\n\n  ${bucket}\n`, resource: { attributes } };
}

/** Starts an emulator with one policy of each kind, and with these buckets. */
async function withBuckets(buckets: readonly string[]): Promise<IamEmulator> {
  const iam = closing(await startIamEmulator());
  iam.seed([...Object.values(WHAT_EXISTS), ...buckets.map(awkward)]);
  iam.addInstances([
    { name: "my-en", serviceName: "event-notifications", guid: EN },
    { name: "My Storage", serviceName: "cloud-object-storage", guid: COS },
    { name: "生産", serviceName: "kms", guid: KMS },
  ]);
  return iam;
}

const ACCOUNTS: { title: string; open: () => Promise<IamEmulator>; onCi: boolean }[] = [
  { title: "one of each kind", open: () => withBuckets(BUCKETS), onCi: false },
  { title: "an account of 300", open: startMixedAccount, onCi: true },
];

/** A YAML project without resources that finds the plugin as `docs/other-languages.md` describes. */
const PROJECT = {
  name: "engine",
  runtime: "yaml",
  plugins: { providers: [{ name: "ibm-en-authorization", path: "node_modules/.bin" }] },
};

describe("the output of generate for the packaged provider, on the real engine", function () {
  this.timeout(240_000);
  const { it, itIf } = countedTests("engine: generate for the packaged provider");
  let iam: IamEmulator;
  let stack: Stack;
  let before: Policy[];
  let adoptable: string[];

  /** Starts a project that finds the plugin as `docs/other-languages.md` describes. */
  async function start(emulator: IamEmulator): Promise<void> {
    iam = emulator;
    before = iam.policies({ state: "all" });
    adoptable = adoptableIn(iam);
    stack = await startStack(iam, "");
    const plugin = await usePlugin(stack.dir, { isListed: false });
    await mkdir(join(stack.dir, "node_modules"));
    await rename(plugin, join(stack.dir, "node_modules", ".bin"));
  }

  /** Runs the built command in the stack's folder. */
  async function generate(...args: string[]): Promise<Outcome> {
    const env = await engineEnv(stack.dir, emulatorEnv(iam));
    const entry = join(ROOT, "dist", "cli", "index.js");
    return command(process.execPath, [entry, "generate", ...args], stack.dir, env);
  }

  async function expectTakenOver(): Promise<void> {
    const held = Object.values(await stack.authorizations());
    expect(held.map(({ id }) => id)).to.have.members(adoptable);
    expect(held.map(({ type }) => type)).to.include.members(["ibm-en-authorization:index:EnAuthorization"]);
    succeeded(await stack.refresh("--expect-no-changes"));
    succeeded(await stack.preview("--expect-no-changes"));
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
  }

  for (const { title, open, onCi } of ACCOUNTS) {
    itIf(!onCi)(`is a YAML program whose up takes over everything without a change: ${title}`, async () => {
      await start(await open());
      const file = join(stack.dir, "Pulumi.yaml");
      succeeded(await generate("--output", "yaml", "--out", "Pulumi.yaml"));
      succeeded(await stack.pulumi("stack", "init", "test"));
      const verified = succeeded(await generate("--output", "yaml", "--out", "Pulumi.yaml", "--verify"));
      expect(verified).to.include(`takes over ${adoptable.length} authorizations and changes none`);
      succeeded(await stack.up());
      await expectTakenOver();

      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace(/^ *adopt: .*\n/gm, ""));
      succeeded(await stack.preview("--expect-no-changes"));
      const { code, output } = await stack.destroy();
      expect(code, output).not.to.equal(0);
      expect(output).to.include("protected");
      expect(iam.policies({ state: "all" })).to.deep.equal(before);
    });

    itIf(!onCi)(
      `is a file with which pulumi import takes over everything without a change: ${title}`,
      async () => {
        await start(await open());
        await writeFile(join(stack.dir, "Pulumi.yaml"), stringify(PROJECT));
        const verified = succeeded(await generate("--output", "import", "--out", "import.json", "--verify"));
        expect(verified).to.include(
          `pulumi import imports ${adoptable.length} authorizations and changes none`,
        );
        succeeded(await stack.pulumi("import", "--file", "import.json", "--yes", "--out", "imported.yaml"));
        const declarations = await readFile(join(stack.dir, "imported.yaml"), "utf8");
        await writeFile(join(stack.dir, "Pulumi.yaml"), `${stringify(PROJECT)}${declarations}`);
        await expectTakenOver();
      },
    );
  }

  it("keeps names that YAML could read as numbers", async () => {
    await start(await withBuckets(NOT_QUOTED_BY_PULUMI));
    succeeded(await generate("--output", "yaml", "--out", "Pulumi.yaml"));
    succeeded(await stack.pulumi("stack", "init", "test"));
    succeeded(await stack.up());
    await expectTakenOver();
  });

  it("is not verified if an authorization in it is gone", async () => {
    await start(await withBuckets([]));
    await writeFile(join(stack.dir, "Pulumi.yaml"), stringify(PROJECT));
    iam.inject({ operation: "getV2Policy", status: 404, times: Infinity });
    const { code, output } = await generate("--output", "import", "--out", "import.json", "--verify");
    expect(code).to.equal(2);
    expect(output).to.include("pulumi import failed").and.include("[policy-not-found]");
  });
});
