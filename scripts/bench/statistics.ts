/** The middle of some values; the mean of the two in the middle where there is no one. @throws without any */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  if (middle.length === 0) throw new RangeError("There is no median of nothing");
  return middle.reduce((sum, each) => sum + each, 0) / middle.length;
}

/** Something that was measured at a size. */
export interface Point {
  size: number;
  value: number;
}

/** `value = base + factor * size ** exponent`, as well as it fits. */
export interface Growth {
  base: number;
  factor: number;
  exponent: number;
}

/** Up to which exponent is tried. */
export const STEEPEST = 3;
const EXPONENTS = Array.from({ length: 100 * STEEPEST }, (_, index) => (index + 1) / 100);

/**
 * Fits how something grows. What does not depend on the size, such as a process that starts, is a part of its own, or else
 * it would hide the growth. Errors count relative to the value, so that the largest size does not decide alone.
 */
export function growthOf(points: readonly Point[]): Growth {
  const [best] = EXPONENTS.map((exponent) => lineAt(points, exponent)).sort(
    (one, other) => one.error - other.error,
  );
  if (!best) throw new RangeError("There is no growth of nothing");
  const { base, factor, exponent } = best;
  // What shrinks, or stays as it is, does not grow.
  return factor > 0 ? { base, factor, exponent } : { base, factor: 0, exponent: 0 };
}

/** The weighted least squares of `base + factor * size ** exponent`. */
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
