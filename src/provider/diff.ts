import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { addAccounts, withAccounts } from "./check/normalize";
import { requireSameAccount } from "./resolve";
import { isSameRoles } from "./roles";
import type { Context, Inputs, State } from "./types";
import { hasUnknown } from "./values";

/**
 * The effect of a changed argument. `"state"`: IAM does not store the argument; `read` and `delete` get it from the
 * state. `"none"`: only `create` uses the argument.
 */
type Effect = "replace" | "update" | "state" | "none";

/** A scope is a security boundary: it is replaced and never edited. */
const EFFECTS: Record<keyof Inputs, Effect> = {
  source: "replace",
  target: "replace",
  roles: "update",
  description: "update",
  adopt: "none",
  settle: "state",
  __presetRoles: "state",
  // A change to credentials of another account replaces the authorization, but only IAM knows their account.
  credentials: "state",
};

/** Returns true if a change to the argument changes the policy. */
export function changesPolicy(key: keyof Inputs): boolean {
  return EFFECTS[key] === "replace" || EFFECTS[key] === "update";
}

/** The state, in which properties may be missing if the resource is incomplete. */
type Known = Partial<State>;

/** Arguments that are not compared by value. */
const EQUAL: Partial<Record<keyof Inputs, (known: Known, wanted: Inputs) => boolean>> = {
  // Without roles in state, it is unknown which roles IAM has. Without roles in the program, an adopted policy keeps its own.
  roles: ({ roles }, wanted) =>
    roles !== undefined && (wanted.roles === undefined || isSameRoles(roles, wanted.roles)),
  // If the program now sets the roles that were filled in, nothing changes. The next update drops the record.
  __presetRoles: (known, wanted) =>
    wanted.__presetRoles === undefined || isDeepStrictEqual(known.__presetRoles, wanted.__presetRoles),
};

/** Compares the state with the program. An unknown value counts as changed, so a preview never shows less than `up` does. */
export function diffInputs(
  known: Known,
  wanted: Inputs,
): { changed: (keyof Inputs)[]; replaces: (keyof Inputs)[] } {
  const accountId = known.target?.accountId ?? "";
  // Inputs from `check` are usually normalized already. If they equal the state, the costlier comparison is skipped.
  const changed =
    changedKeys(known, addAccounts(wanted, accountId)).length === 0
      ? []
      : changedKeys(known, withAccounts(wanted, accountId));
  return { changed, replaces: changed.filter((key) => EFFECTS[key] === "replace") };
}

function changedKeys(known: Known, wanted: Inputs): (keyof Inputs)[] {
  return (Object.keys(EFFECTS) as (keyof Inputs)[]).filter((key) => {
    if (EFFECTS[key] === "none") return false;
    if (hasUnknown(wanted[key])) return true;
    const isEqual = EQUAL[key] ?? (() => isDeepStrictEqual(known[key], wanted[key]));
    return !isEqual(known, wanted);
  });
}

/**
 * Compares the state with the program, and registers the resource as the owner of its policy unless the policy is
 * replaced.
 *
 * @param accountId the account of the credentials, if it is known without a call
 * @throws CodedError if the policy is in another account. An update would fail too, but a preview makes none
 */
export async function diffAuthorization(
  { iam, ownership, urn }: Context,
  id: string,
  state: State,
  wanted: Inputs,
  accountId?: string,
): Promise<dynamic.DiffResult> {
  const { changed, replaces } = diffInputs(state, wanted);
  if (changed.includes("credentials") && !hasUnknown(wanted.credentials)) {
    // If the credentials fail here, `update` asks again.
    const identity = await iam.identity().catch(() => undefined);
    if (identity && identity.accountId !== state.target.accountId) replaces.push("credentials");
  }
  if (replaces.length === 0 && accountId !== undefined) requireSameAccount(accountId, state);
  if (replaces.length === 0) ownership.keep(id, wanted, changed.length === 0, urn);
  return { changes: changed.length > 0, replaces, deleteBeforeReplace: false };
}
