import { isDeepStrictEqual } from "node:util";
import { reachesIam, sorted, sortedRoles } from "./ledger";
import { succeeded, type Observation } from "./observation";
import { bodyOf, formatPolicy, contentOf, type Name } from "./universe";
import { isActive } from "./world";

/** Returns differences between the program and the state after a successful run. */
export function stateMismatches(seen: Observation): string[] {
  const { what, program, after } = seen;
  if (what.kind === "refresh" || !succeeded(seen)) return [];
  const declared = what.kind === "up" ? [...program.keys()].sort() : [];
  const names = [...after.state.keys()].sort();
  return [
    ...(isDeepStrictEqual(names, declared) ? [] : [`in state: ${names.join(" ")}`]),
    ...[...after.state].filter(([, { isHalfMade }]) => isHalfMade).map(([name]) => `${name} is half-made`),
    ...after.condemned.map(({ name }) => `the resource that ${name} replaced is still in state`),
  ];
}

export function contentMismatches(seen: Observation): string[] {
  const { what, contested, model, before } = seen;
  if (what.kind !== "up" || !succeeded(seen)) return [];
  return held(seen).flatMap(({ name, declared, resource, policy }) => {
    if (contested.has(resource.id)) return [];
    const { roles, description } = resource.outputs;
    const says = isDeepStrictEqual(
      [sorted(roles), description],
      [sortedRoles(declared), declared.description],
    )
      ? []
      : [`the state of ${name} has ${JSON.stringify([roles, description])}`];
    // A change by others that no refresh has shown must stay as it is.
    if (model.drifted.has(resource.id) && !isTouched(seen, name)) {
      const left = isDeepStrictEqual(policy, before.policies.get(resource.id));
      return left ? says : [...says, `${name} changed in a run that had no change for it`];
    }
    if (!isActive(policy)) return [...says, `${name} holds ${resource.id}, which is not active`];
    if (contentOf(policy) === contentOf(bodyOf(declared))) return says;
    return [...says, `${name} holds ${formatPolicy(policy)}`];
  });
}

/** Returns the declared resources with their state and their policy after a run. */
function held({ program, after }: Observation) {
  return [...program].flatMap(([name, declared]) => {
    const resource = after.state.get(name);
    return resource ? [{ name, declared, resource, policy: after.policies.get(resource.id) }] : [];
  });
}

/** True if a run wrote a resource's policy. */
function isTouched(seen: Observation, name: Name): boolean {
  return seen.steps.some(
    (step) =>
      step.name === name &&
      (step.kind === "create" ||
        step.kind === "replace" ||
        (step.kind === "update" && reachesIam(seen, name))),
  );
}
