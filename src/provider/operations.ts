import { isDeepStrictEqual } from "node:util";
import type { Iam } from "../iam";
import type { HeldPolicy } from "../iam/policy";
import type { OfferedRole } from "../iam/roles";
import { pairOf } from "./check";
import type { Inputs } from "./inputs";
import { checkAccounts, withAccounts } from "./normal-form";
import { fromPolicy, inputsOf, scopeOf, toPolicy, type State } from "./policy";
import { resolveRoles } from "./roles";
import { pairText } from "./sentence";

/** Makes the authorization; nothing is sent to IAM's policies before accounts and roles are known to be right. */
export async function createAuthorization(iam: Iam, inputs: Inputs): Promise<{ id: string; outs: State }> {
  const wanted = await settled(iam, inputs);
  const roles = await resolved(iam, wanted);
  const held = await iam.createPolicy(toPolicy(wanted, roles.crns));
  return { id: held.id, outs: fromPolicy(held, roles.names) };
}

/**
 * Reads the authorization.
 *
 * @param known what the state holds; nothing but `get` has no state
 * @returns nothing when it is gone
 * @throws when it is gone and the program asked for it by id
 */
export async function readAuthorization(
  iam: Iam,
  id: string,
  known: Partial<State>,
): Promise<{ id?: string; props?: State; inputs?: Inputs }> {
  await refuseOtherAccount(iam, known);
  const held = await iam.getPolicy(id);
  if (!held) {
    if (known.state !== undefined) return {};
    throw new Error(
      `IAM holds no authorization with this id in the account of the credentials (${await iam.accountId()}), or these credentials may not read it`,
    );
  }
  const props = fromPolicy(held, await namesOf(iam, held, known.roles ?? []));
  return { id, props, inputs: inputsOf(props) };
}

/** Brings roles and description in line. The scope that IAM holds goes back as it is; it must be the declared one. */
export async function updateAuthorization(iam: Iam, id: string, inputs: Inputs): Promise<{ outs: State }> {
  const wanted = await settled(iam, inputs);
  const held = await iam.getPolicy(id);
  if (!held)
    throw new Error("IAM does not hold it any more: run pulumi refresh, then pulumi up makes it anew");
  if (held.template) throw new Error("an enterprise policy template manages it: change the template instead");
  const { source, target } = wanted;
  if (!isDeepStrictEqual(scopeOf(held), { source, target })) {
    throw new Error(
      "IAM holds another scope than the one declared: run pulumi refresh to see it, then pulumi up",
    );
  }
  const { crns, names } = await resolved(iam, wanted);
  const { description } = wanted;
  if (sameSet(held.roleIds, crns) && (held.description ?? "") === (description ?? "")) {
    return { outs: fromPolicy(held, names) };
  }
  if (held.etag === undefined) {
    throw new Error("IAM's answer has no ETag, as behind a private endpoint: use the public one");
  }
  // `undefined` clears it: a replacement is whole.
  const body = { ...held, roleIds: crns, description };
  return { outs: fromPolicy(await iam.replacePolicy(id, held.etag, body), names) };
}

/** Removes the authorization; done when IAM does not hold it any more. */
export async function deleteAuthorization(iam: Iam, id: string, held: State): Promise<void> {
  await refuseOtherAccount(iam, held);
  await iam.deletePolicy(id);
}

/** The inputs with both accounts. @throws when an account is not as it must be */
async function settled(iam: Iam, inputs: Inputs): Promise<Inputs> {
  const accountId = await iam.accountId();
  const failures = checkAccounts(inputs, { accountId });
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
  return withAccounts(inputs, accountId);
}

/** The CRNs of the wanted roles, and what roles are called. @throws when IAM does not offer one of them */
async function resolved(
  iam: Iam,
  wanted: Inputs,
): Promise<{ crns: string[]; names: Record<string, string> }> {
  const offered = await iam.offeredRoles(pairOf(wanted) ?? {});
  const { crns, refusals } = resolveRoles(wanted.roles, offered, pairText(wanted));
  if (refusals.length > 0) throw new Error(refusals.join("; "));
  return { crns, names: uniqueNames(offered) };
}

/** Display names by CRN; a name that several roles share names none of them. */
function uniqueNames(offered: readonly OfferedRole[]): Record<string, string> {
  const count = (name: string) => offered.filter(({ displayName }) => displayName === name).length;
  return Object.fromEntries(
    offered
      .filter(({ displayName }) => count(displayName) === 1)
      .map(({ crn, displayName }) => [crn, displayName]),
  );
}

/** What the roles of a policy are called: as the state calls them, else as IAM's answer does, else by a look-up. */
async function namesOf(
  iam: Iam,
  held: HeldPolicy,
  known: readonly string[],
): Promise<Record<string, string>> {
  const unnamed = held.roleIds.some((crn) => !known.includes(crn) && held.roleNames[crn] === undefined);
  const { source, target } = scopeOf(held);
  const pair = unnamed ? pairOf({ source, target, roles: [] }) : undefined;
  const names = pair ? { ...uniqueNames(await iam.offeredRoles(pair)), ...held.roleNames } : held.roleNames;
  return Object.fromEntries(Object.entries(names).filter(([crn]) => !known.includes(crn)));
}

/** An answer of another account says nothing about this authorization: not that it is there, nor that it is gone. */
async function refuseOtherAccount(iam: Iam, { target }: Partial<State>): Promise<void> {
  const accountId = await iam.accountId();
  if (target?.accountId === undefined || target.accountId === accountId) return;
  throw new Error(
    `it is in the account ${target.accountId}, and these credentials are of ${accountId}: use credentials of ${target.accountId}`,
  );
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return isDeepStrictEqual(new Set(some), new Set(others));
}
