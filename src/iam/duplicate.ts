import { idOf, maybeHeld } from "./answers";
import type { Client } from "./client";
import type { Deadline } from "./deadline";
import type { IamError } from "./errors";
import { listPolicies, lookUp } from "./policies";
import { samePolicy, type HeldPolicy, type PolicyBody } from "./policy";

/** The policy that a conflict is about. */
interface Duplicate {
  /** The active policy with the same scope and roles; one that stays if there is one. */
  same?: HeldPolicy;
  /** The policy that the answer names, whatever it says: it counts for nothing until scope and roles are compared. */
  named?: HeldPolicy;
}

/** Finds the policy that stands in the way: as the answer names it, or as the list holds it. */
export async function duplicateOf(
  client: Client,
  { conflict }: IamError,
  body: PolicyBody,
  deadline: Deadline,
  isRemoved: (id: string) => boolean = () => false,
): Promise<Duplicate> {
  const id = typeof conflict === "string" ? conflict : idOf(conflict);
  const found = maybeHeld(conflict) ?? (id ? (await lookUp(client, id, deadline)).policy : undefined);
  const named = found?.state === "deleted" ? undefined : found;
  if (named && samePolicy(named, body)) return { same: named, named };
  const all = (await listPolicies(client, deadline)).filter((each) => samePolicy(each, body));
  return { same: all.find((each) => !isRemoved(each.id)) ?? all[0], named };
}
