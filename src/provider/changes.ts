import { isDeepStrictEqual } from "node:util";
import type { Inputs } from "./inputs";
import { addAccounts, withAccounts } from "./normal-form";
import { sameRoles } from "./roles";
import type { State } from "./policy";
import { holdsUnknown } from "./unknown";

/** `"note"`: nothing in IAM changes, yet the state has to: `delete` and `read` get nothing but the state. */
type Change = "replace" | "update" | "note";

/** What the state holds; of a half-made resource perhaps not all of it. */
type Held = Partial<State>;

/** What a change of an argument means. A scope is a security boundary: it is never edited, only replaced. */
const MEANING: Record<keyof Inputs, Change> = {
  source: "replace",
  target: "replace",
  roles: "update",
  description: "update",
  adopt: "note",
  settle: "note",
  presetRoles: "note",
  // Of another account it replaces: only IAM can tell, so `diff` asks.
  credentials: "note",
};

/** Whether a change of an argument changes something in IAM. */
export function touchesIam(key: keyof Inputs): boolean {
  return MEANING[key] !== "note";
}

/** What is compared otherwise than by value. */
const EQUAL: Partial<Record<keyof Inputs, (held: Held, wanted: Inputs) => boolean>> = {
  // Roles that nobody wrote are whatever the adopted policy has.
  roles: ({ roles }, wanted) =>
    // Without roles in the state it is not known which ones IAM holds.
    roles !== undefined && (wanted.roles === undefined || sameRoles(roles, wanted.roles)),
  presetRoles: (held, wanted) =>
    wanted.roles === undefined || isDeepStrictEqual(held.presetRoles, wanted.presetRoles),
};

/**
 * Compares what IAM held with what the program wants. What is still unknown counts as a change, so that a preview never
 * promises less than the `up` after it does.
 */
export function changes(
  held: Held,
  wanted: Inputs,
): { changed: (keyof Inputs)[]; replaces: (keyof Inputs)[] } {
  const accountId = held.target?.accountId ?? "";
  // What is equal as it is, as inputs out of `check` mostly are, is so in its normal form too.
  const changed =
    differing(held, addAccounts(wanted, accountId)).length === 0
      ? []
      : differing(held, withAccounts(wanted, accountId));
  return { changed, replaces: changed.filter((key) => MEANING[key] === "replace") };
}

function differing(held: Held, wanted: Inputs): (keyof Inputs)[] {
  return (Object.keys(MEANING) as (keyof Inputs)[]).filter((key) => {
    if (holdsUnknown(wanted[key])) return true;
    const equal = EQUAL[key] ?? (() => isDeepStrictEqual(held[key], wanted[key]));
    return !equal(held, wanted);
  });
}
