import { closest, distance } from "fastest-levenshtein";

/**
 * The nearest spelling among some names, in any case; `undefined` when none is near enough to be meant.
 *
 * @param most how many letters may differ; never more than half of them
 */
export function nearest(name: string, names: readonly string[], most = Infinity): string | undefined {
  if (names.length === 0) return undefined;
  const wanted = name.trim().toLowerCase();
  const found = closest(
    wanted,
    names.map((each) => each.toLowerCase()),
  );
  const half = Math.max(1, Math.floor(Math.max(wanted.length, found.length) / 2));
  if (distance(wanted, found) > Math.min(most, half)) return undefined;
  return names.find((each) => each.toLowerCase() === found);
}
