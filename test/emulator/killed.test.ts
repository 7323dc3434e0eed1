import { expect } from "chai";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Policy } from "../../src/emulator";
import { exported, startCommand } from "../support/command";
import { connect, describeEmulator, type Answer, type Connection } from "../support/iam-target";
import { localOrCi } from "../support/subset";
import { temporaryFolder } from "../support/temporary";
import { bucketBody, type Body } from "./bodies";

const WRITES = 200;
const WRITERS = 4;
const ROUNDS = localOrCi(3, 10);
const ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";

/** A version of a policy that a write makes. Its description is unique. */
interface Version {
  body: Body;
  state: Policy["state"];
  /** The ETag in the response, except for a delete. */
  etag?: string;
}

/** A write whose response was lost: it must have been done completely, or not at all. */
interface Unanswered {
  /** Undefined for a create. */
  id?: string;
  version: Version;
}

/** A write of a random kind. */
interface Write extends Unanswered {
  method: string;
  path: string;
  json?: object;
}

/** Returns pseudorandom numbers from 0 to below 1. The same seed gives the same numbers. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function startEmulator(data: string) {
  const { child, output } = await startCommand("emulator", "--data", data);
  const url = exported("IBMCLOUD_IAM_API_ENDPOINT", output);
  expect(url, output).to.match(/^http/);
  return { child, ...connect({ url, apiKey: exported("IC_API_KEY", output) }) };
}

/** Chooses the next write: of an existing policy, or of a new one. */
function nextWrite(random: number, description: string, id?: string, before?: Version): Write {
  const state = "active";
  if (id === undefined || before === undefined || random < 0.5) {
    const body = bucketBody(ACCOUNT, { description });
    return { method: "POST", path: "/v2/policies", json: body, version: { body, state } };
  }
  if (before.state === "deleted") {
    const path = `/v1/policies/${id}`;
    return { method: "PATCH", path, json: { state }, id, version: { body: before.body, state } };
  }
  const path = `/v2/policies/${id}`;
  if (random < 0.7) return { method: "DELETE", path, id, version: { body: before.body, state: "deleted" } };
  const body = { ...before.body, description };
  return { method: "PUT", path, json: body, id, version: { body, state } };
}

/**
 * Makes writes until the emulator is gone. Each answered one is put into `known`.
 *
 * @returns the write without an answer
 */
async function write(
  { send }: Connection,
  random: () => number,
  known: Map<string, Version>,
  answered: () => void,
): Promise<Unanswered> {
  const own: string[] = [];
  for (;;) {
    const existing = own[Math.floor(random() * own.length)];
    const next = nextWrite(random(), `${random()}`, existing, known.get(existing ?? ""));
    let answer: Answer;
    try {
      answer = await send(next.method, next.path, { json: next.json, headers: { "if-match": "*" } });
    } catch {
      return next;
    }
    expect(answer.status, JSON.stringify(answer.body)).to.be.within(200, 299);
    const id = next.id ?? (answer.body as Policy).id;
    if (next.id === undefined) own.push(id);
    known.set(id, { ...next.version, etag: answer.headers["etag"] });
    answered();
  }
}

function isVersion(policy: Policy, { body, state }: Version): boolean {
  return policy.description === body.description && policy.state === state;
}

/** Asserts that each answered write took effect, and every other write took effect completely or not at all. */
async function verify({ send }: Connection, known: Map<string, Version>, unanswered: Unanswered[]) {
  const found = new Map<string, Policy>();
  for (const state of ["active", "deleted"]) {
    const { status, body } = await send("GET", `/v2/policies?account_id=${ACCOUNT}&state=${state}`);
    expect(status).to.equal(200);
    for (const policy of (body as { policies: Policy[] }).policies) found.set(policy.id, policy);
  }
  expect([...found.keys()]).to.include.members([...known.keys()]);
  for (const [id, policy] of found) {
    const possible = unanswered.filter((each) => each.id === id || each.id === undefined);
    const versions = [
      ...(known.has(id) ? [known.get(id) as Version] : []),
      ...possible.map(({ version }) => version),
    ];
    const version = versions.find((each) => isVersion(policy, each));
    expect(version, `${JSON.stringify(policy)} was never written`).not.to.equal(undefined);
    const { body, etag } = version as Version;
    expect(policy).to.deep.include(JSON.parse(JSON.stringify(body)));
    const { headers } = await send("GET", `/v2/policies/${id}`);
    if (etag !== undefined) expect(headers["etag"]).to.equal(etag);
    known.set(id, version as Version);
  }
}

describeEmulator("kill -9", function () {
  it(`loses no confirmed write, in ${ROUNDS} rounds of up to ${WRITES} writes`, async function () {
    this.timeout(60_000 * ROUNDS);
    const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const data = join(temporaryFolder(), "iam.json");
    const known = new Map<string, Version>();
    let iam = await startEmulator(data);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { child } = iam;
      const lastAnswer = 1 + Math.floor(random() * WRITES);
      const delay = random() * 10;
      let answers = 0;
      const answered = () => {
        answers += 1;
        // A short wait, so that the kill falls into any moment of the next writes.
        if (answers === lastAnswer) void pause(delay).then(() => child.kill("SIGKILL"));
      };
      const writers = Array.from({ length: WRITERS }, () => write(iam, random, known, answered));
      const unanswered = await Promise.all(writers);
      if (child.signalCode === null) await once(child, "exit");
      iam = await startEmulator(data);
      await verify(iam, known, unanswered).catch((error: unknown) => {
        throw new Error(`Round ${round} with KILL_SEED=${seed} failed`, { cause: error });
      });
    }
    expect(known.size).to.be.above(0);
  });
});
