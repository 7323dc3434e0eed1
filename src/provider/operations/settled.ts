import type { Iam } from "../../iam";
import type { OfferedRole } from "../../iam/roles";
import { CodedError } from "../../shared/coded-error";
import { pairOf } from "../check";
import type { Inputs } from "../inputs";
import { checkAccounts, withAccounts } from "../normal-form";
import type { State } from "../policy";
import { resolveRoles, roleSentence } from "../roles";
import { pairText } from "../sentence";

/** The roles that inputs want. */
export interface ResolvedRoles {
  /** Absent where nobody says which: they are as they are. */
  crns?: string[];
  /** What roles are called, by CRN. */
  names: Record<string, string>;
}

/** The inputs with both accounts. @throws when an account is not as it must be */
export async function settled(iam: Iam, inputs: Inputs): Promise<Inputs> {
  const { accountId } = await iam.identity();
  const failures = checkAccounts(inputs, { accountId });
  if (failures.length > 0)
    throw new CodedError("wrong-account", failures.map(({ reason }) => reason).join("; "));
  return withAccounts(inputs, accountId);
}

/** How many roles one sentence names. */
const MOST_REFUSALS = 5;

/** @throws when IAM does not offer one of the roles */
export async function resolved(iam: Iam, wanted: Inputs, roles = wanted.roles): Promise<ResolvedRoles> {
  const offered = await iam.offeredRoles(pairOf(wanted) ?? {});
  const names = uniqueNames(offered);
  if (roles === undefined) return { names };
  const { crns, refusals } = resolveRoles(roles, offered, pairText(wanted));
  if (refusals.length > 0) {
    const sentences = refusals.slice(0, MOST_REFUSALS).map(roleSentence);
    throw new CodedError("role-not-offered", sentences.join("; "));
  }
  return { crns, names };
}

/** Display names by CRN; a name that several roles share, in any case, names none of them. */
export function uniqueNames(offered: readonly OfferedRole[]): Record<string, string> {
  const key = (name: string) => name.toLowerCase();
  const shared = (role: OfferedRole) =>
    offered.some(({ crn, displayName }) => crn !== role.crn && key(displayName) === key(role.displayName));
  return Object.fromEntries(
    offered.filter((role) => !shared(role)).map(({ crn, displayName }) => [crn, displayName]),
  );
}

/** An answer of another account says nothing about this authorization: not that it is there, nor that it is gone. */
export async function refuseOtherAccount(iam: Iam, { target }: Partial<State>): Promise<void> {
  const { accountId } = await iam.identity();
  if (target?.accountId === undefined || target.accountId === accountId) return;
  throw new CodedError(
    "wrong-account",
    `it is in the account ${target.accountId}, and these credentials are of ${accountId}: use credentials of ${target.accountId}`,
  );
}
