import { isDeepStrictEqual } from "node:util";
import { reachesIam, sortedRoles } from "./ledger";
import { isWell, type Observation } from "./observation";
import { bodyOf, inWords, sayingOf, type Name } from "./universe";
import { isActive } from "./world";

/** What a run that reported success should have left, and has not. */
export function stateIsNotTheProgram(seen: Observation): string[] {
  const { what, program, after } = seen;
  if (what.kind === "refresh" || !isWell(seen)) return [];
  const declared = what.kind === "up" ? [...program.keys()].sort() : [];
  const names = [...after.state.keys()].sort();
  return [
    ...(isDeepStrictEqual(names, declared) ? [] : [`in state: ${names.join(" ")}`]),
    ...[...after.state].filter(([, { isHalfMade }]) => isHalfMade).map(([name]) => `${name} is half-made`),
    ...after.condemned.map(({ name }) => `what ${name} replaced is in state`),
  ];
}

export function declaredIsNotHeld(seen: Observation): string[] {
  const { what, contested, model, before } = seen;
  if (what.kind !== "up" || !isWell(seen)) return [];
  return held(seen).flatMap(({ name, declared, resource, policy }) => {
    if (contested.has(resource.id)) return [];
    const { roles, description } = resource.outputs;
    const says = isDeepStrictEqual([roles, description], [sortedRoles(declared), declared.description])
      ? []
      : [`the state says of ${name}: ${JSON.stringify([roles, description])}`];
    // What others changed, and no refresh showed, is as they left it.
    if (model.drifted.has(resource.id) && !isTouched(seen, name)) {
      const left = isDeepStrictEqual(policy, before.policies.get(resource.id));
      return left ? says : [...says, `${name} was changed by a run that had nothing to do`];
    }
    if (!isActive(policy)) return [...says, `${name} holds ${resource.id}, which is not active`];
    if (sayingOf(policy) === sayingOf(bodyOf(declared))) return says;
    return [...says, `${name} holds ${inWords(policy)}`];
  });
}

/** Declared resources with what they hold after a run, and what IAM has under that id. */
function held({ program, after }: Observation) {
  return [...program].flatMap(([name, declared]) => {
    const resource = after.state.get(name);
    return resource ? [{ name, declared, resource, policy: after.policies.get(resource.id) }] : [];
  });
}

/** Whether a run said something to IAM about a resource. */
function isTouched(seen: Observation, name: Name): boolean {
  return seen.steps.some(
    (step) =>
      step.name === name &&
      (step.kind === "create" ||
        step.kind === "replace" ||
        (step.kind === "update" && reachesIam(seen, name))),
  );
}
