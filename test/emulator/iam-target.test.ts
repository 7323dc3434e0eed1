import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { describeEmulator, liveTarget, type IamTarget } from "../support/iam-target";
import { closing } from "../support/opened";
import type { Transcript } from "../support/transcript";
import { failure, make, refusal } from "./answers";
import { bucketBody } from "./bodies";

const ROOT = join(__dirname, "..", "..");

/** The questions about IAM that its public sources leave open, by the number at the start of the question. */
const OPEN_POINTS = ["§9.1", "§9.2", "§9.3", "§9.4", "§9.6", "§9.8", "§9.9"];

/** An emulator in the role of the real IAM, with the environment and the transcript of a run against it. */
interface StandIn {
  iam: IamEmulator;
  env: NodeJS.ProcessEnv;
  transcript: () => Promise<string>;
}

async function startStandIn(): Promise<StandIn> {
  const account = {
    id: randomBytes(16).toString("hex"),
    apiKeys: [`key-${randomBytes(16).toString("base64url")}`] as const,
    iamId: "IBMid-060001MNR3",
  };
  const iam = closing(await startIamEmulator({ accounts: [account] }));
  await mkdir(join(ROOT, ".work"), { recursive: true });
  const folder = await mkdtemp(join(ROOT, ".work", "live-"));
  closing({ close: () => rm(folder, { recursive: true }) });
  const file = join(folder, "transcript.json");
  const env = {
    IAM_LIVE_ENDPOINT: `${iam.url}/`,
    IAM_LIVE_API_KEY: iam.apiKey,
    IAM_LIVE_TRANSCRIPT: file,
  };
  return { iam, env, transcript: () => readFile(file, "utf8") };
}

describeEmulator("the emulator's tests", () => {
  it("run against a given IAM, delete their policies, and write a redacted transcript", async () => {
    const { iam, env, transcript } = await startStandIn();
    // Coverage and test counts of the child must not be added to those of this run.
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(NODE_V8_COVERAGE|TEST_COUNTS)$/.test(name),
    );
    const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [mocha, "--reporter", "json", "test/emulator/**/*.test.ts"],
      { cwd: ROOT, env: { ...Object.fromEntries(own), ...env }, maxBuffer: 16 * 1024 * 1024 },
    );
    const { stats } = JSON.parse(stdout) as { stats: { passes: number; failures: number; pending: number } };
    expect(stats).to.include({ failures: 0, pending: 0 });
    expect(stats.passes).to.be.greaterThan(80);

    expect(iam.policies()).to.deep.equal([]);
    expect(iam.policies({ state: "deleted" })).not.to.be.empty;

    const text = await transcript();
    for (const secret of [iam.apiKey, iam.accountId, "IBMid-060001MNR3", "127.0.0.1", "Bearer "]) {
      expect(text).not.to.include(secret);
    }
    expect(text).not.to.match(/eyJ[\w-]+\./);
    const { endpoint, observations, exchanges } = JSON.parse(text) as Transcript;
    expect(endpoint).to.match(/^http:\/\/<ip>:\d+$/);
    const points = new Set(observations.map(({ question }) => question.split(" ")[0]));
    expect([...points]).to.include.members(OPEN_POINTS);
    for (const { question, answer, emulator } of observations) {
      expect(answer, question).to.deep.equal(emulator);
    }
    const asked = iam
      .calls()
      .filter(({ method, operation }) => method !== "DELETE" && operation !== "unknown");
    expect(exchanges.length).to.be.at.least(asked.length);
    // The child process can be slow to start on a busy machine.
  }).timeout(60_000);
});

describeEmulator("the target of a live run", () => {
  let standIn: StandIn;
  let iam: IamTarget;
  beforeEach(async () => {
    standIn = await startStandIn();
    iam = closing(await liveTarget(standIn.env));
  });

  it("reads its account from its token", () => {
    expect(iam).to.include({ accountId: standIn.iam.accountId, apiKey: standIn.iam.apiKey, live: true });
  });

  it("deletes the policies that tests left behind, restored ones too", async () => {
    const left = await make(iam, bucketBody(iam.accountId));
    const deleted = await make(iam, bucketBody(iam.accountId));
    const restored = await make(iam, bucketBody(iam.accountId));
    await iam.client.deleteV2Policy({ id: deleted.id });
    await iam.client.deletePolicy({ policyId: restored.id });
    const { headers } = await iam.client.getPolicy({ policyId: restored.id });
    const again = { policyId: restored.id, ifMatch: String(headers.etag), state: "active" };
    await iam.client.updatePolicyState(again);
    expect(standIn.iam.policies().map(({ id }) => id)).to.deep.equal([left.id, restored.id]);

    const before = standIn.iam.calls().length;
    await iam.cleanUp();
    expect(standIn.iam.policies()).to.deep.equal([]);
    const deletions = standIn.iam.calls().slice(before);
    expect(deletions.map(({ operation, status }) => [operation, status])).to.deep.equal([
      ["deleteV2Policy", 204],
      ["deleteV2Policy", 204],
    ]);
  });

  it("keeps the policies that no test of this run created", async () => {
    const other = await liveTarget(standIn.env);
    const { id } = await make(closing(other), bucketBody(iam.accountId));
    await iam.client.getV2Policy({ id });
    await iam.cleanUp();
    expect(standIn.iam.policies().map((each) => each.id)).to.deep.equal([id]);
  });

  it("may respond in any documented way, and the response is recorded", async () => {
    iam.settle("documented", 409, 412, [409]);
    iam.settle("open", "anything", "decided");
    expect(() => iam.settle("wrong", 200, 412, [409])).to.throw("wrong");
    await iam.close();
    const { observations } = JSON.parse(await standIn.transcript()) as Transcript;
    expect(observations).to.deep.equal([
      { question: "documented", answer: 409, emulator: 412 },
      { question: "open", answer: "anything", emulator: "decided" },
      { question: "wrong", answer: 200, emulator: 412 },
    ]);
  });

  it("requires a valid API key", async () => {
    const { message } = await failure(liveTarget({ IAM_LIVE_ENDPOINT: standIn.iam.url }));
    expect(message).to.equal("IAM_LIVE_ENDPOINT is given, and IAM_LIVE_API_KEY is not");
    const { body } = await refusal(liveTarget({ ...standIn.env, IAM_LIVE_API_KEY: "wrong" }));
    expect(body).to.include({ errorCode: "BXNIM0415E" });
  });
});
