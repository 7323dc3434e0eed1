import type { Behaviour } from "./behaviour";
import { ConflictRefusal } from "./conflict";
import { invalidBody, Refusal } from "./errors";
import type { Entry } from "./policy-store";

/**
 * Lets a change go on when its `If-Match` names the current version.
 *
 * @throws Refusal 400 without the header, 412 or 409 for another version
 */
export function refuseStale(ifMatch: string | undefined, entry: Entry, behaviour: Behaviour): void {
  if (ifMatch === undefined) throw invalidBody("Missing header: If-Match.");
  // Any version that is there: RFC 9110, 13.1.1.
  if (ifMatch === "*" || ifMatch === entry.etag) return;
  const message = "The If-Match header does not match the current ETag of the policy.";
  if (behaviour.staleEtagStatus === 412) throw new Refusal(412, "unable_to_process", message);
  // IBM's schema of a conflict has an ETag: the likely reason is this one.
  throw new ConflictRefusal(message, entry, behaviour.conflictsWith);
}
