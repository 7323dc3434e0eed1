import { tableOf } from "./table";

/** A measured value and its upper limit. */
export interface Bound {
  /** The part of the bench. */
  part: string;
  what: string;
  measured: number;
  atMost: number;
  /** `x` for a ratio, else the unit that is counted, such as `calls`. */
  unit: string;
  /** A note on the measurement: the number of pairs and their range. */
  note?: string;
}

/** Returns true if the value is within its limit. A value that could not be measured (`NaN`) is not. */
export function isHeld({ measured, atMost }: Bound): boolean {
  return measured <= atMost;
}

export function boundsTable(bounds: readonly Bound[]): string {
  return tableOf(
    ["", "measured", "at most", "", ""],
    bounds.map((bound) => {
      const { what, measured, atMost, unit, note = "" } = bound;
      return [what, amount(measured, unit), amount(atMost, unit), isHeld(bound) ? "held" : "MISSED", note];
    }),
  );
}

/** Returns a sentence for each missed bound. */
export function missedOf(bounds: readonly Bound[]): string[] {
  return bounds
    .filter((each) => !isHeld(each))
    .map(
      ({ part, what, measured, atMost, unit }) =>
        `${part}: ${what} is ${amount(measured, unit)}; the limit is ${amount(atMost, unit)}`,
    );
}

/** Counts the bounds as mocha counts tests, so that `npm test` can add them up. */
export function countsOf(bounds: readonly Bound[]): { passes: number; failures: number; pending: number } {
  const passes = bounds.filter(isHeld).length;
  return { passes, failures: bounds.length - passes, pending: 0 };
}

function amount(value: number, unit: string): string {
  if (unit === "x") return `${value.toFixed(2)} x`;
  const text = Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `${text} ${unit}`;
}
