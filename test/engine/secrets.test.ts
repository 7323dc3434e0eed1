import { expect } from "chai";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { declares, startStack, type Stack } from "../support/engine";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const API_KEY = "k3y-that-must-not-be-seen-0123456789";
const ACCOUNT = { id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", apiKeys: [API_KEY], iamId: "iam-ServiceId-1" };

/** Matches a JSON Web Token such as IAM's. */
const TOKEN = /eyJ[\w-]{10,}\.[\w-]{10,}/;

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Asserts that a text contains neither the key nor a token. */
function expectClean(text: string, where: string): void {
  expect(text.includes(API_KEY), `the API key is in ${where}`).to.equal(false);
  expect(TOKEN.test(text), `a token is in ${where}`).to.equal(false);
}

describe("credentials on the real engine", function () {
  this.timeout(180_000);
  const { it, itOnCi } = countedTests("engine: credentials");

  /** Runs every kind of command, some of them failing, and returns their output. */
  async function live(iam: IamEmulator, stack: Stack): Promise<string[]> {
    const said = [await stack.preview("--debug"), await stack.up("--debug"), await stack.refresh("--debug")];
    await stack.program(declares("one", { ...bucketInputs(), roles: ["Nonsense"] }));
    said.push(await stack.up("--debug"));
    await stack.program(declares("one", bucketInputs()) + declares("twin", bucketInputs()));
    said.push(await stack.up("--debug"));
    // Without a list, the check finds no duplicate, and the create meets the conflict.
    const lift = iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    said.push(await stack.up("--debug"));
    lift();
    expect(iam.calls().some(({ status }) => status === 409)).to.equal(true);
    said.push(
      await stack.pulumi("stack", "export"),
      await stack.pulumi("stack", "output", "--show-secrets", "--json"),
    );
    return said.map(({ output }) => output);
  }

  it("from the environment appear in no state, output, error, debug output or file", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ACCOUNT] }));
    const stack = await startStack(iam, declares("one", bucketInputs()), { IC_API_KEY: API_KEY });
    const said = await live(iam, stack);
    said.push((await stack.pulumi("stack", "export", "--show-secrets")).output);
    for (const text of said) expectClean(text, `the output: ${text.slice(0, 100)}`);
    for (const file of await filesOf(stack.dir)) expectClean(await readFile(file, "latin1"), file);
    expect((await stack.destroy()).code).to.equal(0);
  });

  itOnCi("from the stack's configuration appear nowhere in plain text, and not in the resource", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ACCOUNT] }));
    const stack = await startStack(iam, declares("one", bucketInputs()), {});
    expect(await stack.pulumi("config", "set", "--secret", "ibmcloud:apiKey", API_KEY)).to.include({
      code: 0,
    });
    const said = await live(iam, stack);
    for (const text of said) expectClean(text, `the output: ${text.slice(0, 100)}`);
    for (const file of await filesOf(stack.dir)) expectClean(await readFile(file, "latin1"), file);
    const { one } = await stack.authorizations();
    expectClean(JSON.stringify(one), "the resource");
    // The engine keeps the stack's configuration in state, encrypted with the provider.
    expect((await stack.pulumi("stack", "export", "--show-secrets")).output).to.include(API_KEY);

    // Refresh and destroy use the kept configuration unless they run the program.
    await stack.pulumi("config", "set", "--secret", "ibmcloud:apiKey", "a-newer-key");
    expect((await stack.refresh()).code).to.equal(0);
    expect((await stack.refresh("--run-program")).output).to.include("BXNIM0415E");
    await stack.pulumi("config", "set", "--secret", "ibmcloud:apiKey", API_KEY);
    expect((await stack.destroy("--run-program")).code).to.equal(0);
    expect(iam.policies()).to.deep.equal([]);
  });

  it("from the stack's configuration in plain text are refused before they reach the state", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ACCOUNT] }));
    const stack = await startStack(iam, declares("one", bucketInputs()), {});
    await stack.pulumi("config", "set", "--plaintext", "ibmcloud:apiKey", API_KEY);
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    expect(output).to.include("pulumi config set --secret ibmcloud:apiKey");
    expectClean(output, "the error");
    expectClean((await stack.pulumi("stack", "export", "--show-secrets")).output, "the state");
    expect(iam.calls()).to.deep.equal([]);
  });

  itOnCi("in plain text next to secret ones are refused before they reach a plan or the state", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ACCOUNT] }));
    const stack = await startStack(iam, declares("one", { ...bucketInputs(), credentials: "ONE" }), {});
    await stack.pulumi("config", "set", "--secret", "--path", "ibmcloud:credentials.ONE.apikey", "other-key");
    await stack.pulumi("config", "set", "--plaintext", "--path", "ibmcloud:credentials.TWO.apikey", API_KEY);
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    expect(output).to.include("pulumi config set --secret --path ibmcloud:credentials.TWO.apikey");
    expectClean(output, "the error");
    expectClean((await stack.pulumi("stack", "export", "--show-secrets")).output, "the state");
    expect(iam.calls()).to.deep.equal([]);

    // With all of them secret they are used, and IAM refuses the wrong key.
    await stack.pulumi("config", "set", "--secret", "--path", "ibmcloud:credentials.TWO.apikey", API_KEY);
    expect((await stack.up()).output)
      .to.include("BXNIM0415E")
      .and.not.to.include("invalid-configuration");
  });

  itOnCi("in plain text are refused in a program with its own folder", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ACCOUNT] }));
    const stack = await startStack(iam, declares("one", { ...bucketInputs(), credentials: "ONE" }), {});
    await mkdir(join(stack.dir, "app"));
    await rename(join(stack.dir, "index.js"), join(stack.dir, "app", "index.js"));
    const project = await readFile(join(stack.dir, "Pulumi.yaml"), "utf8");
    await writeFile(join(stack.dir, "Pulumi.yaml"), project.replace("main: ", "main: app/"));
    await stack.pulumi("config", "set", "--secret", "--path", "ibmcloud:credentials.ONE.apikey", "other-key");
    await stack.pulumi("config", "set", "--plaintext", "--path", "ibmcloud:credentials.TWO.apikey", API_KEY);
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    expect(output).to.include("pulumi config set --secret --path ibmcloud:credentials.TWO.apikey");
    expectClean(output, "the error");
  });

  it("from the environment are in none of the engine's logs", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ACCOUNT] }));
    const made = await startStack(iam, declares("one", bucketInputs()), { IC_API_KEY: API_KEY });
    const stack = made.having({ PULUMI_DEBUG_GRPC: join(made.dir, "grpc.json") });
    const { code, output } = await stack.up("--logtostderr", "-v=9");
    expect(code, output).to.equal(0);
    expectClean(output, "the log");
    expectClean(await readFile(join(made.dir, "grpc.json"), "utf8"), "the calls between engine and plugins");
  });

  itOnCi("that IAM refuses are not shown", async () => {
    const iam = closing(await startIamEmulator());
    const stack = await startStack(iam, declares("one", bucketInputs()), { IC_API_KEY: API_KEY });
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    expect(output).to.include("BXNIM0415E");
    expectClean(output, "the error");
  });
});
