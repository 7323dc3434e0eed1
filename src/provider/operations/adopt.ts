import { sameScope, type HeldPolicy, type PolicyBody } from "../../iam/policy";
import { whyNotAdopted } from "../conflict";
import type { Inputs } from "../inputs";
import type { Run } from "./run";

/** Whether a policy is somebody's to manage: neither a service's own nor a template's. */
export function mayBeAdopted(policy: HeldPolicy): boolean {
  return whyNotAdopted(policy) === undefined;
}

/**
 * Finds the policy that `adopt` says to take over.
 *
 * @returns `undefined` when there is none, and one is to be made
 * @throws when it is not clear which, or the one that is named cannot be taken
 */
export async function findAdopted(
  { iam, claims }: Run,
  { adopt }: Inputs,
  body: PolicyBody,
): Promise<HeldPolicy | undefined> {
  if (typeof adopt === "string") return named(await iam.getPolicy(adopt), adopt, body);
  if (adopt !== true) return undefined;
  const found = (await iam.listPolicies()).filter(
    (each) => sameScope(each, body) && mayBeAdopted(each) && !claims.holds(each.id),
  );
  if (found.length < 2) return found[0];
  const ids = found.map(({ id }) => `adopt: "${id}"`).join(", ");
  throw new Error(
    `IAM holds ${found.length} authorizations of this scope, so adopt: true does not say which to take: write one of ${ids}`,
  );
}

function named(policy: HeldPolicy | undefined, id: string, body: PolicyBody): HeldPolicy {
  if (!policy) {
    throw new Error(
      `adopt names the policy ${id}, which IAM does not hold in this account: correct the id, or leave adopt out to make the authorization`,
    );
  }
  if (!sameScope(policy, body)) {
    throw new Error(
      `adopt names the policy ${id}, which has another scope than the one declared: declare the scope that IAM holds, or leave adopt out`,
    );
  }
  const why = whyNotAdopted(policy);
  if (why !== undefined) throw new Error(`adopt names the policy ${id}, which cannot be taken over: ${why}`);
  return policy;
}
