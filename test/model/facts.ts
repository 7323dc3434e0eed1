import type { Policy } from "../../src/emulator";
import { stateOf } from "./ledger";
import { isEndless, isSlow, type Observation } from "./observation";
import { bodyOf, meaningOf, scopeOf, US, type Name } from "./universe";
import { isActive } from "./world";

/** A policy as IAM held it at the moments of a run in which it was active. */
export function versionsOf({ moments }: Observation, id: string): Policy[] {
  return moments.map((each) => each.get(id)).filter(isActive);
}

/** Whether nobody but a service or a template manages a policy. */
export function isUntouchable({ created_by_id, template }: Policy): boolean {
  return template !== undefined || created_by_id.startsWith("crn-");
}

/** The other declared resources that held or took a policy in a run, or were about to when it was killed. */
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

/** Whether a call that makes a policy may have been carried out although no good answer came. */
export function isCreateUnsure({ what, calls, errors }: Observation): boolean {
  if (isSlow(what)) return true;
  // The time of an operation may be over before the good answer to a call comes; then the error says so.
  if (isEndless(what) && errors.some((each) => each.includes("[outcome-unknown]"))) return true;
  const met = calls.some(({ operation, fault }) => operation === "createV2Policy" && fault);
  const { troubles = [] } = what;
  return (
    met &&
    troubles.some(
      ({ isUnsure, fault: { operation } }) => isUnsure && ["createV2Policy", "*"].includes(operation),
    )
  );
}

/** Whether the program, or who ran it, lets a resource take over a policy that was there before. */
export function mayTake(seen: Observation, name: Name, id: string): boolean {
  const declared = seen.program.get(name);
  if (!declared) return false;
  const wanted = bodyOf(declared);
  return versionsOf(seen, id).some((policy) => {
    if (isUntouchable(policy)) return false;
    const sameScope = scopeOf(policy) === scopeOf(wanted);
    const sameMeaning = meaningOf(policy) === meaningOf(wanted);
    const isOwn = policy.created_by_id === US;
    return (
      (declared.adopt === id && sameScope) ||
      (declared.adopt === true && sameScope) ||
      (seen.adoptOwn && isOwn && sameMeaning)
    );
  });
}
