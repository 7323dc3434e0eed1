import { isDeepStrictEqual } from "node:util";
import type { Policy } from "../../src/emulator";
import type { Resource } from "../support/mini-engine";
import { holdersOf, mayTake } from "./facts";
import { reachesIam, sorted, stateOf } from "./ledger";
import { succeeded, type Observation } from "./observation";
import { bodyOf, formatPolicy, contentOf, type Name } from "./universe";
import { idsIn, isActive } from "./world";

export function wronglyTaken(seen: Observation): string[] {
  const { before, after, program, aliases, contested, killed } = seen;
  const inState = idsIn(before);
  const taken = [...after.state].flatMap(([name, { id }]) => {
    if (!before.policies.has(id) || stateOf(before.state, aliases, name)?.id === id) return [];
    return mayTake(seen, name as Name, id) ? [] : [`${name} adopted ${id}`];
  });
  const changed = [...before.policies.values()].flatMap((policy) => {
    const { id } = policy;
    const now = after.policies.get(id);
    if (inState.includes(id) || contested.has(id) || isDeepStrictEqual(now, policy)) return [];
    const by = [...program.keys()].filter(
      (name) => mayTake(seen, name, id) && (killed || after.state.get(name)?.id === id),
    );
    return by.length > 0 ? [] : [`${formatPolicy(policy)} became ${now ? formatPolicy(now) : "nothing"}`];
  });
  return [...taken, ...changed];
}

export function falseReports(seen: Observation): string[] {
  const { steps, program, after, before, contested } = seen;
  return steps.flatMap(({ name, kind, id, error }) => {
    if (error !== undefined || (id !== undefined && contested.has(id))) return [];
    const policy = id === undefined ? undefined : after.policies.get(id);
    const says = `${kind} ${name}: ${policy ? formatPolicy(policy) : (id ?? "gone")}`;
    const declared = program.get(name as Name);
    switch (kind) {
      case "read": {
        const known = before.state.get(name)?.id ?? "";
        if (id === undefined)
          return isActive(after.policies.get(known)) && !contested.has(known) ? [says] : [];
        return isActive(policy) && matchesState(after.state.get(name), policy) ? [] : [says];
      }
      case "delete":
        return isActive(policy) && holdersOf(seen, policy.id, undefined).length === 0 ? [says] : [];
      case "same":
        return [];
      default:
        if (kind === "update" && !reachesIam(seen, name as Name)) return [];
        return isActive(policy) && declared && contentOf(policy) === contentOf(bodyOf(declared))
          ? []
          : [says];
    }
  });
}

/** True if a resource's state matches its policy in IAM. */
function matchesState(resource: Resource | undefined, policy: Policy): boolean {
  if (!resource) return false;
  const { source, target, roles, description } = resource.outputs;
  const names = policy.control.grant.roles.map(({ role_id }) => role_id.replace(/^.*:/, ""));
  const said = (side: object) =>
    Object.entries(side).map(([key, value]) => [key, "stringEquals", String(value)]);
  const held = ({ attributes }: Policy["subject"]) =>
    attributes.map(({ key, operator, value }) => [key, operator, String(value)]);
  return isDeepStrictEqual(
    [said(source).sort(), said(target).sort(), sorted(roles), description ?? ""],
    [held(policy.subject).sort(), held(policy.resource).sort(), names.sort(), policy.description ?? ""],
  );
}

export function unreportedWrites(seen: Observation): string[] {
  const { before, after, steps, program, contested, killed } = seen;
  const failed = steps.filter(({ error }) => error !== undefined);
  return [...after.policies.values()].flatMap((policy) => {
    const old = before.policies.get(policy.id);
    if (contested.has(policy.id) || isDeepStrictEqual(policy, old)) return [];
    const kinds = !isActive(policy)
      ? ["delete"]
      : old
        ? ["create", "replace", "update"]
        : ["create", "replace"];
    const isReported = steps.some(
      ({ kind, id, error }) => kinds.includes(kind) && id === policy.id && error === undefined,
    );
    if (isReported) return [];
    const names: string[] = killed
      ? [...before.state.keys(), ...program.keys()]
      : failed.map(({ name }) => name);
    const isTried = isActive(policy)
      ? names.some((name) => {
          const declared = program.get(name as Name);
          return declared && contentOf(bodyOf(declared)) === contentOf(policy);
        })
      : killed || failed.some(({ kind, id }) => kind === "delete" && id === policy.id);
    return isTried && !succeeded(seen) ? [] : [formatPolicy(policy)];
  });
}

export function changedByRefresh({ what, before, after, contested }: Observation): string[] {
  if (what.kind !== "refresh") return [];
  return [...after.policies.values()]
    .filter((each) => !contested.has(each.id) && !isDeepStrictEqual(each, before.policies.get(each.id)))
    .map(formatPolicy);
}
