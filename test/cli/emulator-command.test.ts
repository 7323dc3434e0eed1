import { expect } from "chai";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { commandLine } from "../../src/cli/command-line";
import { exported, runCommand, startCommand } from "../support/command";
import { sdk } from "../support/iam-edits";
import { connect } from "../support/iam-target";
import { COS, EN } from "../support/inputs";
import { closing } from "../support/opened";
import { temporaryFolder } from "../support/temporary";

const ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";
const SEEDS = {
  instances: [{ name: "events", serviceName: "event-notifications", guid: EN }],
  authorizations: [
    {
      source: { serviceInstance: EN },
      target: { serviceName: "cloud-object-storage", serviceInstance: COS },
      roles: ["Object Writer"],
    },
  ],
};

describe("pulumi-ibm-en-authorization emulator", () => {
  it("prints endpoints, API key and account, and runs until it is stopped", async () => {
    const { child, output } = await startCommand("emulator");
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
      const { output } = await startCommand("emulator", ...args);
      const url = exported("IBMCLOUD_IAM_API_ENDPOINT", output);
      const pair = { serviceName: "secrets-manager", sourceServiceName: "is" };
      const client = sdk({ url, apiKey: exported("IC_API_KEY", output) });
      const { result } = await client.listRoles({ ...pair, policyType: "authorization" });
      expect(result.service_roles).to.have.length(count);
    });
  }

  for (const port of ["x", "65536", "-1", "1.5"]) {
    it(`refuses the port ${port}`, async () => {
      expect((await runCommand("emulator", `--port=${port}`)).output)
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
    expect((await runCommand("emulator", "--port", String(port))).output)
      .to.include("EADDRINUSE")
      .and.to.include("--port");
  });
});

describe("pulumi-ibm-en-authorization emulator --seed", () => {
  it("starts with the content of the file", async () => {
    const path = written(SEEDS);
    const { output } = await startCommand("emulator", "--seed", path);
    expect(output).to.include("with 1 authorization.");
    const iam = connected(output);
    const { result } = await iam.client.listV2Policies({ accountId: ACCOUNT });
    expect(result.policies).to.have.length(1);
    expect((await iam.send("GET", "/v2/resource_instances")).body).to.have.property("rows_count", 1);
  });

  it("allows the pairs of --any-pair", async () => {
    const source = { serviceName: "cloud-object-storage", serviceInstance: "*" };
    const target = { serviceName: "kms", serviceInstance: "*" };
    const path = written({ authorizations: [{ source, target, roles: ["Reader"] }] });
    expect((await runCommand("emulator", "--seed", path)).exitCode).to.equal(2);
    const { output } = await startCommand("emulator", "--any-pair", "--seed", path);
    expect(output).to.include("with 1 authorization.");
  });

  it("refuses a bad file in one sentence with exit code 2, and starts nothing", async () => {
    const path = written({ instances: [{ name: 1, serviceName: "kms" }] });
    const data = join(temporaryFolder(), "iam.json");
    const { ended, printed } = await startCommand("emulator", "--seed", path, "--data", data);
    expect(await ended).to.equal(2);
    expect(printed()).to.equal(`Cannot use the seed file ${path}: instances[0].name must be a string.\n`);
    expect(existsSync(data)).to.equal(false);
  });

  it("refuses a file that does not exist with exit code 2", async () => {
    const { output, exitCode } = await runCommand("emulator", "--seed", "/no/such/seed.json");
    expect(exitCode).to.equal(2);
    expect(output).to.include("/no/such/seed.json").and.to.include("ENOENT");
  });
});

describe("pulumi-ibm-en-authorization emulator --data", () => {
  it("keeps its data for the next start, and then does not seed again", async () => {
    const [path, data] = [written(SEEDS), join(temporaryFolder(), "iam.json")];
    const first = await startCommand("emulator", "--data", data, "--seed", path);
    expect(first.output).to.include(`Its data stays in ${data}`);
    first.child.kill("SIGTERM");
    expect(await first.ended).to.equal(0);
    const second = await startCommand("emulator", "--data", data, "--seed", path);
    expect(second.output).to.include("with 1 authorization.");
    expect(second.output).to.include(`${path} was not used`);
  });

  it("refuses a file that another process uses", async () => {
    const data = join(temporaryFolder(), "iam.json");
    const { child } = await startCommand("emulator", "--data", data);
    const { output, exitCode } = await runCommand("emulator", "--data", data);
    expect(exitCode).to.equal(1);
    expect(output).to.equal(
      `Cannot start the emulator: ${data} is in use by process ${child.pid}. If that process is not an emulator, delete ${data}.lock.\n`,
    );
  });

  it("refuses a damaged file, and leaves it alone", async () => {
    const data = join(temporaryFolder(), "iam.json");
    writeFileSync(data, "{}");
    const { output, exitCode } = await runCommand("emulator", "--data", data);
    expect(exitCode).to.equal(1);
    expect(output).to.equal(
      `Cannot start the emulator: the data file ${data} is damaged and stays as it is: version is required.\n`,
    );
    expect(readFileSync(data, "utf8")).to.equal("{}");
  });
});

describe("pulumi-ibm-en-authorization emulator --log", () => {
  it("prints a line for each call, without credentials and without control characters", async () => {
    const { output, child, ended, printed } = await startCommand("emulator", "--log");
    const iam = connected(output);
    await iam.client.listV2Policies({ accountId: ACCOUNT });
    const headers = { "transaction-id": "mine\twas\u00e9 that", authorization: "Bearer secret-token" };
    await iam.send("DELETE", "/v2/policies/x?apikey=secret-key", { headers });
    await iam.send("GET", "/health");
    child.kill("SIGTERM");
    await ended;
    const lines = printed().slice(printed().indexOf("IC_API_KEY")).trimEnd().split("\n").slice(1);
    const shape = (line: string) =>
      line
        .replace(/^\S+Z /, "")
        .replace(/\d+ms/, "ms")
        .replace(/[0-9a-f]{32}$/, "id");
    expect(lines.map(shape)).to.deep.equal([
      "POST /identity/token 200 token ms id",
      `GET /v2/policies 200 listV2Policies ms id`,
      "DELETE /v2/policies/x 401 deleteV2Policy ms mine?was??that",
    ]);
    for (const line of lines) {
      expect(line).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
      for (const secret of ["emulator-api-key", "secret", "eyJ", "Bearer"])
        expect(line).not.to.include(secret);
    }
  });
});

/** Writes a seed file. */
function written(content: object): string {
  const path = join(temporaryFolder(), "seed.json");
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Connects to the emulator that printed this. */
function connected(output: string) {
  const url = exported("IBMCLOUD_IAM_API_ENDPOINT", output);
  return connect({ url, apiKey: exported("IC_API_KEY", output) });
}
