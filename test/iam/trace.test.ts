import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { openIam, type Iam } from "../../src/iam";
import { openResources } from "../../src/iam/resources";
import { createTrace } from "../../src/iam/trace";
import { startEchoingIam } from "../support/echoing-iam";
import { policyBody } from "../support/inputs";
import { closing } from "../support/opened";
import { failure, QUICK } from "../support/provider";

const LINE =
  /^\d{4}-\d\d-\d\dT[\d:.]+Z (GET|POST|PUT|DELETE) (http:\/\/[^ ?]+) (\S+) \d+ ms attempt (\d+)( transaction \w+)?$/;

describe("createTrace", () => {
  let emulator: IamEmulator;
  let file: string;
  beforeEach(async () => {
    emulator = closing(await startIamEmulator());
    const folder = await mkdtemp(join(tmpdir(), "trace-"));
    closing({ close: () => rm(folder, { recursive: true }) });
    file = join(folder, "trace.log");
  });

  const settings = (apiKey = emulator.apiKey, url = emulator.url) => ({
    config: (key: string) =>
      ({
        "ibmcloud:apiKey": apiKey,
        "ibmcloud:iamEndpoint": url,
        "ibmcloud:resourceControllerEndpoint": url,
      })[key],
    env: { IBMCLOUD_TRACE: file },
    timeouts: QUICK,
  });
  const open = (): Iam => openIam(settings());
  const lines = async () => (await readFile(file, "utf8")).trimEnd().split("\n");
  /** Method, path, outcome and attempt of each line. */
  const calls = async () =>
    (await lines()).map((line) => {
      const [, method = "", url = "", outcome = "", attempt = ""] = LINE.exec(line) ?? [line];
      return [method, url.replace(emulator.url, ""), outcome, attempt].join(" ");
    });

  it("writes a line for each call, tokens and retries included", async () => {
    emulator.inject({ operation: "listRoles", status: 503, times: 2 });
    await open().offeredRoles({ source: "event-notifications", target: "kms" });
    expect(await calls()).to.deep.equal([
      "POST /identity/token 200 1",
      "GET /v2/roles 503 1",
      "GET /v2/roles 503 2",
      "GET /v2/roles 200 3",
    ]);
    expect((await lines()).at(-1)).to.match(/ transaction \w+$/);
  });

  it("writes the failure of a call without a response", async () => {
    emulator.inject({ operation: "token", reset: true, times: 1 });
    await open().identity();
    expect(await calls()).to.deep.equal(["POST /identity/token ECONNRESET 1", "POST /identity/token 200 2"]);
  });

  it("includes the calls of lookups, without their query", async () => {
    await openResources(settings()).instances("a-name");
    expect(await calls()).to.deep.equal(["POST /identity/token 200 1", "GET /v2/resource_instances 200 1"]);
    expect(await readFile(file, "utf8")).not.to.include("a-name");
  });

  it("contains no credential that a response echoes in its transaction id", async () => {
    const key = "trace-test-key-0123456789";
    const echoing = await startEchoingIam(key);
    let token = "";
    echoing.echo((request, sent) => {
      if (!request.startsWith("GET /v2/roles")) return undefined;
      token = sent.authorization.replace(/^Bearer /, "");
      return { status: 403, headers: { "Transaction-Id": `${key}-${token}` }, body: "{}" };
    });
    const iam = openIam(settings(key, echoing.url));
    await failure(iam.offeredRoles({ source: "event-notifications", target: "kms" }));
    const text = await readFile(file, "utf8");
    expect(token).not.to.equal("");
    expect(text).to.include("GET").and.to.include("[secret]");
    expect(text).not.to.include(key);
    expect(text).not.to.include(token);
  });

  it("is off by default and with IBMCLOUD_TRACE=false", () => {
    for (const value of [undefined, "", "false", "FALSE"]) {
      expect(createTrace({ IBMCLOUD_TRACE: value }, String)).to.equal(undefined);
    }
  });

  /** Returns what work writes to standard error. */
  async function standardError(work: () => void | Promise<void>): Promise<string[]> {
    const written: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array) => Boolean(written.push(String(text)));
    try {
      await work();
    } finally {
      process.stderr.write = write;
    }
    return written;
  }

  it("does not change the outcome of a call if the file can't be written, and reports that once", async () => {
    file = join(file, "missing", "trace.log");
    const body = policyBody(emulator.accountId);
    let id = "";
    const written = await standardError(async () => {
      const iam = open();
      ({ id } = await iam.createPolicy(body, () => false));
      await failure(iam.updatePolicy(id, {}, () => ({ ...body, roleIds: ["none"] })));
    });
    expect(emulator.policies().map((each) => each.id)).to.deep.equal([id]);
    expect(emulator.calls().map(({ operation }) => operation)).to.include.members([
      "createV2Policy",
      "replaceV2Policy",
    ]);
    expect(written).to.have.length(1);
    expect(written[0]).to.match(/^The trace \(IBMCLOUD_TRACE\) can't be written: ENOENT.*\n$/);
  });

  it("writes to standard error with IBMCLOUD_TRACE=true", async () => {
    const written = await standardError(() =>
      createTrace(
        { IBMCLOUD_TRACE: "true" },
        String,
      )?.({
        method: "get",
        url: "/v2/policies?account_id=a",
        outcome: 200,
        milliseconds: 1.4,
      }),
    );
    expect(written).to.have.length(1);
    expect(written[0]).to.match(/Z GET \/v2\/policies 200 1 ms attempt 1\n$/);
  });
});
