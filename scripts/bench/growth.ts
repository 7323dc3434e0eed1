import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { countsSince, LATENCY, type Counted } from "./calls";
import { OTHER_ROLES, type Kind } from "./programs";
import { median } from "./statistics";
import { PARALLEL, startBenchStack, type BenchStack, type Operation, type Took } from "./stack";

/** The floor, the bare one, ours without latency, and ours with it. */
export type Runner = "floor" | "bare" | "ours" | "late";

export const OPERATIONS = ["preview", "up", "refresh", "destroy"] as const satisfies readonly Operation[];

/** One operation, done by all of them one right after the other. */
export interface Round {
  size: number;
  operation: Operation;
  took: Record<Runner, Took>;
  /** Milliseconds that the calls of the late one take at best. */
  ideal: number;
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
  bare: "bare",
  ours: "ours",
  late: "ours",
};
const RUNNERS = Object.keys(KINDS) as Runner[];

/** The least time in which calls can be answered: `first` one after the other, and then the others side by side. */
export function idealOf({ first, others }: { first: number; others: number }): number {
  return LATENCY * (first + Math.ceil(others / PARALLEL));
}

/**
 * Does one round.
 *
 * @param at its number, by which the order changes: whoever comes first may have it harder
 * @param counts whether also to do what is only counted: previews and ups without changes, and updates
 */
export async function measureRound(size: number, at: number, counts: boolean): Promise<Sized> {
  const rigs = await startRigs(size);
  const order = [...RUNNERS.slice(at % RUNNERS.length), ...RUNNERS.slice(0, at % RUNNERS.length)];
  const sized: Sized = { rounds: [], counted: [] };
  const { iam, stack } = rigs.late;
  const count = async (name: string, work: () => Promise<Took>) => {
    const before = iam.calls().length;
    const took = await work();
    sized.counted.push({ size, operation: name, ...countsSince(iam, before) });
    return took;
  };
  try {
    for (const operation of OPERATIONS) {
      const took: Partial<Record<Runner, Took>> = {};
      for (const runner of order) {
        const work = () => rigs[runner].stack.run(operation);
        took[runner] = await (runner === "late"
          ? count(operation === "up" ? "create" : operation, work)
          : work());
      }
      const { roles = 0, tokens = 0, policies = 0 } = sized.counted.at(-1) ?? {};
      const ideal = idealOf({ first: tokens + roles, others: policies });
      sized.rounds.push({
        size,
        operation,
        took: took as Record<Runner, Took>,
        ideal,
        bytes: await bytesOf(rigs),
      });
      if (operation === "up" && counts) {
        await count("no-op preview", () => stack.run("preview"));
        await count("no-op up", () => stack.run("up"));
      }
      if (operation === "refresh" && counts)
        await count("update", () => stack.run("up", { roles: OTHER_ROLES }));
    }
  } finally {
    for (const rig of Object.values(rigs)) await close(rig);
  }
  return sized;
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
    bare: await of("bare"),
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
