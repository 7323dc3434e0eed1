import { CodedError } from "../shared/coded-error";
import { suggest } from "../shared/suggest";
import { CONFIG_KEYS, configuredEndpoint, ENDPOINTS, isPrivate, timeoutsFrom } from "./config";
import { checkedAccountId, configuredCredentials } from "./credentials";
import type { Settings } from "./types";

/** Reads each setting. A setting that can't be used throws a CodedError. */
const READERS: readonly ((settings: Settings) => unknown)[] = [
  timeoutsFrom,
  isPrivate,
  ...Object.values(ENDPOINTS).map(
    (endpoint) => (settings: Settings) => configuredEndpoint(settings, endpoint),
  ),
  checkedAccountId,
  configuredCredentials,
];

/** Returns an error for each setting that can't be used, whether a call needs it or not. */
export function configMistakes(settings: Settings): CodedError[] {
  return READERS.flatMap((read) => {
    try {
      read(settings);
      return [];
    } catch (error) {
      if (error instanceof CodedError) return [error];
      throw error;
    }
  });
}

/** The namespace of this package's settings. */
const NAMESPACE = "ibmcloud:";

/** The number of letters that a misspelled key may differ in. */
const MAX_DISTANCE = 4;

/** Returns a note for each key of the namespace that this package doesn't read. */
export function unknownConfigNotes({ configKeys = [] }: Settings): string[] {
  const known: readonly string[] = CONFIG_KEYS;
  const keys = configKeys.flatMap((each) =>
    each.startsWith(NAMESPACE) ? [each.slice(NAMESPACE.length)] : [],
  );
  return keys
    .filter((key) => !known.includes(key))
    .map((key) => {
      const suggestion = suggest(key, known, MAX_DISTANCE);
      const advice = suggestion
        ? `did you mean ${NAMESPACE}${suggestion}?`
        : `this package reads ${known.map((each) => NAMESPACE + each).join(", ")}`;
      return `${NAMESPACE}${key} in the stack's configuration has no effect: ${advice}`;
    });
}
