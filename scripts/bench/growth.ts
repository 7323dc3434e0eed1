import { isDeepStrictEqual } from "node:util";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { countsSince, LATENCY, type Counted, type Counts } from "./calls";
import { OTHER_ROLES, type Kind } from "./programs";
import { PARALLEL, startBenchStack, type BenchStack, type Operation, type Took } from "./stack";
import { median } from "./statistics";

/** `delayed` is `ours` with `LATENCY` for each call. */
export type Runner = "floor" | "thin" | "ours" | "delayed";

export const OPERATIONS = ["preview", "up", "refresh", "destroy"] as const satisfies readonly Operation[];

/** One operation, done by all runners one right after the other. */
export interface Round {
  size: number;
  operation: Operation;
  took: Record<Runner, Took>;
  /** The minimum wait of the delayed calls, in milliseconds. */
  waits: number;
  /** Bytes of the state file afterwards. */
  bytes: Record<Runner, number>;
}

/** The rounds of one size, and the calls of the first round. */
export interface Sized {
  rounds: Round[];
  counted: Counted[];
}

interface Rig {
  iam: IamEmulator;
  stack: BenchStack;
}

const KINDS: Record<Runner, Kind> = {
  floor: "floor",
  thin: "thin",
  ours: "ours",
  delayed: "ours",
};
const RUNNERS = Object.keys(KINDS) as Runner[];

/** Returns the least waiting time: tokens and roles come one after the other, then policies in parallel. */
export function waitsOf({ tokens, roles, policies }: Omit<Counts, "all">): number {
  return LATENCY * (tokens + roles + Math.ceil(policies / PARALLEL));
}

/**
 * Runs every operation once or more.
 *
 * @param at the number of the round; each runner comes first in turn
 * @param again the number of times that an operation is repeated @default 1
 * @param counting true to also count the calls of previews and ups without changes, and of updates
 */
export async function measureRound(
  size: number,
  at: number,
  again: Partial<Record<Operation, number>>,
  counting: boolean,
): Promise<Sized> {
  const rigs = await startRigs(size);
  const sized: Sized = { rounds: [], counted: [] };
  const { delayed } = rigs;
  const keep = (operation: string, counts: Counts) => sized.counted.push({ size, operation, ...counts });
  const count = async (name: string, operation: Operation, roles?: readonly string[]) => {
    const made = countsFrom(delayed);
    await delayed.stack.run(operation, { roles });
    keep(name, made());
  };
  try {
    for (const operation of OPERATIONS) {
      for (let time = 0; time < (again[operation] ?? 1); time += 1) {
        const { counts, ...measured } = await measureOnce(rigs, operation, at + time);
        sized.rounds.push({ size, operation, ...measured });
        if (counting && time === 0) keep(operation === "up" ? "create" : operation, counts);
      }
      if (operation === "up" && counting) {
        await count("no-op preview", "preview");
        await count("no-op up", "up");
      }
      if (operation === "refresh" && counting) await count("update", "up", OTHER_ROLES);
    }
  } finally {
    for (const rig of Object.values(rigs)) await close(rig);
  }
  return sized;
}

/** @throws when the thin provider makes different calls from ours: the comparison would mean nothing */
async function measureOnce(rigs: Record<Runner, Rig>, operation: Operation, at: number) {
  const [madeByThin, made] = [countsFrom(rigs.thin), countsFrom(rigs.delayed)];
  const first = at % RUNNERS.length;
  const took: Partial<Record<Runner, Took>> = {};
  for (const runner of [...RUNNERS.slice(first), ...RUNNERS.slice(0, first)])
    took[runner] = await rigs[runner].stack.run(operation);
  const [thin, counts] = [madeByThin(), made()];
  if (!isDeepStrictEqual(thin, counts))
    throw new Error(
      `The thin provider should make the calls ${JSON.stringify(counts)}, not ${JSON.stringify(thin)}`,
    );
  const bytes = await bytesOf(rigs);
  return { counts, took: took as Record<Runner, Took>, waits: waitsOf(counts), bytes };
}

/** Starts to count a runner's calls. */
function countsFrom({ iam }: Rig): () => Counts {
  const before = iam.calls().length;
  return () => countsSince(iam, before);
}

async function startRigs(size: number): Promise<Record<Runner, Rig>> {
  const start = async (runner: Runner): Promise<Rig> => {
    const iam = await startIamEmulator();
    if (runner === "delayed") iam.inject({ operation: "*", latency: LATENCY, times: Infinity });
    return { iam, stack: await startBenchStack(KINDS[runner], size, iam) };
  };
  return byRunner(start);
}

async function close({ iam, stack }: Rig): Promise<void> {
  await stack.close();
  await iam.close();
}

async function bytesOf(rigs: Record<Runner, Rig>): Promise<Record<Runner, number>> {
  return byRunner(async (runner) => {
    // There is no state before the first up.
    const text = await rigs[runner].stack.state().catch(() => "");
    return Buffer.byteLength(text);
  });
}

/** Awaits one runner after the other, so that they don't compete. */
async function byRunner<Value>(of: (runner: Runner) => Promise<Value>): Promise<Record<Runner, Value>> {
  return {
    floor: await of("floor"),
    thin: await of("thin"),
    ours: await of("ours"),
    delayed: await of("delayed"),
  };
}

/** Measures a program without resources: the median milliseconds of each operation. */
export async function measureEmpty(times: number): Promise<{ operation: Operation; wall: number }[]> {
  const iam = await startIamEmulator();
  const walls = OPERATIONS.map((operation) => ({ operation, all: [] as number[] }));
  try {
    for (let at = 0; at < times; at += 1) {
      const stack = await startBenchStack("empty", 0, iam);
      for (const { operation, all } of walls) all.push((await stack.run(operation)).wall);
      await stack.close();
    }
  } finally {
    await iam.close();
  }
  return walls.map(({ operation, all }) => ({ operation, wall: median(all) }));
}
