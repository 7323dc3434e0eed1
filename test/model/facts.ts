import type { Policy } from "../../src/emulator";
import { stateOf } from "./ledger";
import { isPermanent, isSlow, type Observation } from "./observation";
import { bodyOf, fingerprintOf, scopeOf, US, type Name } from "./universe";
import { isActive } from "./world";

/** Returns all active versions of a policy during a run. */
export function versionsOf({ moments }: Observation, id: string): Policy[] {
  return moments.map((each) => each.get(id)).filter(isActive);
}

/** True if a service or an enterprise template manages the policy. */
export function isUntouchable({ created_by_id, template }: Policy): boolean {
  return template !== undefined || created_by_id.startsWith("crn-");
}

/** Returns the declared resources that held or adopted a policy in a run, or would have without the kill. */
export function holdersOf(seen: Observation, id: string, except?: Name): Name[] {
  const { before, after, steps, program, aliases, killed } = seen;
  return [...program.keys()].filter(
    (name) =>
      name !== except &&
      (stateOf(before.state, aliases, name)?.id === id ||
        after.state.get(name)?.id === id ||
        steps.some((step) => step.name === name && step.id === id) ||
        (killed && mayTake(seen, name, id))),
  );
}

/** True if a create may have succeeded in IAM without a readable response. */
export function isCreateUnknown({ what, calls, errors }: Observation): boolean {
  if (isSlow(what)) return true;
  // The deadline may pass before a good response comes; then the error has this code.
  if (isPermanent(what) && errors.some((each) => each.includes("[outcome-unknown]"))) return true;
  const met = calls.some(({ operation, fault }) => operation === "createV2Policy" && fault);
  const { troubles = [] } = what;
  return (
    met &&
    troubles.some(
      ({ outcomeUnknown, fault: { operation } }) =>
        outcomeUnknown && ["createV2Policy", "*"].includes(operation),
    )
  );
}

/** True if `adopt` or IBMCLOUD_ADOPT_OWN allows a resource to adopt an existing policy. */
export function mayTake(seen: Observation, name: Name, id: string): boolean {
  const declared = seen.program.get(name);
  if (!declared) return false;
  const wanted = bodyOf(declared);
  return versionsOf(seen, id).some((policy) => {
    if (isUntouchable(policy)) return false;
    const sameScope = scopeOf(policy) === scopeOf(wanted);
    const sameMeaning = fingerprintOf(policy) === fingerprintOf(wanted);
    const isOwn = policy.created_by_id === US;
    return (
      (declared.adopt === id && sameScope) ||
      (declared.adopt === true && sameScope) ||
      (seen.adoptOwn && isOwn && sameMeaning)
    );
  });
}
