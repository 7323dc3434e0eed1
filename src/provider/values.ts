import type * as pulumi from "@pulumi/pulumi";

/** The value that means "all" in a scope. */
export const ALL = "*";

export const EVENT_NOTIFICATIONS = "event-notifications";

/**
 * The placeholder for a value that is unknown during a preview, including an object or an array. It equals
 * `pulumi.runtime.unknownValue`, which is not imported because the host would load a second copy of `@pulumi/pulumi`.
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9" satisfies typeof pulumi.runtime.unknownValue;

/** Returns true if a value as a whole is unknown. */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN;
}

/** Returns true if any part of a value is unknown. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** Returns a string that is equal for equal values, whatever the order of their properties. */
export function canonicalJson(values: object): string {
  return JSON.stringify(values, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
