import type { Caller } from "./account";
import type { Behaviour } from "./behaviour";
import { policyNotFound, Refusal } from "./errors";
import type { Entry, PolicyStore } from "./policy-store";

/** IAM keeps what it deleted; a second time there is nothing to delete. */
export function remove(store: PolicyStore, behaviour: Behaviour, caller: Caller, id: string): void {
  const entry = store.find(caller, id);
  if (entry.policy.state === "deleted") {
    if (behaviour.secondDelete === 204) return;
    throw policyNotFound(id);
  }
  refuseManaged(entry);
  store.setState(caller, entry, "deleted");
}

/**
 * A policy that a template made is the template's to change and to remove.
 *
 * @throws Refusal 400: IBM says only that there is no way to edit it, status and code are assumed
 */
export function refuseManaged({ policy: { id, template } }: Entry): void {
  if (!template) return;
  const message = `Policy with Id ${id} is managed by the policy template ${template.id}, and cannot be changed by itself.`;
  throw new Refusal(400, "unable_to_process", message);
}
