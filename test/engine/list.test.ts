import { expect } from "chai";
import { PassThrough } from "node:stream";
import { commandLine } from "../../src/cli/command-line";
import { startIamEmulator } from "../../src/emulator";
import { startStack, succeeded } from "../support/engine";
import { closing } from "../support/opened";
import { inProgram } from "../support/program";
import { WHAT_EXISTS } from "../support/what-exists";

describe("a program written by list, on the real engine", function () {
  this.timeout(180_000);

  it("adopts the policies of others without a change", async () => {
    const iam = closing(await startIamEmulator());
    iam.seed(Object.values(WHAT_EXISTS));
    const before = iam.policies({ state: "all" });
    const env = { IC_API_KEY: iam.apiKey, IBMCLOUD_IAM_API_ENDPOINT: iam.url };
    const out = new PassThrough();
    await inProgram({ env }, async () => {
      await commandLine(out).parseAsync(["list", "--format", "code"], { from: "user" });
    });
    const written = String(out.read());
    expect(written).to.match(/^import \{ EnAuthorization \} from "pulumi-ibm-en-authorization";\n/);

    const stack = await startStack(iam, written.slice(written.indexOf("\n")));
    succeeded(await stack.up());
    const held = Object.values(await stack.authorizations()).map(({ id }) => id);
    const own = Object.entries(WHAT_EXISTS).filter(
      ([name]) => !["template", "service", "unrelated"].includes(name),
    );
    expect(held.sort()).to.deep.equal(own.map(([, { id }]) => id));
    succeeded(await stack.refresh());
    succeeded(await stack.preview("--expect-no-changes"));
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
  });
});
