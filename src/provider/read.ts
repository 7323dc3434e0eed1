import type { Iam } from "../iam";
import type { Policy } from "../iam/types";
import { CodedError } from "../shared/coded-error";
import { pairOf } from "./check/normalize";
import { localInputs, scopeOf, toInputs, toState } from "./policy-mapping";
import { requireAccount } from "./resolve";
import { uniqueNames } from "./roles";
import type { Context, Inputs, State } from "./types";

/**
 * Reads the authorization.
 *
 * @param known the state. It is empty for `EnAuthorization.get`.
 * @returns an empty object if the policy is gone
 * @throws CodedError if the policy is gone and the program asks for it by id
 */
export async function readAuthorization(
  { iam }: Context,
  id: string,
  known: Partial<State>,
): Promise<{ id?: string; props?: State; inputs?: Inputs }> {
  await requireAccount(iam, known);
  const policy = await iam.readPolicy(id, known);
  if (!policy) {
    if (known.state !== undefined) return {};
    const { accountId } = await iam.identity();
    throw new CodedError(
      "policy-not-found",
      `the credentials' account (${accountId}) has no authorization with this id, or these credentials may not read it`,
    );
  }
  const names = await namesOf(iam, policy, known.roles ?? []);
  const props = { ...toState(policy, names, known), ...localInputs(known) };
  return { id, props, inputs: toInputs(props) };
}

/**
 * Returns the display names of a policy's roles, by CRN: from the response, or else from a lookup. A role that is in the
 * state as a CRN stays a CRN.
 */
async function namesOf(iam: Iam, policy: Policy, known: readonly string[]): Promise<Record<string, string>> {
  const isNamed = (crn: string) => Object.hasOwn(policy.roleNames, crn);
  const hasUnnamed = policy.roleIds.some((crn) => !known.includes(crn) && !isNamed(crn));
  const pair = hasUnnamed ? pairOf(scopeOf(policy)) : undefined;
  const offered = pair ? await iam.offeredRoles(pair) : [];
  const named = Object.entries(policy.roleNames).map(([crn, displayName]) => ({ crn, displayName }));
  const names = uniqueNames([...named, ...offered.filter(({ crn }) => !isNamed(crn))]);
  return Object.fromEntries(Object.entries(names).filter(([crn]) => !known.includes(crn)));
}
