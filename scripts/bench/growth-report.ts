import type { Bound } from "./bounds";
import { OPERATIONS, type Round, type Runner } from "./growth";
import type { Took } from "./stack";
import { growthOf, median } from "./statistics";
import { tableOf } from "./table";

/** What is compared, round by round. */
const RATIOS = {
  wall: ({ took }: Round) => took.ours.wall / took.floor.wall,
  late: ({ took, ideal }: Round) => took.late.wall / (took.floor.wall + ideal),
  memory: ({ took }: Round) => memoryOf(took.ours) / memoryOf(took.floor),
  host: ({ took }: Round) => took.ours.memory.host / took.floor.memory.host,
  cpu: ({ took }: Round) => took.ours.cpu / took.floor.cpu,
};
type Ratio = keyof typeof RATIOS;

/** How much more than the floor there may be. */
const ATMOST = 1.1;

/** The bounds, and what they are of. */
const BOUNDED: Partial<Record<Ratio, string>> = {
  wall: "time over the floor",
  late: "time over the floor and the ideal of its calls, 100 ms each",
  memory: "memory over the floor",
};

/** The peaks of the processes together. */
function memoryOf({ memory }: Took): number {
  return memory.cli + memory.program + memory.host;
}

/** Rounds of the same size and operation, in the order in which they are shown. */
function grouped(rounds: readonly Round[]): Round[][] {
  const sizes = [...new Set(rounds.map(({ size }) => size))];
  return OPERATIONS.flatMap((operation) =>
    sizes.map((size) => rounds.filter((each) => each.size === size && each.operation === operation)),
  ).filter((each) => each.length > 0);
}

export function growthBounds(rounds: readonly Round[]): Bound[] {
  return grouped(rounds).flatMap((group) =>
    Object.entries(BOUNDED).map(([ratio, what]): Bound => {
      const values = group.map(RATIOS[ratio as Ratio]);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const [{ operation, size } = { operation: "", size: 0 }] = group;
      return {
        part: "growth",
        what: `${operation} of ${size}: ${what}`,
        measured: median(values),
        atMost: ATMOST,
        unit: "x",
        note:
          values.length > 1
            ? `median of ${values.length}, ${least.toFixed(2)} to ${most.toFixed(2)}`
            : "1 pair",
      };
    }),
  );
}

export function growthTable(rounds: readonly Round[]): string {
  const head = [
    "operation",
    "size",
    "pairs",
    "floor",
    "ours",
    "cpu",
    "late",
    "memory",
    "ours",
    "host",
    "ours",
    "state",
  ];
  const rows = grouped(rounds).map((group) => {
    const middle = (of: (round: Round) => number) => median(group.map(of));
    const ratio = (name: Ratio) => `${middle(RATIOS[name]).toFixed(2)} x`;
    const [{ operation, size } = { operation: "", size: 0 }] = group;
    const bytes = middle(({ bytes: { ours, floor } }) => (floor > 0 ? ours / floor : NaN));
    return [
      operation,
      String(size),
      String(group.length),
      `${(middle(({ took }) => took.floor.wall) / 1000).toFixed(2)} s`,
      ratio("wall"),
      ratio("cpu"),
      ratio("late"),
      `${(middle(({ took }) => memoryOf(took.floor)) / 1e6).toFixed(0)} MB`,
      ratio("memory"),
      `${(middle(({ took }) => took.floor.memory.host) / 1e6).toFixed(0)} MB`,
      ratio("host"),
      Number.isNaN(bytes) ? "" : `${bytes.toFixed(2)} x`,
    ];
  });
  return tableOf(head, rows);
}

/** How an operation grows: time by the number of authorizations. */
export interface Exponents extends Record<Runner, number> {
  operation: string;
}

export function exponentsOf(rounds: readonly Round[]): Exponents[] {
  return OPERATIONS.map((operation) => {
    const groups = grouped(rounds.filter((each) => each.operation === operation));
    const exponent = (runner: Runner) =>
      growthOf(
        groups.map((group) => ({
          size: group[0]?.size ?? 0,
          value: median(group.map(({ took }) => took[runner].wall)),
        })),
      ).exponent;
    return { operation, floor: exponent("floor"), ours: exponent("ours"), late: exponent("late") };
  });
}

/** From here on something grows faster than linearly, and it is no noise. */
const LINEAR = 1.15;

export function exponentsTable(exponents: readonly Exponents[]): string {
  const rows = exponents.map(({ operation, floor, ours, late }) => [
    operation,
    ...[floor, ours, late].map((each) => each.toFixed(2)),
    floor > LINEAR
      ? "the floor itself grows faster than linearly: the backend writes the whole state at each step"
      : "",
  ]);
  return tableOf(["time ~ size ^", "floor", "ours", "late", ""], rows);
}
