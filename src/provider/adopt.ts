import { hasSameMeaning, isSameScope } from "../iam/policy";
import type { Policy, PolicyBody } from "../iam/types";
import { CodedError } from "../shared/coded-error";
import { whyNotAdoptable, type Conflict } from "./errors";
import type { Ownership } from "./ownership";
import { scopeDifferences, scopeOf } from "./policy-mapping";
import type { Context, Inputs } from "./types";

type Owners = Pick<Ownership, "isOwned" | "isDeleting">;

/**
 * Finds the policy to adopt. Each candidate is read again, because the list may be out of date.
 *
 * @returns `undefined` if there is none and a new one is needed
 * @throws CodedError if several policies qualify, or the named one does not
 */
export async function findAdopted(
  { iam, ownership }: Pick<Context, "iam" | "ownership">,
  { adopt }: Inputs,
  body: PolicyBody,
): Promise<Policy | undefined> {
  if (typeof adopt === "string") return chooseNamed(adopt, await iam.getPolicy(adopt), body, ownership);
  if (adopt !== true) return undefined;
  const rejected = new Set<string>();
  // If a read rejects a policy, the list was out of date. Each round rejects at least one, so the loop ends.
  for (let notBefore: number | undefined; ; notBefore = performance.now()) {
    const listed = candidates(await iam.findPolicies(body, notBefore), body, ownership).filter(
      ({ id }) => !rejected.has(id),
    );
    const read = await Promise.all(listed.map((each) => iam.getPolicy(each.id, each)));
    const current = candidates(
      read.filter((each) => each !== undefined),
      body,
      ownership,
    );
    if (current.length === listed.length) return chooseCandidate(current, body);
    for (const { id } of listed) if (!current.some((each) => each.id === id)) rejected.add(id);
  }
}

/**
 * Chooses the policy to adopt among policies that were already read.
 *
 * @param policies the policies whose scope means the same as the declared one, and the policy that `adopt` names
 * @returns `undefined` if there is none and a new one is needed
 * @throws CodedError if several policies qualify, or the named one does not
 */
export function chooseAdopted(
  { adopt }: Inputs,
  policies: readonly Policy[],
  body: PolicyBody,
  ownership: Owners,
): Policy | undefined {
  if (typeof adopt === "string") {
    const named = policies.find(({ id }) => id === adopt);
    return chooseNamed(adopt, named, body, ownership);
  }
  return adopt === true ? chooseCandidate(candidates(policies, body, ownership), body) : undefined;
}

/** Returns the policies that a resource of the program may adopt, and that no resource of this run owns or deletes. */
function candidates(policies: readonly Policy[], body: PolicyBody, ownership: Owners): Policy[] {
  return policies.filter(
    (policy) =>
      hasSameMeaning(policy, body) &&
      whyNotAdoptable(policy) === undefined &&
      !ownership.isOwned(policy.id) &&
      !ownership.isDeleting(policy.id),
  );
}

function chooseCandidate(found: readonly Policy[], body: PolicyBody): Policy | undefined {
  const same = found.filter((each) => isSameScope(each, body));
  const [first, ...others] = same;
  if (first && others.length === 0) return first;
  if (first) {
    const ids = same.map(({ id }) => `"${id}"`).join(", ");
    throw new CodedError(
      "adopt-ambiguous",
      `${same.length} authorizations have this scope, so adopt: true is ambiguous: set adopt to one of their ids: ${ids}`,
    );
  }
  const [equal] = found;
  if (!equal) return undefined;
  throw new CodedError(
    "adopt-other-scope",
    `authorization ${equal.id} already grants access to the same instances, but IAM stores its scope in another form, so adopt: true would create a second grant: ${DECLARE_ITS_SCOPE}. ${differencesOf(equal, body)}`,
  );
}

const DECLARE_ITS_SCOPE = "declare the scope that the policy has, or remove adopt";

function differencesOf(policy: Policy, body: PolicyBody): string {
  return scopeDifferences(scopeOf(policy), scopeOf(body));
}

/** Returns the error for `adopt: true` if it finds nothing, and the roles of a new authorization are not known either. */
export function nothingToAdopt(): CodedError {
  return new CodedError(
    "roles-missing",
    "no authorization with this scope exists to adopt, and roles is required to create one: IBM documents no roles for these two services",
  );
}

function chooseNamed(id: string, policy: Policy | undefined, body: PolicyBody, ownership: Owners): Policy {
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
      `adopt names policy ${id}, whose scope differs from the declared one: ${DECLARE_ITS_SCOPE}. ${differencesOf(policy, body)}`,
    );
  }
  const reason = whyNotAdoptable(policy);
  if (reason !== undefined) {
    throw new CodedError("managed-elsewhere", `adopt names policy ${id}, which cannot be adopted: ${reason}`);
  }
  return policy;
}

/** The facts about a run that decide what a create does with a duplicate. */
interface Adopter {
  ownership: Owners;
  /** The IAM id of the credentials. */
  iamId?: string;
  /** True for `IBMCLOUD_ADOPT_OWN=true`. */
  adoptsOwn: boolean;
}

/** Decides what a create does with a policy that has the same scope and roles: adopts it, or fails with a conflict. */
export function judgeDuplicate(
  { ownership, iamId, adoptsOwn }: Adopter,
  policy: Policy,
  { adopt }: Inputs,
): { isAdopted: boolean; conflict: Omit<Conflict, "names"> } {
  const isOurs = iamId !== undefined && policy.createdById === iamId;
  const isOwned = ownership.isOwned(policy.id);
  const isDeleting = ownership.isDeleting(policy.id);
  const isAllowed = adopt === true || (adoptsOwn && isOurs);
  const isFree = !isOwned && !isDeleting && whyNotAdoptable(policy) === undefined;
  return { isAdopted: isAllowed && isFree, conflict: { isOwned, isDeleting, isOurs } };
}
