import type { Bound } from "./bounds";
import { LATENCY } from "./calls";
import { OPERATIONS, type Round, type Runner } from "./growth";
import type { Operation, Took } from "./stack";
import { growthOf, median, STEEPEST } from "./statistics";
import { tableOf } from "./table";

/**
 * What is compared, round by round: with the floor, which does nothing, and with the thin one, which makes the same calls with
 * IBM's SDK and does nothing else. The thin one shows how much of what is above the floor that SDK takes as npm installs it.
 */
const RATIOS = {
  "to floor": ({ took }: Round) => took.ours.wall / took.floor.wall,
  "to thin": ({ took }: Round) => took.ours.wall / took.thin.wall,
  "late, to floor": ({ took, waits }: Round) => took.late.wall / (took.floor.wall + waits),
  "late, to thin": ({ took, waits }: Round) => took.late.wall / (took.thin.wall + waits),
  cpu: ({ took }: Round) => took.ours.cpu / took.floor.cpu,
  memory: ({ took }: Round) => memoryOf(took.ours) / memoryOf(took.floor),
  "memory, to thin": ({ took }: Round) => memoryOf(took.ours) / memoryOf(took.thin),
  host: ({ took }: Round) => took.ours.memory.host / took.floor.memory.host,
  cli: ({ took }: Round) => took.ours.memory.cli / took.floor.memory.cli,
  state: ({ bytes }: Round) => bytes.ours / bytes.floor,
};
type Ratio = keyof typeof RATIOS;

/** How much more there may be, and of what. */
const AT_MOST = 1.1;
const BOUNDED: Partial<Record<Ratio, string>> = {
  "to floor": "time, to the floor",
  "late, to floor": `time at ${LATENCY} ms a call, to floor and waits`,
  memory: "memory, to the floor",
  "to thin": "time, to the thin one",
  "late, to thin": `time at ${LATENCY} ms a call, to thin one and waits`,
  "memory, to thin": "memory, to the thin one",
};

/** The peaks of the processes together. */
function memoryOf({ memory }: Took): number {
  return memory.cli + memory.program + memory.host;
}

interface Group {
  operation: Operation;
  size: number;
  rounds: Round[];
}

/** Rounds of the same operation and size, in the order in which they are shown. */
function groupsOf(rounds: readonly Round[]): Group[] {
  const sizes = [...new Set(rounds.map(({ size }) => size))];
  return OPERATIONS.flatMap((operation) =>
    sizes.map((size) => ({
      operation,
      size,
      rounds: rounds.filter((each) => each.size === size && each.operation === operation),
    })),
  ).filter((group) => group.rounds.length > 0);
}

export function growthBounds(rounds: readonly Round[]): Bound[] {
  // Where nothing is seen of processes, there is no bound on them.
  const isSeen = rounds.some(({ took }) => memoryOf(took.floor) > 0);
  const bounded = Object.entries(BOUNDED).filter(([ratio]) => isSeen || !ratio.startsWith("memory"));
  return groupsOf(rounds).flatMap((group) =>
    bounded.map(([ratio, what]): Bound => {
      const values = group.rounds.map(RATIOS[ratio as Ratio]);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return {
        part: "growth",
        what: `${group.operation} of ${group.size}: ${what}`,
        measured: median(values),
        atMost: AT_MOST,
        unit: "x",
        note: `median of ${values.length}, ${least.toFixed(2)} to ${most.toFixed(2)}`,
      };
    }),
  );
}

export function growthTable(rounds: readonly Round[]): string {
  const rows = groupsOf(rounds).map(({ operation, size, rounds: own }) => {
    const middle = (of: (round: Round) => number) => median(own.map(of));
    const ratios = Object.values(RATIOS).map((of) => {
      const ratio = middle(of);
      return Number.isFinite(ratio) ? `${ratio.toFixed(2)} x` : "-";
    });
    const seconds = `${(middle(({ took }) => took.floor.wall) / 1000).toFixed(2)} s`;
    const megabytes = `${(middle(({ took }) => memoryOf(took.floor)) / 1e6).toFixed(0)} MB`;
    return [operation, String(size), String(own.length), seconds, megabytes, ...ratios];
  });
  return tableOf(["", "size", "pairs", "floor", "memory", ...Object.keys(RATIOS)], rows);
}

/** How the time of an operation grows with the number of authorizations. */
export interface Exponents extends Record<Runner, number> {
  operation: Operation;
}

export function exponentsOf(rounds: readonly Round[]): Exponents[] {
  return OPERATIONS.map((operation) => {
    const groups = groupsOf(rounds).filter((group) => group.operation === operation);
    const exponent = (runner: Runner) =>
      growthOf(
        groups.map(({ size, rounds: own }) => ({
          size,
          value: median(own.map(({ took }) => took[runner].wall)),
        })),
      ).exponent;
    return {
      operation,
      floor: exponent("floor"),
      thin: exponent("thin"),
      ours: exponent("ours"),
      late: exponent("late"),
    };
  });
}

/** From here on something grows faster than linearly, and it is no noise; at the end of what is tried nothing fitted. */
const LINEAR = 1.15;
const isFasterThanLinear = (exponent: number) => exponent > LINEAR && exponent < STEEPEST;

/** Why an operation's floor grows so: the state is written at each step that changes a resource. */
function whyOf(operation: Operation): string {
  const why = "the floor too is faster than linear";
  const writes = operation === "up" || operation === "destroy";
  return writes ? `${why}: its backend writes the whole state at each step` : why;
}

export function exponentsTable(exponents: readonly Exponents[]): string {
  const rows = exponents.map(({ operation, floor, thin, ours, late }) => [
    operation,
    ...[floor, thin, ours, late].map((each) => each.toFixed(2)),
    isFasterThanLinear(floor) ? whyOf(operation) : "",
  ]);
  return tableOf(["time ~ base + size ^", "floor", "thin", "ours", "late", ""], rows);
}
