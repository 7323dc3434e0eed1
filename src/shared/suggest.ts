import { closest, distance } from "fastest-levenshtein";

/**
 * Returns the name that is spelled most like `name`, ignoring case, or `undefined` if none is similar enough.
 *
 * @param maxDistance the number of letters that may differ. It is capped at half of the letters.
 */
export function suggest(name: string, names: readonly string[], maxDistance = Infinity): string | undefined {
  if (names.length === 0) return undefined;
  const wanted = name.trim().toLowerCase();
  const found = closest(
    wanted,
    names.map((each) => each.toLowerCase()),
  );
  const half = Math.max(1, Math.floor(Math.max(wanted.length, found.length) / 2));
  if (distance(wanted, found) > Math.min(maxDistance, half)) return undefined;
  return names.find((each) => each.toLowerCase() === found);
}
