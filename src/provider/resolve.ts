import type { Iam } from "../iam";
import { CodedError } from "../shared/coded-error";
import { checkAccounts, pairOf, withAccounts } from "./check/normalize";
import { pairText } from "./errors";
import { matchRoles, uniqueNames } from "./roles";
import type { Inputs, State } from "./types";

/** The roles of an authorization. */
export interface ResolvedRoles {
  /** Undefined if the program sets no roles: the policy keeps the roles that it has. */
  crns?: string[];
  /** Display names by CRN. */
  names: Record<string, string>;
}

/** Adds the account of both sides. @throws CodedError if a side is in the wrong account */
export async function resolveAccounts(iam: Iam, inputs: Inputs): Promise<Inputs> {
  const { accountId } = await iam.identity();
  const failures = checkAccounts(inputs, { accountId });
  if (failures.length > 0) {
    throw new CodedError("wrong-account", failures.map(({ reason }) => reason).join("; "));
  }
  return withAccounts(inputs, accountId);
}

/** The maximum number of refused roles in one error. */
const MAX_REFUSED = 5;

/** Finds the CRNs of the roles. @throws CodedError if IAM does not offer one of them */
export async function resolveRoles(iam: Iam, inputs: Inputs, roles = inputs.roles): Promise<ResolvedRoles> {
  const offered = await iam.offeredRoles(pairOf(inputs) ?? {});
  const names = uniqueNames(offered);
  if (roles === undefined) return { names };
  const { crns, refused } = matchRoles(roles, offered, pairText(inputs));
  if (refused.length > 0) {
    const reasons = refused.slice(0, MAX_REFUSED).map(({ reason }) => reason);
    throw new CodedError("role-not-offered", reasons.join("; "));
  }
  return { crns, names };
}

/** Refuses credentials of another account: IAM's responses to them prove nothing about this authorization. */
export async function requireAccount(iam: Iam, state: Partial<State>): Promise<void> {
  requireSameAccount((await iam.identity()).accountId, state);
}

/** Refuses an authorization that is not in the account of the credentials. */
export function requireSameAccount(accountId: string, { target }: Partial<State>): void {
  if (target?.accountId === undefined || target.accountId === accountId) return;
  throw new CodedError(
    "wrong-account",
    `it is in account ${target.accountId}, but these credentials belong to ${accountId}: use credentials of ${target.accountId}`,
  );
}
