import type { Iam } from "../../iam";
import type { HeldPolicy } from "../../iam/policy";
import { CodedError } from "../../shared/coded-error";
import { pairOf } from "../check";
import type { Inputs } from "../inputs";
import { fromPolicy, inputsOf, localOf, scopeOf, type State } from "../policy";
import type { Run } from "./run";
import { refuseOtherAccount, uniqueNames } from "./settled";

/**
 * Reads the authorization.
 *
 * @param known what the state holds; nothing but `get` has no state
 * @returns nothing when it is gone
 * @throws when it is gone and the program asked for it by id
 */
export async function readAuthorization(
  { iam }: Run,
  id: string,
  known: Partial<State>,
): Promise<{ id?: string; props?: State; inputs?: Inputs }> {
  await refuseOtherAccount(iam, known);
  const held = await iam.readPolicy(id, known);
  if (!held) {
    if (known.state !== undefined) return {};
    const { accountId } = await iam.identity();
    throw new CodedError(
      "policy-not-found",
      `IAM holds no authorization with this id in the account of the credentials (${accountId}), or these credentials may not read it`,
    );
  }
  const props = { ...fromPolicy(held, await namesOf(iam, held, known.roles ?? [])), ...localOf(known) };
  return { id, props, inputs: inputsOf(props) };
}

/** What the roles of a policy are called: as the state calls them, else as IAM's answer does, else by a look-up. */
async function namesOf(
  iam: Iam,
  held: HeldPolicy,
  known: readonly string[],
): Promise<Record<string, string>> {
  const isNamed = (crn: string) => Object.hasOwn(held.roleNames, crn);
  const unnamed = held.roleIds.some((crn) => !known.includes(crn) && !isNamed(crn));
  const { source, target } = scopeOf(held);
  const pair = unnamed ? pairOf({ source, target }) : undefined;
  const told = Object.entries(held.roleNames).map(([crn, displayName]) => ({ crn, displayName }));
  const offered = pair ? await iam.offeredRoles(pair) : [];
  const others = offered.filter(({ crn }) => !isNamed(crn));
  const names = uniqueNames([...told, ...others]);
  return Object.fromEntries(Object.entries(names).filter(([crn]) => !known.includes(crn)));
}
