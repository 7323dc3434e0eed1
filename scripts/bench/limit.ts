import { startIamEmulator } from "../../src/emulator";
import type { Bound } from "./bounds";
import { startBenchStack } from "./stack";

const CREATES = 200;
const PER_SECOND = 10;

/** How creating many went with an IAM that takes few calls a second. */
export interface Limited {
  /** Seconds from the first call to the last, and what they are at best. */
  took: number;
  ideal: number;
  /** How many calls IAM refused. */
  refused: number;
  made: number;
}

/** @throws when the engine fails */
export async function measureLimited(): Promise<Limited> {
  const iam = await startIamEmulator({ callsPerSecond: PER_SECOND });
  const stack = await startBenchStack("ours", CREATES, iam);
  try {
    await stack.run("up");
    const calls = iam.calls().filter(({ operation }) => operation !== "token");
    const times = calls.map(({ startedAt }) => startedAt);
    const taken = calls.filter(({ status }) => status !== 429).length;
    return {
      took: (Math.max(...times) - Math.min(...times)) / 1000,
      ideal: taken / PER_SECOND,
      refused: calls.length - taken,
      made: iam.policies().length,
    };
  } finally {
    await stack.close();
    await iam.close();
  }
}

export function limitBounds({ took, ideal, refused, made }: Limited): Bound[] {
  const what = `${CREATES} creates, ${PER_SECOND} calls a second`;
  const note = `${took.toFixed(1)} s of ${ideal.toFixed(1)} s; ${refused} calls refused`;
  return [
    { part: "limit", what: `${what}: not made`, measured: CREATES - made, atMost: 0, unit: "authorizations" },
    {
      part: "limit",
      what: `${what}: time over the ideal`,
      measured: took / ideal,
      atMost: 1.2,
      unit: "x",
      note,
    },
  ];
}
