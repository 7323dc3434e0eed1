import { expect } from "chai";
import { PassThrough } from "node:stream";
import { commandLine } from "../../src/cli/command-line";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { runCommand } from "../support/command";
import { COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { inProgram } from "../support/program";
import { WHAT_EXISTS } from "../support/what-exists";

describe("pulumi-ibm-en-authorization", () => {
  it("lists its commands in its help, and prints its version", async () => {
    expect((await runCommand("--help")).output)
      .to.include("emulator")
      .and.to.include("list");
    expect((await runCommand("--version")).output).to.match(/^\d+\.\d+\.\d+/);
  });
});

describe("pulumi-ibm-en-authorization list", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    iam.seed(Object.values(WHAT_EXISTS));
  });

  /** Runs the command with credentials in the environment, by default the emulator's. */
  async function list(format?: string, env: Record<string, string> = { IC_API_KEY: iam.apiKey }) {
    const out = new PassThrough();
    const program = commandLine(out);
    let error = "";
    for (const command of program.commands) {
      command.exitOverride().configureOutput({ writeErr: (text) => (error += text) });
    }
    const all = { IBMCLOUD_IAM_API_ENDPOINT: iam.url, ...env };
    await inProgram({ env: all }, async () => {
      const args = format === undefined ? [] : [`--format=${format}`];
      await program.parseAsync(["list", ...args], { from: "user" }).catch(() => undefined);
    });
    return { output: String(out.read() ?? ""), error };
  }

  it("prints one line per authorization by default: id, scope, roles, description", async () => {
    const { output } = await list();
    expect(output.trimEnd().split("\n")).to.deep.equal([
      `${idOf("bucket")}  event-notifications (${EN}) -> cloud-object-storage (${COS}, resourceType bucket, resource failed-events)  Object Writer, Reader  \`the "failed" ones,\\nit's a long story\``,
      `${idOf("wide")}  event-notifications (${EN}) -> kms (all instances)  Reader`,
      `${idOf("tagged")}  event-notifications (${EN}) -> kms (${KMS}, keyRing stringMatch events-*, env stringEquals prod)  Reader`,
      `${idOf("group")}  any service (resourceGroupId ${GROUP}) -> event-notifications (${EN})  Event Source Manager`,
      `${idOf("elsewhere")}  secrets-manager (all instances, account ${OTHER_ACCOUNT}) -> event-notifications (${EN})  Event Source Manager`,
      `${idOf("template")}  secrets-manager (all instances) -> event-notifications (${EN})  Event Source Manager`,
      `${idOf("service")}  project (all instances) -> event-notifications (${EN})  Event Source Manager`,
    ]);
  });

  it("prints JSON like the result of getAuthorizations", async () => {
    const { output } = await list("json");
    const all = JSON.parse(output) as { id: string; managedBy?: string }[];
    expect(all.map(({ id }) => id)).to.deep.equal(
      Object.keys(WHAT_EXISTS)
        .filter((name) => name !== "unrelated")
        .map(idOf),
    );
    expect(all.at(-1)).to.include({ managedBy: "service" });
  });

  it("draws each source and target once, with an arrow for each authorization", async () => {
    const { output } = await list("graph");
    const [head, ...lines] = output.trimEnd().split("\n");
    expect(head).to.equal("flowchart LR");
    const nodes = lines.filter((line) => line.includes("["));
    expect(new Set(nodes.map((line) => line.slice(line.indexOf("[")))).size).to.equal(nodes.length);
    expect(lines.filter((line) => line.includes("-->"))).to.have.length(7);
    expect(lines).to.include(`  n1["event-notifications (${EN})"]`);
    expect(lines).to.include('  n1 -->|"Reader"| n3');
  });

  it("fails without credentials", async () => {
    const { output, error } = await list("text", {});
    expect(output).to.equal("");
    expect(error)
      .to.include("IC_API_KEY")
      .and.not.match(/pulumi config|ibmcloud:/);
  });

  it("gives no advice about stacks if the key is refused", async () => {
    const { error } = await list("text", { IC_API_KEY: "wrong" });
    expect(error)
      .to.include("BXNIM0415E")
      .and.not.match(/pulumi (up|refresh|config)|--run-program/);
  });

  it("fails if IAM refuses", async () => {
    iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    expect((await list("text")).error)
      .to.include("IAM")
      .and.to.include("403");
  });

  it("refuses an unknown format", async () => {
    expect((await list("xml")).error).to.include("text, json, graph");
  });
});

function idOf(name: string): string {
  return WHAT_EXISTS[name]?.id ?? "";
}
