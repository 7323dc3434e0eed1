import { startIamEmulator } from "../../src/emulator";
import type { Bound } from "./bounds";
import { startBenchStack } from "./stack";

const CREATES = 200;
const PER_SECOND = 10;

/** The result of creates against a rate limit. */
export interface Limited {
  /** Seconds from the first call to the last. */
  took: number;
  /** Seconds that the accepted calls take at the limit. */
  ideal: number;
  /** Calls that IAM refused with 429. */
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
    const accepted = calls.filter(({ status }) => status !== 429).length;
    return {
      took: (Math.max(...times) - Math.min(...times)) / 1000,
      ideal: accepted / PER_SECOND,
      refused: calls.length - accepted,
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
      what: `${what}: time, relative to the ideal`,
      measured: took / ideal,
      atMost: 1.5,
      unit: "x",
      note,
    },
  ];
}
