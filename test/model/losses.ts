import type { Policy } from "../../src/emulator";
import { isCreateUnknown } from "./facts";
import { made, orphansOf } from "./ledger";
import { succeeded, type Observation } from "./observation";
import { bodyOf, formatPolicy, fingerprintOf } from "./universe";
import { idsIn, isActive, isWrittenByUs } from "./world";

export function lostPolicies(seen: Observation): string[] {
  const { what, model, after, before, killed, contested } = seen;
  const fresh = made(seen);
  const mine = new Set([...model.mine, ...fresh.map(({ id }) => id), ...idsIn(after)]);
  const orphans = orphansOf(seen, mine).filter(({ id }) => !contested.has(id));
  // After a refresh, an up of the interrupted program finds all policies that the interruption left.
  const recovers =
    what.kind === "up" &&
    !what.without?.length &&
    succeeded(seen) &&
    model.isRefreshed &&
    model.drifted.size === 0;
  const touched = recovers
    ? [...model.touched].filter((id) => isActive(after.policies.get(id)) && !idsIn(after).includes(id))
    : [];
  const lost = orphans.flatMap((policy) => {
    const { id } = policy;
    if (model.orphans.has(id)) return recovers ? [`still lost: ${formatPolicy(policy)}`] : [];
    if (before.policies.has(id)) return [`no longer in state: ${formatPolicy(policy)}`];
    if (!isDeclared(seen, policy)) return [`created without a declaration: ${formatPolicy(policy)}`];
    if (killed || (!succeeded(seen) && isCreateUnknown(seen))) return [];
    return [formatPolicy(policy)];
  });
  return [...lost, ...touched.map((id) => `changed without a resource: ${id}`)];
}

/** True if a resource that the run did not finish declares this policy. */
function isDeclared({ program, steps }: Observation, policy: Policy): boolean {
  return [...program].some(
    ([name, declared]) =>
      fingerprintOf(bodyOf(declared)) === fingerprintOf(policy) &&
      !steps.some((step) => step.name === name && step.error === undefined && step.kind !== "delete"),
  );
}

export function missingPolicies(seen: Observation): string[] {
  const { what, after, before, model, contested, steps, killed } = seen;
  return idsIn(after).flatMap((id) => {
    if (isActive(after.policies.get(id)) || contested.has(id) || killed) return [];
    const wasRemoved = model.drifted.has(id) && !isActive(before.policies.get(id));
    const isSeen =
      what.kind === "refresh" && steps.some((step) => step.id === id && step.error === undefined);
    if (wasRemoved && !isSeen) return [];
    if (steps.some((step) => step.kind === "delete" && step.id === id && step.error !== undefined)) return [];
    return [id];
  });
}

export function wronglyDeleted(seen: Observation): string[] {
  const { what, before, after, program } = seen;
  return deletedIn(seen).flatMap((policy) => {
    const names = [...program.keys()].filter((name) => after.state.get(name)?.id === policy.id);
    return [
      ...(idsIn(before).includes(policy.id) ? [] : [`not in state: ${formatPolicy(policy)}`]),
      ...(what.kind === "destroy" ? [] : names.map((name) => `${name} holds ${formatPolicy(policy)}`)),
      ...(what.kind === "refresh" ? [`by a refresh: ${formatPolicy(policy)}`] : []),
    ];
  });
}

/** Returns the policies that the stack deleted in a run. */
function deletedIn({ before, after, contested }: Observation): Policy[] {
  return [...after.policies.values()].filter(
    (each) =>
      !isActive(each) &&
      isActive(before.policies.get(each.id)) &&
      isWrittenByUs(each) &&
      !contested.has(each.id),
  );
}

export function notInState({ steps, after }: Observation): string[] {
  return steps
    .filter(
      ({ kind, error, id }) =>
        kind !== "delete" && (error === undefined || kind === "create") && id !== undefined,
    )
    .filter(({ name, id }) => after.state.get(name)?.id !== id)
    .map(({ name, kind, id }) => `${kind} ${name} ${id ?? ""}`);
}

export function duplicates(seen: Observation): string[] {
  const { what, steps, program, after, killed } = seen;
  const fresh = made(seen);
  const making = steps.filter(({ kind }) => kind === "create" || kind === "replace").map(({ name }) => name);
  const most = what.kind === "up" ? (killed ? program.size : making.length) : 0;
  const ids = [...after.state.values()].map(({ id }) => id);
  return [
    ...(fresh.length > most
      ? fresh.map((policy) => `more than ${most} created: ${formatPolicy(policy)}`)
      : []),
    ...(what.kind === "up" && succeeded(seen) ? ids.filter((id, at) => ids.indexOf(id) < at) : []),
  ];
}
