import type { Caller } from "./account";
import type { Behaviour } from "./behaviour";
import { policyNotFound } from "./errors";
import { refuseStale } from "./if-match";
import type { PolicyBody } from "./policy";
import type { Entry, PolicyStore } from "./policy-store";
import { refuseManaged } from "./removal";

/** Which policy is to be replaced, and by what. */
interface Replacement {
  caller: Caller;
  id: string;
  ifMatch: string | undefined;
  /** Takes the request's body, once it is known that there is something to replace. */
  body: () => PolicyBody;
}

/**
 * Replaces a policy. Nothing may come between what is compared and what is written: whoever calls this has read the
 * request before.
 */
export function replace(
  store: PolicyStore,
  behaviour: Behaviour,
  { caller, id, ifMatch, body }: Replacement,
): Entry {
  const entry = store.find(caller, id);
  if (entry.policy.state === "deleted") throw policyNotFound(entry.policy.id);
  refuseManaged(entry);
  const said = body();
  refuseStale(ifMatch, entry, behaviour);
  return store.replace(caller, entry, said);
}
