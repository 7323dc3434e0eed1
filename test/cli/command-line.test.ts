import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { commandLine } from "../../src/cli/command-line";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { sdk } from "../support/iam-edits";
import { COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { inProgram } from "../support/program";
import { WHAT_EXISTS } from "../support/what-exists";

const ENTRY = join(__dirname, "..", "..", "src", "cli", "index.ts");

/** Runs the command as a user's shell does, until it has said something. */
async function run(...args: string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", ENTRY, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  closing({
    close: async () => {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
    },
  });
  const [said] = (await Promise.race([once(child.stdout, "data"), once(child.stderr, "data")])) as [Buffer];
  return { child, said: said.toString() };
}

/** The command in this process: what it wrote, and what it refused. */
async function parsed(...args: string[]): Promise<string> {
  const out = new PassThrough();
  let said = "";
  const program = commandLine(out);
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: (text) => (said += text), writeErr: (text) => (said += text) });
  }
  await program.parseAsync(args, { from: "user" }).catch(() => undefined);
  return said;
}

describe("pulumi-ibm-en-authorization emulator", () => {
  it("listens until it is ended, and says where and with which key", async () => {
    const { child, said } = await run("emulator");
    const url = /IBMCLOUD_IAM_API_ENDPOINT=(\S+)/.exec(said)?.[1] ?? "";
    const apiKey = /IC_API_KEY=(\S+)/.exec(said)?.[1] ?? "";
    const accountId = /account (\w+)/.exec(said)?.[1] ?? "";
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const service of ["RESOURCE_CONTROLLER", "RESOURCE_MANAGEMENT"]) {
      expect(said).to.include(`export IBMCLOUD_${service}_API_ENDPOINT=${url}\n`);
    }
    const { result } = await sdk({ url, apiKey }).listV2Policies({ accountId });
    expect(result.policies).to.deep.equal([]);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).to.deep.equal([0, null]);
  });

  it("ends in good order when it is interrupted", async () => {
    const out = new PassThrough();
    const running = commandLine(out).parseAsync(["emulator", "--port", "0"], { from: "user" });
    const [said] = (await once(out, "data")) as [Buffer];
    const url = /http:\S+\d/.exec(said.toString())?.[0] ?? "";
    expect((await fetch(url)).status).to.equal(401);
    process.emit("SIGTERM");
    await running;
    expect(await fetch(url).catch((error: unknown) => (error as Error).message)).to.equal("fetch failed");
  });

  it("takes other pairs than Event Notifications' when it is told to", async () => {
    for (const [args, count] of [
      [[], 0],
      [["--any-pair"], 4],
    ] as const) {
      const { child, said } = await run("emulator", ...args);
      const url = /IBMCLOUD_IAM_API_ENDPOINT=(\S+)/.exec(said)?.[1] ?? "";
      const apiKey = /IC_API_KEY=(\S+)/.exec(said)?.[1] ?? "";
      const pair = { serviceName: "secrets-manager", sourceServiceName: "is" };
      const { result } = await sdk({ url, apiKey }).listRoles({ ...pair, policyType: "authorization" });
      expect(result.service_roles).to.have.length(count);
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  });

  it("refuses a port that is none, or that is taken", async () => {
    for (const port of ["x", "65536", "-1", "1.5"]) {
      expect(await parsed("emulator", `--port=${port}`)).to.include("a whole number from 0 to 65535");
    }
    const server = createServer().listen(0, "127.0.0.1");
    closing({
      close: async () => {
        await once(server.close(), "close");
      },
    });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await parsed("emulator", "--port", String(port)))
      .to.include("The emulator cannot listen")
      .and.to.include("EADDRINUSE");
  });

  it("says what it can do", async () => {
    expect(await parsed("--help"))
      .to.include("emulator")
      .and.to.include("list");
    expect(await parsed("--version")).to.match(/^\d+\.\d+\.\d+/);
  });
});

describe("pulumi-ibm-en-authorization list", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    iam.seed(Object.values(WHAT_EXISTS));
  });

  /** What the command writes with the emulator's credentials, or others, in the environment. */
  async function listed(format?: string, env: Record<string, string> = { IC_API_KEY: iam.apiKey }) {
    const out = new PassThrough();
    const program = commandLine(out);
    let refused = "";
    for (const command of program.commands) {
      command.exitOverride().configureOutput({ writeErr: (text) => (refused += text) });
    }
    const all = { IBMCLOUD_IAM_API_ENDPOINT: iam.url, ...env };
    await inProgram({ env: all }, async () => {
      const args = format === undefined ? [] : [`--format=${format}`];
      await program.parseAsync(["list", ...args], { from: "user" }).catch(() => undefined);
    });
    return { out: String(out.read() ?? ""), refused };
  }

  it("tells each in a line: id, scope, roles, description", async () => {
    const { out } = await listed();
    expect(out.trimEnd().split("\n")).to.deep.equal([
      `${idOf("bucket")}  event-notifications (${EN}) -> cloud-object-storage (${COS}, resourceType bucket, resource failed-events)  Object Writer, Reader  \`the "failed" ones,\\nit's a long story\``,
      `${idOf("wide")}  event-notifications (${EN}) -> kms (all instances)  Reader`,
      `${idOf("tagged")}  event-notifications (${EN}) -> kms (${KMS}, keyRing stringMatch events-*, env stringEquals prod)  Reader`,
      `${idOf("group")}  any service (resourceGroupId ${GROUP}) -> event-notifications (${EN})  Event Source Manager`,
      `${idOf("elsewhere")}  secrets-manager (all instances, account ${OTHER_ACCOUNT}) -> event-notifications (${EN})  Event Source Manager`,
      `${idOf("template")}  secrets-manager (all instances) -> event-notifications (${EN})  Event Source Manager`,
      `${idOf("service")}  project (all instances) -> event-notifications (${EN})  Event Source Manager`,
    ]);
  });

  it("tells them as JSON, as a program finds them", async () => {
    const { out } = await listed("json");
    const all = JSON.parse(out) as { id: string; managedBy?: string }[];
    expect(all.map(({ id }) => id)).to.deep.equal(
      Object.keys(WHAT_EXISTS)
        .filter((name) => name !== "unrelated")
        .map(idOf),
    );
    expect(all.at(-1)).to.include({ managedBy: "service" });
  });

  it("draws each side once, and an arrow for each", async () => {
    const { out } = await listed("graph");
    const [head, ...lines] = out.trimEnd().split("\n");
    expect(head).to.equal("flowchart LR");
    const nodes = lines.filter((line) => line.includes("["));
    expect(new Set(nodes.map((line) => line.slice(line.indexOf("[")))).size).to.equal(nodes.length);
    expect(lines.filter((line) => line.includes("-->"))).to.have.length(7);
    expect(lines).to.include(`  n1["event-notifications (${EN})"]`);
    expect(lines).to.include('  n1 -->|"Reader"| n3');
  });

  it("says why there is nothing to tell", async () => {
    expect((await listed("text", {})).refused).to.match(
      /^The authorizations cannot be listed: No IBM Cloud credentials were found/,
    );
    iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    expect((await listed("text")).refused).to.match(/cannot be listed: IAM refused \(403 /);
    expect((await listed("xml")).refused).to.match(/Allowed choices are text, json, code, graph/);
  });
});

function idOf(name: string): string {
  return WHAT_EXISTS[name]?.id ?? "";
}
