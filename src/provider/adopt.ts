import { isSameScope } from "../iam/policy";
import type { Policy, PolicyBody } from "../iam/types";
import { CodedError } from "../shared/coded-error";
import { whyNotAdoptable } from "./conflict";
import type { Context } from "./context";
import type { Inputs } from "./types";

/**
 * Finds the policy to adopt.
 *
 * @returns `undefined` if there is none and a new one is needed
 * @throws CodedError if several policies qualify, or the named one does not
 */
export async function findAdopted(
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
