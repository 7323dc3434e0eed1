import { isDeepStrictEqual } from "node:util";
import { PolicyConflictError } from "../iam/errors";
import type { Policy, PolicyBody } from "../iam/types";
import { CodedError, isOutcomeUnknown } from "../shared/coded-error";
import { changesPolicy, diffInputs } from "./diff";
import { updateConflictMessage, IncompleteError, outcomeUnknownError } from "./errors";
import { localInputs, scopeDifferences, scopeOf, toState, withoutLocal } from "./policy-mapping";
import { requireAccount, resolveAccounts, resolveRoles, type ResolvedRoles } from "./resolve";
import type { Context, Inputs, State } from "./types";

/**
 * Updates roles and description. The scope that IAM has is sent back untouched; it must be the declared one.
 *
 * @throws IncompleteError if the outcome is unknown
 */
export async function updateAuthorization(
  context: Context,
  id: string,
  state: State,
  inputs: Inputs,
): Promise<{ outs: State }> {
  const { iam, ownership } = context;
  ownership.startUpdate(id);
  const { changed } = diffInputs(state, inputs);
  // Without roles in state, it is unknown which roles IAM has, and the policy has to be read.
  const isStateOnly = changed.length > 0 && !changed.some(changesPolicy) && hasRoles(state);
  if (isStateOnly) {
    if (changed.includes("credentials")) await requireAccount(iam, state);
    return { outs: { ...withoutLocal(state), ...keptRoles(state, inputs), ...localInputs(inputs) } };
  }
  await requireAccount(iam, state);
  const wanted = await resolveAccounts(iam, inputs);
  const roles = await resolveRoles(iam, wanted);
  try {
    const policy = await reconcile(context, id, state, wanted, roles);
    const known = { ...state, roles: wanted.roles ?? state.roles };
    return {
      outs: { ...toState(policy, roles.names, known), ...keptRoles(state, wanted), ...localInputs(wanted) },
    };
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    throw new IncompleteError(id, state, outcomeUnknownError(error, MAY_BE_CHANGED));
  }
}

const MAY_BE_CHANGED = "IAM may have changed it: the next pulumi up or pulumi refresh reads it";

function hasRoles({ roles }: Partial<State>): boolean {
  return roles !== undefined;
}

/** Keeps the record that roles were adopted or filled in, and not set by the program. */
function keptRoles({ __presetRoles }: State, { roles }: Inputs): Pick<Inputs, "__presetRoles"> {
  return roles === undefined && __presetRoles !== undefined ? { __presetRoles } : {};
}

/** Sets the roles and description of a policy. Nothing is sent if it already has them. */
export async function reconcile(
  { iam, ownership }: Context,
  id: string,
  known: Partial<State>,
  wanted: Inputs,
  { crns, names }: ResolvedRoles,
): Promise<Policy> {
  try {
    const policy = await iam.updatePolicy(id, known, (current) => nextBody(current, wanted, crns));
    ownership.reconciled(id);
    return policy;
  } catch (error) {
    if (!(error instanceof PolicyConflictError)) throw error;
    const message = updateConflictMessage(error, { names, isOwned: ownership.isOwned(error.policy.id) });
    throw new CodedError("already-exists", message, { cause: error, outcomeUnknown: error.outcomeUnknown });
  }
}

/**
 * Returns the new content of a policy, or `undefined` if nothing has to change. @throws CodedError if it must not be
 * changed
 */
function nextBody(
  policy: Policy | undefined,
  wanted: Inputs,
  crns: string[] | undefined,
): PolicyBody | undefined {
  if (!policy) {
    throw new CodedError(
      "policy-not-found",
      "it no longer exists: run pulumi refresh, then pulumi up to create it again",
    );
  }
  if (policy.template) {
    throw new CodedError(
      "managed-elsewhere",
      "an enterprise policy template manages it: change the template instead",
    );
  }
  const { source, target, description } = wanted;
  const scope = scopeOf(policy);
  if (!isDeepStrictEqual(scope, { source, target })) {
    throw new CodedError(
      "scope-changed",
      `its scope in IAM is not the declared one${lastChange(policy)}: run pulumi refresh to read it, then pulumi up. ${scopeDifferences(scope, { source, target })}`,
    );
  }
  if (matches(policy, wanted, crns)) return undefined;
  // An undefined description clears it, since the policy is replaced as a whole.
  return { ...policy, roleIds: crns ?? policy.roleIds, description };
}

/** Returns true if a policy has the wanted roles and description. */
export function matches(policy: Policy, { description = "" }: Inputs, crns = policy.roleIds): boolean {
  const hasRoles = isDeepStrictEqual(new Set(policy.roleIds), new Set(crns));
  return hasRoles && (policy.description ?? "") === description;
}

function lastChange({ lastModifiedById, lastModifiedAt }: Policy): string {
  if (lastModifiedById === undefined) return "";
  const time = lastModifiedAt === undefined ? "" : ` at ${lastModifiedAt}`;
  return `, after a change by ${lastModifiedById}${time}`;
}
