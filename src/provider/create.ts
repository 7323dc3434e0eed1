import { PolicyConflictError } from "../iam/errors";
import { isSameScope } from "../iam/policy";
import type { Policy, PolicyBody } from "../iam/types";
import { CodedError, isOutcomeUnknown } from "../shared/coded-error";
import { documentedRoles } from "./check/default-roles";
import { pairOf } from "./check/normalize";
import { createConflictMessage, whyNotAdoptable, IncompleteError, outcomeUnknownError } from "./errors";
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
    const state = toState(created, roles.names, wanted.roles ?? defaultRoles);
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
  { adopt }: Inputs,
  body: PolicyBody,
  { crns, names }: ResolvedRoles,
): Promise<Policy> {
  if (crns === undefined) {
    throw new CodedError(
      "roles-missing",
      "no authorization with this scope exists to adopt, and roles is required to create one: IBM documents no roles for these two services",
    );
  }
  try {
    return await iam.createPolicy(body, ownership.isOwned, ownership.isDeleting);
  } catch (error) {
    if (isOutcomeUnknown(error)) throw outcomeUnknownError(error, MAY_BE_CREATED);
    if (!(error instanceof PolicyConflictError)) throw error;
    const { policy } = error;
    const { iamId } = await iam.identity();
    const isOurs = iamId !== undefined && policy.createdById === iamId;
    const isOwned = ownership.isOwned(policy.id);
    const isDeleting = ownership.isDeleting(policy.id);
    const isAllowed = adopt === true || (iam.adoptsOwn && isOurs);
    if (isAllowed && !isOwned && !isDeleting && whyNotAdoptable(policy) === undefined) return policy;
    const message = createConflictMessage(error, { names, isOwned, isDeleting, isOurs });
    throw new CodedError("already-exists", message, { cause: error });
  }
}

/**
 * Finds the policy to adopt.
 *
 * @returns `undefined` if there is none and a new one is needed
 * @throws CodedError if several policies qualify, or the named one does not
 */
async function findAdopted(
  context: Context,
  { adopt }: Inputs,
  body: PolicyBody,
): Promise<Policy | undefined> {
  if (typeof adopt === "string") return findNamed(context, adopt, body);
  if (adopt !== true) return undefined;
  const [first, ...others] = await findAdoptable(context, body);
  if (!first || others.length === 0) return first;
  const ids = [first, ...others].map(({ id }) => `"${id}"`).join(", ");
  throw new CodedError(
    "adopt-ambiguous",
    `${others.length + 1} authorizations have this scope, so adopt: true is ambiguous: set adopt to one of their ids: ${ids}`,
  );
}

/**
 * Finds the policies with this scope that no resource of this run owns or deletes. Each candidate is read again, because
 * the list may be out of date.
 */
async function findAdoptable({ iam, ownership }: Context, body: PolicyBody): Promise<Policy[]> {
  const rejected = new Set<string>();
  const isAdoptable = (policy: Policy) =>
    isSameScope(policy, body) &&
    whyNotAdoptable(policy) === undefined &&
    !ownership.isOwned(policy.id) &&
    !ownership.isDeleting(policy.id);

  // If a read rejects a policy, the list was out of date. Each round rejects at least one, so the loop ends.
  for (let notBefore: number | undefined; ; notBefore = performance.now()) {
    const listed = (await iam.findPolicies(body, notBefore)).filter(
      (each) => isAdoptable(each) && !rejected.has(each.id),
    );
    const read = await Promise.all(listed.map((each) => iam.getPolicy(each.id, each)));
    const found = read.filter((each) => each !== undefined).filter(isAdoptable);
    if (found.length === listed.length) return found;
    for (const { id } of listed) if (!found.some((each) => each.id === id)) rejected.add(id);
  }
}

async function findNamed({ iam, ownership }: Context, id: string, body: PolicyBody): Promise<Policy> {
  const policy = await iam.getPolicy(id);
  if (ownership.isDeleting(id)) {
    throw new CodedError(
      "being-removed",
      `adopt names policy ${id}, which this run is deleting: remove adopt to create a new authorization`,
    );
  }
  if (!policy) {
    throw new CodedError(
      "adopt-not-found",
      `adopt names policy ${id}, which does not exist in this account: correct the id, or remove adopt to create the authorization`,
    );
  }
  if (!isSameScope(policy, body)) {
    throw new CodedError(
      "adopt-other-scope",
      `adopt names policy ${id}, whose scope differs from the declared one: declare the scope that the policy has, or remove adopt`,
    );
  }
  const reason = whyNotAdoptable(policy);
  if (reason !== undefined) {
    throw new CodedError("managed-elsewhere", `adopt names policy ${id}, which cannot be adopted: ${reason}`);
  }
  return policy;
}
