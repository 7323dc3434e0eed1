import { expect } from "chai";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { command, engineEnv, ROOT, startStack, succeeded, type Outcome, type Stack } from "../support/engine";
import { adoptableIn, startMixedAccount } from "../support/mixed-account";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";
import { WHAT_EXISTS } from "../support/what-exists";

const PROJECT = "name: engine\nruntime: nodejs\nmain: index.ts\n";

describe("a program written by generate, on the real engine", function () {
  this.timeout(240_000);
  const { it, itOnCi } = countedTests("engine: generate");
  let iam: IamEmulator;
  let stack: Stack;
  let adoptable: string[];
  async function start(emulator: IamEmulator): Promise<void> {
    iam = emulator;
    adoptable = adoptableIn(iam);
    stack = await startStack(iam, "");
    await writeFile(join(stack.dir, "Pulumi.yaml"), PROJECT);
  }

  async function withOneOfEach(): Promise<IamEmulator> {
    const one = closing(await startIamEmulator());
    one.seed(Object.values(WHAT_EXISTS));
    return one;
  }

  /** Runs the built command in the stack's folder. */
  async function generate(...args: string[]): Promise<Outcome> {
    const endpoints = {
      IBMCLOUD_IAM_API_ENDPOINT: iam.url,
      IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: iam.url,
      IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: iam.url,
    };
    const env = await engineEnv(stack.dir, { IC_API_KEY: iam.apiKey, ...endpoints });
    const entry = join(ROOT, "dist", "cli", "index.js");
    return command(process.execPath, [entry, "generate", ...args], stack.dir, env);
  }

  it("takes over the policies of others without a change, and the preview reports it", async () => {
    await start(await withOneOfEach());
    expect(adoptable).to.have.length(5);
    const before = iam.policies({ state: "all" });
    const output = succeeded(await generate("--out", "index.ts", "--verify"));
    expect(output).to.include(`takes over ${adoptable.length} authorizations and changes none`);
    expect(output).to.include(`Skipped ${WHAT_EXISTS["template"]?.id ?? ""}: an enterprise policy template`);
    succeeded(await stack.up());
    const held = Object.values(await stack.authorizations()).map(({ id }) => id);
    expect(held).to.have.members(adoptable);
    succeeded(await stack.refresh());
    succeeded(await stack.preview("--expect-no-changes"));
    expect(iam.policies({ state: "all" })).to.deep.equal(before);

    const text = readFileSync(join(stack.dir, "index.ts"), "utf8");
    await writeFile(join(stack.dir, "index.ts"), text.replace(/ *adopt: .*\n/g, ""));
    succeeded(await stack.preview("--expect-no-changes"));
  });

  itOnCi("takes over an account of 300", async () => {
    await start(await startMixedAccount());
    const before = iam.policies({ state: "all" });
    const output = succeeded(await generate("--out", "index.ts", "--verify"));
    expect(output).to.include(`takes over ${adoptable.length} authorizations and changes none`);
    succeeded(await stack.up());
    const held = Object.values(await stack.authorizations()).map(({ id }) => id);
    expect(held).to.have.members(adoptable);
    succeeded(await stack.preview("--expect-no-changes"));
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
  });

  it("fails to verify a program that takes over nothing", async () => {
    await start(await withOneOfEach());
    await writeFile(join(stack.dir, "index.ts"), "export {};");
    const { code, output } = await generate("--out", "elsewhere.ts", "--verify");
    expect(code).to.equal(2);
    expect(output).to.include(`pulumi preview does not take over ${adoptable.join(", ")} without a change`);
  });
});
