import { tableOf } from "./table";

/** Something that was measured, and how much of it there may be at most. */
export interface Bound {
  /** The part of the bench. */
  part: string;
  what: string;
  measured: number;
  atMost: number;
  /** What is counted, such as `bytes`; `x` for a ratio. */
  unit: string;
  /** How it came about: how many pairs, how far apart. */
  note?: string;
}

/** Whether what was measured is within its bound; what could not be measured is not. */
export function isHeld({ measured, atMost }: Bound): boolean {
  return measured <= atMost;
}

/** The bounds as a table, a line each. */
export function boundsTable(bounds: readonly Bound[]): string {
  return tableOf(
    ["", "measured", "at most", "", ""],
    bounds.map((bound) => {
      const { what, measured, atMost, unit, note = "" } = bound;
      return [what, amount(measured, unit), amount(atMost, unit), isHeld(bound) ? "held" : "MISSED", note];
    }),
  );
}

/** What was missed, a sentence each. */
export function missedOf(bounds: readonly Bound[]): string[] {
  return bounds
    .filter((each) => !isHeld(each))
    .map(
      ({ part, what, measured, atMost, unit }) =>
        `${part}: ${what} is ${amount(measured, unit)}, and may be ${amount(atMost, unit)} at most`,
    );
}

/** The bounds in the words in which a test runner counts. */
export function countsOf(bounds: readonly Bound[]): { passes: number; failures: number; pending: number } {
  const passes = bounds.filter(isHeld).length;
  return { passes, failures: bounds.length - passes, pending: 0 };
}

function amount(value: number, unit: string): string {
  if (unit === "x") return `${value.toFixed(2)} x`;
  const text = Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `${text} ${unit}`;
}
