import { closest, distance } from "fastest-levenshtein";

/** The nearest spelling among some names, in any case; `undefined` when none is near enough to be meant. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = name.trim().toLowerCase();
  const found =
    names.length === 0
      ? ""
      : closest(
          wanted,
          names.map((each) => each.toLowerCase()),
        );
  if (distance(wanted, found) > Math.max(1, Math.floor(Math.max(wanted.length, found.length) / 2)))
    return undefined;
  return names.find((each) => each.toLowerCase() === found);
}
