import { sameScope, type HeldPolicy, type PolicyBody } from "../../iam/policy";
import { CodedError } from "../../shared/coded-error";
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
  run: Run,
  { adopt }: Inputs,
  body: PolicyBody,
): Promise<HeldPolicy | undefined> {
  if (typeof adopt === "string") return named(run, adopt, body);
  if (adopt !== true) return undefined;
  const found = await free(run, body);
  if (found.length < 2) return found[0];
  const ids = found.map(({ id }) => `adopt: "${id}"`).join(", ");
  throw new CodedError(
    "adopt-ambiguous",
    `IAM holds ${found.length} authorizations of this scope, so adopt: true does not say which to take: write one of ${ids}`,
  );
}

/** The policies of a scope that nobody in this run has or removes: as a list has them, each asked for before it counts. */
async function free({ iam, claims }: Run, body: PolicyBody): Promise<HeldPolicy[]> {
  const passed = new Set<string>();
  const isFree = (policy: HeldPolicy) =>
    sameScope(policy, body) &&
    mayBeAdopted(policy) &&
    !claims.holds(policy.id) &&
    !claims.isDoomed(policy.id);

  // Each time something is passed over, so that it comes to an end.
  for (let since: number | undefined; ; since = performance.now()) {
    const listed = (await iam.policiesOf(body, since)).filter((each) => isFree(each) && !passed.has(each.id));
    const asked = await Promise.all(listed.map((each) => iam.getPolicy(each.id, each)));
    const found = asked.filter((each) => each !== undefined).filter(isFree);
    if (found.length === listed.length) return found;
    for (const { id } of listed) if (!found.some((each) => each.id === id)) passed.add(id);
  }
}

async function named({ iam, claims }: Run, id: string, body: PolicyBody): Promise<HeldPolicy> {
  const policy = await iam.getPolicy(id);
  if (claims.isDoomed(id)) {
    throw new CodedError(
      "being-removed",
      `adopt names the policy ${id}, which this run removes: leave adopt out to make the authorization anew`,
    );
  }
  if (!policy) {
    throw new CodedError(
      "adopt-not-found",
      `adopt names the policy ${id}, which IAM does not hold in this account: correct the id, or leave adopt out to make the authorization`,
    );
  }
  if (!sameScope(policy, body)) {
    throw new CodedError(
      "adopt-other-scope",
      `adopt names the policy ${id}, which has another scope than the one declared: declare the scope that IAM holds, or leave adopt out`,
    );
  }
  const why = whyNotAdopted(policy);
  if (why !== undefined) {
    throw new CodedError(
      "managed-elsewhere",
      `adopt names the policy ${id}, which cannot be taken over: ${why}`,
    );
  }
  return policy;
}
