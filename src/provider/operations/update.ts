import { isDeepStrictEqual } from "node:util";
import { PolicyConflictError } from "../../iam/errors";
import type { HeldPolicy, PolicyBody } from "../../iam/policy";
import { CodedError, isOutcomeUnknown } from "../../shared/coded-error";
import { changes, touchesIam } from "../changes";
import { inTheWay } from "../conflict";
import type { Inputs } from "../inputs";
import { fromPolicy, localOf, scopeOf, type State } from "../policy";
import { HalfMadeError, saysRoles, unknownOutcome } from "./half-made";
import type { Run } from "./run";
import { refuseOtherAccount, resolved, settled, type ResolvedRoles } from "./settled";

/**
 * Brings roles and description in line. The scope that IAM holds goes back as it is; it must be the declared one.
 *
 * @throws HalfMadeError when IAM may have done it although no good answer came
 */
export async function updateAuthorization(
  run: Run,
  id: string,
  held: State,
  inputs: Inputs,
): Promise<{ outs: State }> {
  const { changed } = changes(held, inputs);
  // Where the state does not say which roles IAM holds, a note is not all there is to do.
  if (changed.length > 0 && !changed.some(touchesIam) && saysRoles(held)) {
    if (changed.includes("credentials")) await refuseOtherAccount(run.iam, held);
    return { outs: { ...withoutLocal(held), ...keptRoles(held, inputs), ...localOf(inputs) } };
  }
  await refuseOtherAccount(run.iam, held);
  const wanted = await settled(run.iam, inputs);
  const roles = await resolved(run.iam, wanted);
  try {
    const aligned = await align(run, id, held, wanted, roles);
    return { outs: { ...fromPolicy(aligned, roles.names), ...keptRoles(held, wanted), ...localOf(wanted) } };
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    throw new HalfMadeError(id, held, unknownOutcome(error, MAYBE_CHANGED));
  }
}

const MAYBE_CHANGED = "IAM may have changed it all the same: the next pulumi up, or a refresh, finds out";

/** What was taken over with its roles is still known to have been. */
function keptRoles({ presetRoles }: State, { roles }: Inputs): Pick<Inputs, "presetRoles"> {
  return roles === undefined && presetRoles !== undefined ? { presetRoles } : {};
}

/** Gives a policy the wanted roles and description; nothing is sent where it has them. */
export async function align(
  { iam, claims }: Run,
  id: string,
  known: Partial<State>,
  wanted: Inputs,
  roles: ResolvedRoles,
): Promise<HeldPolicy> {
  try {
    const aligned = await iam.editPolicy(id, known, (held) => decide(held, wanted, roles.crns));
    claims.aligned(id);
    return aligned;
  } catch (error) {
    if (!(error instanceof PolicyConflictError)) throw error;
    const isHeld = claims.holds(error.policy.id);
    const message = inTheWay(error, { of: "update", names: roles.names, isHeld });
    throw new CodedError("already-exists", message, {
      cause: error,
      outcomeUnknown: isOutcomeUnknown(error.cause),
    });
  }
}

/** What a policy is to be, or nothing when it is that already. @throws when it may not become that */
function decide(
  held: HeldPolicy | undefined,
  wanted: Inputs,
  crns: string[] | undefined,
): PolicyBody | undefined {
  if (!held)
    throw new CodedError(
      "policy-not-found",
      "IAM does not hold it any more: run pulumi refresh, then pulumi up makes it anew",
    );
  if (held.template) {
    throw new CodedError(
      "managed-elsewhere",
      "an enterprise policy template manages it: change the template instead",
    );
  }
  const { source, target, description } = wanted;
  if (!isDeepStrictEqual(scopeOf(held), { source, target })) {
    throw new CodedError(
      "scope-changed",
      `IAM holds another scope than the one declared${lastChange(held)}: run pulumi refresh to see it, then pulumi up`,
    );
  }
  if (isAligned(held, wanted, crns)) return undefined;
  // `undefined` clears it: a replacement is whole.
  return { ...held, roleIds: crns ?? held.roleIds, description };
}

/** Whether a policy has the wanted roles and description. */
export function isAligned(held: HeldPolicy, { description = "" }: Inputs, crns = held.roleIds): boolean {
  return isDeepStrictEqual(new Set(held.roleIds), new Set(crns)) && (held.description ?? "") === description;
}

function lastChange({ lastModifiedById, lastModifiedAt }: HeldPolicy): string {
  if (lastModifiedById === undefined) return "";
  return `, since a change by ${lastModifiedById}${lastModifiedAt === undefined ? "" : ` at ${lastModifiedAt}`}`;
}

function withoutLocal({ adopt, settle, presetRoles, credentials, ...state }: State): State {
  return state;
}
