import type { Bound } from "./bounds";
import { LATENCY } from "./calls";
import { OPERATIONS, type Round, type Runner } from "./growth";
import type { Operation, Took } from "./stack";
import { growthOf, median, rangeNote, STEEPEST } from "./statistics";
import { tableOf } from "./table";

/** The ratios that are shown, each taken within one round. */
const RATIOS = {
  "to thin": ({ took }: Round) => took.ours.wall / took.thin.wall,
  "delayed, to thin": ({ took, waits }: Round) => took.delayed.wall / (took.thin.wall + waits),
  "memory, to thin": ({ took }: Round) => memoryOf(took.ours) / memoryOf(took.thin),
  "to floor": ({ took }: Round) => took.ours.wall / took.floor.wall,
  "delayed, to floor": ({ took, waits }: Round) => took.delayed.wall / (took.floor.wall + waits),
  "memory, to floor": ({ took }: Round) => memoryOf(took.ours) / memoryOf(took.floor),
  cpu: ({ took }: Round) => took.ours.cpu / took.floor.cpu,
  host: ({ took }: Round) => took.ours.memory.host / took.floor.memory.host,
  cli: ({ took }: Round) => took.ours.memory.cli / took.floor.memory.cli,
  state: ({ bytes }: Round) => bytes.ours / bytes.floor,
};
type Ratio = keyof typeof RATIOS;

/** The limit of the ratios below. The ratios to the floor have no limit, because the floor makes no calls. */
const AT_MOST = 1.2;
const BOUNDED: Partial<Record<Ratio, string>> = {
  "to thin": "time, relative to the thin provider",
  "delayed, to thin": `time at ${LATENCY} ms a call, relative to the thin provider plus the waits`,
  "memory, to thin": "memory, relative to the thin provider",
};

/** Adds up the peak memory of the processes. */
function memoryOf({ memory }: Took): number {
  return memory.cli + memory.program + memory.host;
}

interface Group {
  operation: Operation;
  size: number;
  rounds: Round[];
}

/** Groups rounds of the same operation and size, in the order of the table. */
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
  // Memory is measured on Linux only.
  const isSeen = rounds.some(({ took }) => memoryOf(took.thin) > 0);
  const bounded = Object.entries(BOUNDED).filter(([ratio]) => isSeen || !ratio.startsWith("memory"));
  return groupsOf(rounds).flatMap((group) =>
    bounded.map(([ratio, what]): Bound => {
      const values = group.rounds.map(RATIOS[ratio as Ratio]);
      return {
        part: "growth",
        what: `${group.operation} of ${group.size}: ${what}`,
        measured: median(values),
        atMost: AT_MOST,
        unit: "x",
        note: rangeNote(values),
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
    const seconds = `${(middle(({ took }) => took.thin.wall) / 1000).toFixed(2)} s`;
    const megabytes = `${(middle(({ took }) => memoryOf(took.thin)) / 1e6).toFixed(0)} MB`;
    return [operation, String(size), String(own.length), seconds, megabytes, ...ratios];
  });
  return tableOf(["", "size", "pairs", "thin", "memory", ...Object.keys(RATIOS)], rows);
}

/** The exponents by which the time of an operation grows with the number of authorizations. */
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
      delayed: exponent("delayed"),
    };
  });
}

/** Up to this exponent, growth counts as linear, because the difference can be noise. At `STEEPEST`, no exponent fitted. */
const LINEAR = 1.15;
const isFasterThanLinear = (exponent: number) => exponent > LINEAR && exponent < STEEPEST;

/** Explains why the floor, which makes no calls, grows too: its backend writes the state at each step that changes it. */
function remarkOf(operation: Operation): string {
  const remark = "the floor's time grows faster than linearly too";
  const writes = operation === "up" || operation === "destroy";
  return writes ? `${remark}: its backend writes the whole state at each step` : remark;
}

export function exponentsTable(exponents: readonly Exponents[]): string {
  const rows = exponents.map(({ operation, floor, thin, ours, delayed }) => [
    operation,
    ...[floor, thin, ours, delayed].map((each) => each.toFixed(2)),
    isFasterThanLinear(floor) ? remarkOf(operation) : "",
  ]);
  return tableOf(["time ~ base + size ^", "floor", "thin", "ours", "delayed", ""], rows);
}
