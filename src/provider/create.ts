import { PolicyConflictError } from "../iam/errors";
import type { Policy, PolicyBody } from "../iam/types";
import { CodedError, isOutcomeUnknown } from "../shared/coded-error";
import { findAdopted, judgeDuplicate, nothingToAdopt } from "./adopt";
import { documentedRoles } from "./check/default-roles";
import { pairOf } from "./check/normalize";
import { createConflictMessage, IncompleteError, outcomeUnknownError } from "./errors";
import { localInputs, toPolicyBody, toState } from "./policy-mapping";
import { resolveAccounts, resolveRoles, type ResolvedRoles } from "./resolve";
import type { Context, Inputs, State } from "./types";
import { matches, reconcile } from "./update";

/**
 * Creates the authorization, or adopts the one that `adopt` asks for. Accounts and roles are checked before anything is
 * written.
 *
 * @throws IncompleteError if a step fails after the authorization was created or adopted
 */
export async function createAuthorization(
  context: Context,
  inputs: Inputs,
): Promise<{ id: string; outs: State }> {
  const { iam, ownership, wait } = context;
  const wanted = await resolveAccounts(iam, inputs);
  // Without roles, an adopted policy keeps its roles, and a new one gets the documented ones.
  const defaultRoles = wanted.roles === undefined ? documentedRoles(pairOf(wanted)) : undefined;
  const roles = await resolveRoles(iam, wanted, wanted.roles ?? defaultRoles);
  const body = toPolicyBody(wanted, roles.crns ?? []);
  const release = ownership.reserve(JSON.stringify([wanted.source, wanted.target, [...body.roleIds].sort()]));
  let policy: Policy;
  try {
    policy =
      (await findAdopted(context, wanted, body)) ?? (await createOrAdopt(context, wanted, body, roles));
    ownership.take(policy.id);
  } catch (error) {
    release();
    throw error;
  }

  const stateOf = (created: Policy): State => {
    const state = toState(created, roles.names, { roles: wanted.roles ?? defaultRoles });
    // From now on, adopted roles are kept like default roles.
    const kept = wanted.roles === undefined && { __presetRoles: state.roles };
    return { ...state, ...kept, ...localInputs(wanted) };
  };
  try {
    const wantedRoles = { ...roles, crns: wanted.roles && roles.crns };
    if (!matches(policy, wanted, wantedRoles.crns)) {
      policy = await reconcile(context, policy.id, toState(policy, roles.names), wanted, wantedRoles);
    }
    await wait(wanted.settle?.afterCreate ?? 0);
  } catch (error) {
    throw new IncompleteError(policy.id, stateOf(policy), error);
  }
  return { id: policy.id, outs: stateOf(policy) };
}

const MAY_BE_CREATED =
  "IAM may have created it: IBMCLOUD_ADOPT_OWN=true pulumi up adopts what this run created";

/** Creates the policy. If IAM already has a duplicate, that one is adopted if the program allows it. */
async function createOrAdopt(
  { iam, ownership }: Context,
  inputs: Inputs,
  body: PolicyBody,
  { crns, names }: ResolvedRoles,
): Promise<Policy> {
  if (crns === undefined) throw nothingToAdopt();
  try {
    return await iam.createPolicy(body, ownership.isOwned, ownership.isDeleting);
  } catch (error) {
    if (isOutcomeUnknown(error)) throw outcomeUnknownError(error, MAY_BE_CREATED);
    if (!(error instanceof PolicyConflictError)) throw error;
    const { iamId } = await iam.identity();
    const adopter = { ownership, iamId, adoptsOwn: iam.adoptsOwn };
    const { isAdopted, conflict } = judgeDuplicate(adopter, error.policy, inputs);
    if (isAdopted) return error.policy;
    const message = createConflictMessage(error, { names, ...conflict });
    throw new CodedError("already-exists", message, { cause: error });
  }
}
