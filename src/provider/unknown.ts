import type * as pulumi from "@pulumi/pulumi";

/**
 * What stands in preview for a value that only `up` will know, also where an object or an array is expected: the value
 * of `pulumi.runtime.unknownValue`. Written out because loading `@pulumi/pulumi` for it would cost the host a second copy.
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9" satisfies typeof pulumi.runtime.unknownValue;

/** Whether nothing of a value is known: not even what an object has. */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN;
}

/** Whether anything in a value is still unknown. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUnknown);
}
