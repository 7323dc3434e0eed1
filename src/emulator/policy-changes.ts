import type { Caller } from "./accounts";
import type { Behavior } from "./behavior";
import type { Parts } from "./context";
import { ConflictRefusal, invalidBody, policyNotFound, Refusal } from "./errors";
import type { PolicyBody } from "./policy";
import type { Entry } from "./policy-store";

type ChangeParts = Pick<Parts, "policies" | "behavior">;

/** A request to change a policy. */
interface Change {
  caller: Caller;
  id: string;
  ifMatch: string | undefined;
}

// These functions are synchronous: no other request can change the policy between the `If-Match` check and the write.

/** @param parseBody is called after the policy was found: a missing policy gets 404 even with an invalid body */
export function replacePolicy(
  { policies, behavior }: ChangeParts,
  { caller, id, ifMatch }: Change,
  parseBody: () => PolicyBody,
): Entry {
  const entry = policies.find(caller, id);
  if (entry.policy.state === "deleted") throw policyNotFound(id);
  refuseManaged(entry);
  const body = parseBody();
  refuseStale(ifMatch, entry, behavior);
  return policies.replace(caller, entry, body);
}

export function deletePolicy({ policies, behavior }: ChangeParts, caller: Caller, id: string): void {
  const entry = policies.find(caller, id);
  if (entry.policy.state === "deleted") {
    if (behavior.secondDelete === 204) return;
    throw policyNotFound(id);
  }
  refuseManaged(entry);
  policies.setState(caller, entry, "deleted");
}

/** @param state the state that the request asks for; only `active` is allowed */
export function restorePolicy(
  { policies, behavior }: ChangeParts,
  { caller, id, ifMatch }: Change,
  state: unknown,
): Entry {
  const entry = policies.find(caller, id);
  if (state !== "active") throw invalidBody('state must be "active"');
  refuseStale(ifMatch, entry, behavior);
  return policies.setState(caller, entry, "active");
}

/**
 * Refuses to change a policy that a policy template manages. IBM documents that such a policy cannot be edited. The
 * status and the code are assumed.
 */
function refuseManaged({ policy: { id, template } }: Entry): void {
  if (!template) return;
  const message = `Policy with Id ${id} is managed by policy template ${template.id} and cannot be changed directly.`;
  throw new Refusal(400, "unable_to_process", message);
}

/** Refuses a change whose `If-Match` is missing or does not match the current version. */
function refuseStale(ifMatch: string | undefined, entry: Entry, behavior: Behavior): void {
  if (ifMatch === undefined) throw invalidBody("The header If-Match is required");
  // RFC 9110, 13.1.1: `*` matches any existing version.
  if (ifMatch === "*" || ifMatch === entry.etag) return;
  const message = "The If-Match header does not match the current ETag of the policy.";
  if (behavior.staleEtagStatus === 412) throw new Refusal(412, "unable_to_process", message);
  // IBM's schema of a 409 contains an ETag, which suggests that a stale `If-Match` is one of its reasons.
  throw new ConflictRefusal(message, entry, behavior.conflictsWith);
}
