import { isDeepStrictEqual } from "node:util";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { countsSince, LATENCY, type Counted, type Counts } from "./calls";
import { OTHER_ROLES, type Kind } from "./programs";
import { median } from "./statistics";
import { PARALLEL, startBenchStack, type BenchStack, type Operation, type Took } from "./stack";

/** The floor, the thin one, ours without latency, and ours with it. */
export type Runner = "floor" | "thin" | "ours" | "late";

export const OPERATIONS = ["preview", "up", "refresh", "destroy"] as const satisfies readonly Operation[];

/** One operation, done by all of them one right after the other. */
export interface Round {
  size: number;
  operation: Operation;
  took: Record<Runner, Took>;
  /** Milliseconds that the calls of the late one wait at best. */
  waits: number;
  /** Bytes of the state file after it. */
  bytes: Record<Runner, number>;
}

/** What a size took, round by round, and the calls of its first round. */
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
  late: "ours",
};
const RUNNERS = Object.keys(KINDS) as Runner[];

/** The least time in which calls can be answered: those that all wait for one after the other, then the others side by side. */
export function waitsOf({ tokens, roles, policies }: Omit<Counts, "all">): number {
  return LATENCY * (tokens + roles + Math.ceil(policies / PARALLEL));
}

/**
 * Does one round.
 *
 * @param at its number, by which the order changes
 * @param again how often it does an operation, if not once
 * @param counting whether also to do what is only counted: previews and ups without changes, and updates
 */
export async function measureRound(
  size: number,
  at: number,
  again: Partial<Record<Operation, number>>,
  counting: boolean,
): Promise<Sized> {
  const rigs = await startRigs(size);
  const sized: Sized = { rounds: [], counted: [] };
  const { late } = rigs;
  const keep = (operation: string, counts: Counts) => sized.counted.push({ size, operation, ...counts });
  const count = async (name: string, operation: Operation, roles?: readonly string[]) => {
    const asked = countsFrom(late);
    await late.stack.run(operation, { roles });
    keep(name, asked());
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

/**
 * One operation, by one runner right after the other; who comes first hangs on `at`, since it may have it harder.
 *
 * @throws when the thin one makes other calls than ours: then it is no measure
 */
async function measureOnce(rigs: Record<Runner, Rig>, operation: Operation, at: number) {
  const [askedByThin, asked] = [countsFrom(rigs.thin), countsFrom(rigs.late)];
  const first = at % RUNNERS.length;
  const took: Partial<Record<Runner, Took>> = {};
  for (const runner of [...RUNNERS.slice(first), ...RUNNERS.slice(0, first)])
    took[runner] = await rigs[runner].stack.run(operation);
  const [thin, counts] = [askedByThin(), asked()];
  if (!isDeepStrictEqual(thin, counts))
    throw new Error(
      `The thin one should make the calls ${JSON.stringify(counts)}, not ${JSON.stringify(thin)}`,
    );
  const bytes = await bytesOf(rigs);
  return { counts, took: took as Record<Runner, Took>, waits: waitsOf(counts), bytes };
}

/** What a runner's IAM is asked from now on. */
function countsFrom({ iam }: Rig): () => Counts {
  const before = iam.calls().length;
  return () => countsSince(iam, before);
}

async function startRigs(size: number): Promise<Record<Runner, Rig>> {
  const start = async (runner: Runner): Promise<Rig> => {
    const iam = await startIamEmulator();
    if (runner === "late") iam.inject({ operation: "*", latency: LATENCY, times: Infinity });
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
    // Before the first up there is none.
    const text = await rigs[runner].stack.state().catch(() => "");
    return Buffer.byteLength(text);
  });
}

/** One after the other, so that none is in the way of another. */
async function byRunner<Value>(of: (runner: Runner) => Promise<Value>): Promise<Record<Runner, Value>> {
  return {
    floor: await of("floor"),
    thin: await of("thin"),
    ours: await of("ours"),
    late: await of("late"),
  };
}

/** Milliseconds that an empty program takes at the middle: no host, no resources. */
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
