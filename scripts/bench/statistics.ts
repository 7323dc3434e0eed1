/** Returns the middle value, or the mean of the two middle values. @throws RangeError without values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  if (middle.length === 0) throw new RangeError("The median needs at least one value");
  return middle.reduce((sum, each) => sum + each, 0) / middle.length;
}

/** Describes the median of some pairs and their range, such as `median of 3, 1.05 to 1.40`. */
export function rangeNote(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `median of ${values.length}, ${least.toFixed(2)} to ${most.toFixed(2)}`;
}

/** A value measured at one size. */
export interface Point {
  size: number;
  value: number;
}

/** `value = base + factor * size ** exponent`. */
export interface Growth {
  base: number;
  factor: number;
  exponent: number;
}

/** The steepest exponent that is tried. */
export const STEEPEST = 3;
const EXPONENTS = Array.from({ length: 100 * STEEPEST }, (_, index) => (index + 1) / 100);

/**
 * Fits the growth of a value. The constant base is fitted too, because the fixed cost of starting a process would hide the
 * growth. Errors are relative, so that the largest size does not dominate.
 */
export function growthOf(points: readonly Point[]): Growth {
  const [best] = EXPONENTS.map((exponent) => lineAt(points, exponent)).sort(
    (one, other) => one.error - other.error,
  );
  if (!best) throw new RangeError("A growth needs at least one point");
  const { base, factor, exponent } = best;
  // A constant or falling value has no growth.
  return factor > 0 ? { base, factor, exponent } : { base, factor: 0, exponent: 0 };
}

/** Fits `base + factor * size ** exponent` by weighted least squares. */
function lineAt(points: readonly Point[], exponent: number): Growth & { error: number } {
  const rows = points.map(({ size, value }) => ({ x: size ** exponent, y: value, weight: value ** -2 }));
  const sum = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + row.weight * of(row), 0);
  const weights = sum(() => 1);
  const meanX = sum(({ x }) => x) / weights;
  const meanY = sum(({ y }) => y) / weights;
  const spread = sum(({ x }) => (x - meanX) ** 2);
  const factor = spread > 0 ? sum(({ x, y }) => (x - meanX) * (y - meanY)) / spread : 0;
  const base = meanY - factor * meanX;
  const error = sum(({ x, y }) => (y - base - factor * x) ** 2);
  return { base, factor, exponent, error };
}
