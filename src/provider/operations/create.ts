import { CodedError, isOutcomeUnknown } from "../../shared/coded-error";
import { PolicyConflictError } from "../../iam/errors";
import type { HeldPolicy, PolicyBody } from "../../iam/policy";
import { pairOf } from "../check";
import { inTheWay } from "../conflict";
import type { Inputs } from "../inputs";
import { fromPolicy, localOf, toPolicy, type State } from "../policy";
import { presetOf } from "../presets";
import { findAdopted, mayBeAdopted } from "./adopt";
import { HalfMadeError, unknownOutcome } from "./half-made";
import type { Run } from "./run";
import { resolved, settled, type ResolvedRoles } from "./settled";
import { align, isAligned } from "./update";

/**
 * Makes the authorization, or takes over the one that `adopt` says; nothing is sent to IAM's policies before accounts and
 * roles are known to be right.
 *
 * @throws HalfMadeError when it fails after IAM holds the authorization
 */
export async function createAuthorization(run: Run, inputs: Inputs): Promise<{ id: string; outs: State }> {
  const wanted = await settled(run.iam, inputs);
  // Roles that nobody wrote stay as they are in what is taken over, and are the documented ones in what is made.
  const roles = await resolved(run.iam, wanted, wanted.roles ?? documentedOf(wanted));
  const body = toPolicy(wanted, roles.crns ?? []);
  const giveUp = run.claims.begin(JSON.stringify([wanted.source, wanted.target, [...body.roleIds].sort()]));
  let held: HeldPolicy;
  try {
    held = (await findAdopted(run, wanted, body)) ?? (await make(run, wanted, body, roles));
    run.claims.take(held.id);
  } catch (error) {
    giveUp();
    throw error;
  }
  const stateOf = (policy: HeldPolicy): State => {
    const state = fromPolicy(policy, roles.names);
    // Roles that nobody wrote are kept as if they had been filled in.
    return { ...state, ...(wanted.roles === undefined && { presetRoles: state.roles }), ...localOf(wanted) };
  };
  try {
    const aligned = { ...roles, crns: wanted.roles && roles.crns };
    if (!isAligned(held, wanted, aligned.crns)) {
      held = await align(run, held.id, fromPolicy(held, roles.names), wanted, aligned);
    }
    await run.wait(wanted.settle?.afterCreate ?? 0);
  } catch (error) {
    throw new HalfMadeError(held.id, stateOf(held), error);
  }
  return { id: held.id, outs: stateOf(held) };
}

function documentedOf(wanted: Inputs): string[] | undefined {
  const preset = presetOf(pairOf(wanted) ?? {});
  return preset && [...preset];
}

/** What to do where IAM may have made it. */
const MAYBE_MADE =
  "IAM may have made it all the same: IBMCLOUD_ADOPT_OWN=true pulumi up takes over what this run left";

/** Creates the policy; where IAM holds the same already, that one is taken over if it may be. */
async function make(
  run: Run,
  { adopt }: Inputs,
  body: PolicyBody,
  { crns, names }: ResolvedRoles,
): Promise<HeldPolicy> {
  if (crns === undefined) {
    throw new CodedError(
      "roles-missing",
      "IAM holds nothing of this scope to adopt, and to make it roles is missing: IBM documents no roles for these two services, so say which",
    );
  }
  try {
    return await run.iam.createPolicy(body, run.claims.holds, run.claims.isDoomed);
  } catch (error) {
    if (isOutcomeUnknown(error)) throw unknownOutcome(error, MAYBE_MADE);
    if (!(error instanceof PolicyConflictError)) throw error;
    const { policy } = error;
    const { iamId } = await run.iam.identity();
    const isOwn = iamId !== undefined && policy.createdById === iamId;
    const isHeld = run.claims.holds(policy.id);
    const isDoomed = run.claims.isDoomed(policy.id);
    const isMeant = adopt === true || (run.iam.adoptsOwn && isOwn);
    if (isMeant && !isHeld && !isDoomed && mayBeAdopted(policy)) return policy;
    const message = inTheWay(error, { of: "create", names, isHeld, isDoomed, isOwn });
    throw new CodedError("already-exists", message, { cause: error });
  }
}
