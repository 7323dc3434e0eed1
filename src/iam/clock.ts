import { CLOCK_PRECISION } from "./pace";

/** When something was written, as far as the caller knows: what IAM says of earlier times is not taken yet. */
export interface Written {
  /** ISO 8601. */
  createdAt?: string;
  lastModifiedAt?: string;
}

/**
 * How long ago IAM wrote something, in milliseconds: negative for a time to come. IAM's clock is the `Date` of the answer;
 * where that agrees with ours, or the answer has none, ours is finer.
 *
 * @param time ISO 8601, by IAM's clock
 */
export function ageOf(time: string, answeredAt: number | undefined): number {
  const ours = Date.now();
  const agrees = answeredAt === undefined || Math.abs(answeredAt - ours) <= CLOCK_PRECISION;
  return (agrees ? ours : answeredAt) - Date.parse(time);
}

/**
 * How much longer IAM may not show everywhere what was written, in milliseconds; 0 or less when it must by now.
 *
 * @param propagation how long it may take, in milliseconds
 */
export function propagationLeft(
  { createdAt, lastModifiedAt }: Written,
  answeredAt: number | undefined,
  propagation: number,
): number {
  const ages = [createdAt, lastModifiedAt]
    .map((each) => ageOf(each ?? "", answeredAt))
    // A time that far ahead was written by a clock that was wrong: it tells nothing.
    .filter((age) => age >= -propagation);
  if (ages.length === 0) return 0;
  return propagation - Math.max(0, Math.min(...ages));
}
