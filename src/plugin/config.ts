import { configMistakes } from "../iam/config-mistakes";
import type { Settings } from "../iam/types";
import { hasUnknown } from "../provider/values";
import { asSecret, withoutSecret, type Values } from "./wire";

/** The package's name in Pulumi, which is also the namespace of its configuration. */
export const PACKAGE = "ibm-en-authorization";

/** The namespace that the core uses in its messages. */
const CORE_NAMESPACE = "ibmcloud:";

/** The settings that are always secret, even if the program doesn't mark them. */
const SECRETS = ["apiKey", "credentials"];

/** Properties that the engine adds to a provider's configuration. */
const ENGINE_KEYS = ["version", "pluginDownloadURL", "__internal"];

/**
 * Returns the core's settings for a provider's configuration. The engine writes values that are not strings as JSON. Values that a
 * preview doesn't know are left out.
 */
export function settingsOf(config: Values): Pick<Settings, "config" | "configKeys"> {
  const known = Object.entries(config).filter(([, value]) => !hasUnknown(value));
  const values = new Map(known.map(([key, value]) => [key, textOf(withoutSecret(value))]));
  return {
    config: (key) => values.get(key.slice(CORE_NAMESPACE.length)),
    configKeys: [...values.keys()]
      .filter((key) => !ENGINE_KEYS.includes(key))
      .map((key) => CORE_NAMESPACE + key),
  };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns a configuration in which all credentials are secret. */
export function withSecrets(config: Values): Values {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, SECRETS.includes(key) ? asSecret(value) : value]),
  );
}

/** Returns the mistakes in a configuration, each with its setting. */
export function mistakesIn(settings: Settings): { property: string; reason: string }[] {
  return configMistakes(settings).map(({ key, error: { message, code } }) => ({
    property: key.slice(CORE_NAMESPACE.length),
    reason: renamed(`${message} [${code}]`),
  }));
}

/** Returns a message with the packaged provider's settings: `ibm-en-authorization:apiKey` for `ibmcloud:apiKey`. */
export function renamed(message: string): string {
  return message.replaceAll(CORE_NAMESPACE, `${PACKAGE}:`);
}
