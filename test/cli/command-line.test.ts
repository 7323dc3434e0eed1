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

/** Starts the command in a process of its own, and waits for its first output. */
async function start(...args: string[]): Promise<{ child: ChildProcess; output: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", ENTRY, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  closing({
    close: async () => {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
    },
  });
  const streams = [once(child.stdout, "data"), once(child.stderr, "data")];
  const [output] = (await Promise.race(streams)) as [Buffer];
  return { child, output: output.toString() };
}

/** Returns the value that the emulator's output gives for an environment variable. */
function exported(name: string, output: string): string {
  return new RegExp(`^ *export ${name}=(\\S+)$`, "m").exec(output)?.[1] ?? "";
}

/** Runs the command in this process, and returns its help or error text. */
async function run(...args: string[]): Promise<string> {
  let output = "";
  const write = (text: string) => (output += text);
  const program = commandLine(new PassThrough());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
  }
  await program.parseAsync(args, { from: "user" }).catch(() => undefined);
  return output;
}

describe("pulumi-ibm-en-authorization emulator", () => {
  it("prints endpoints, API key and account, and runs until it is stopped", async () => {
    const { child, output } = await start("emulator");
    const url = exported("IBMCLOUD_IAM_API_ENDPOINT", output);
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(exported("IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT", output)).to.equal(url);
    expect(exported("IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT", output)).to.equal(url);
    const [accountId = ""] = /\b[0-9a-f]{32}\b/.exec(output) ?? [];
    const client = sdk({ url, apiKey: exported("IC_API_KEY", output) });
    const { result } = await client.listV2Policies({ accountId });
    expect(result.policies).to.deep.equal([]);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).to.deep.equal([0, null]);
  });

  it("closes the emulator on SIGTERM", async () => {
    const out = new PassThrough();
    const running = commandLine(out).parseAsync(["emulator", "--port", "0"], { from: "user" });
    const [output] = (await once(out, "data")) as [Buffer];
    const url = exported("IBMCLOUD_IAM_API_ENDPOINT", output.toString());
    expect((await fetch(url)).status).to.equal(401);
    process.emit("SIGTERM");
    await running;
    expect(await fetch(url).catch((error: unknown) => (error as Error).message)).to.equal("fetch failed");
  });

  for (const [args, count] of [
    [[], 0],
    [["--any-pair"], 4],
  ] as const) {
    const title = ["emulator", ...args].join(" ");
    it(`offers ${count} roles for two services without Event Notifications: ${title}`, async () => {
      const { output } = await start("emulator", ...args);
      const url = exported("IBMCLOUD_IAM_API_ENDPOINT", output);
      const pair = { serviceName: "secrets-manager", sourceServiceName: "is" };
      const client = sdk({ url, apiKey: exported("IC_API_KEY", output) });
      const { result } = await client.listRoles({ ...pair, policyType: "authorization" });
      expect(result.service_roles).to.have.length(count);
    });
  }

  for (const port of ["x", "65536", "-1", "1.5"]) {
    it(`refuses the port ${port}`, async () => {
      expect(await run("emulator", `--port=${port}`))
        .to.include("--port")
        .and.to.include("65535");
    });
  }

  it("fails if the port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    closing({
      close: async () => {
        await once(server.close(), "close");
      },
    });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await run("emulator", "--port", String(port)))
      .to.include("EADDRINUSE")
      .and.to.include("--port");
  });
});

describe("pulumi-ibm-en-authorization", () => {
  it("lists its commands in its help, and prints its version", async () => {
    expect(await run("--help"))
      .to.include("emulator")
      .and.to.include("list");
    expect(await run("--version")).to.match(/^\d+\.\d+\.\d+/);
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

  it("prints a line each by default: id, scope, roles, description", async () => {
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
    expect(error).to.include("IC_API_KEY");
  });

  it("fails if IAM refuses", async () => {
    iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    expect((await list("text")).error)
      .to.include("IAM")
      .and.to.include("403");
  });

  it("refuses an unknown format", async () => {
    expect((await list("xml")).error).to.include("text, json, code, graph");
  });
});

function idOf(name: string): string {
  return WHAT_EXISTS[name]?.id ?? "";
}
