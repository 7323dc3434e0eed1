import { CodedError } from "../shared/coded-error";
import { suggest } from "../shared/suggest";
import {
  CONFIG_KEYS,
  configuredEndpoint,
  ENDPOINTS,
  isPrivate,
  timeoutsFrom,
  type ConfigName,
} from "./config";
import { checkedAccountId, configuredCredentials } from "./credentials";
import type { Settings } from "./types";

/** Reads each setting. A setting that can't be used throws a CodedError. */
const READERS: readonly { key: ConfigName; read: (settings: Settings) => unknown }[] = [
  { key: "ibmcloud:requestTimeout", read: timeoutsFrom },
  { key: "ibmcloud:retryTimeout", read: timeoutsFrom },
  { key: "ibmcloud:visibility", read: isPrivate },
  ...Object.values(ENDPOINTS).map((endpoint) => ({
    key: endpoint.config,
    read: (settings: Settings) => configuredEndpoint(settings, endpoint),
  })),
  { key: "ibmcloud:accountId", read: checkedAccountId },
  { key: "ibmcloud:credentials", read: configuredCredentials },
];

/** A setting that can't be used, and the error of the calls that need it. */
export interface ConfigMistake {
  /** The setting in the stack's configuration. The value may also come from the variable that replaces it. */
  key: ConfigName;
  error: CodedError;
}

/** Returns each setting that can't be used, whether a call needs it or not. */
export function configMistakes(settings: Settings): ConfigMistake[] {
  return READERS.flatMap(({ key, read }) => {
    try {
      // A reader of several settings gets only its own, so the error is about this key.
      read({ ...settings, config: (wanted) => (wanted === key ? settings.config(key) : undefined) });
      return [];
    } catch (error) {
      if (error instanceof CodedError) return [{ key, error }];
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
