import type { Policy } from "../../src/emulator";
import { isCreateUnsure } from "./facts";
import { made, orphansOf } from "./ledger";
import { isWell, type Observation } from "./observation";
import { bodyOf, inWords, meaningOf } from "./universe";
import { idsIn, isActive, isWrittenByUs } from "./world";

export function outOfSight(seen: Observation): string[] {
  const { what, model, after, before, killed, contested } = seen;
  const fresh = made(seen);
  const mine = new Set([...model.mine, ...fresh.map(({ id }) => id), ...idsIn(after)]);
  const orphans = orphansOf(seen, mine).filter(({ id }) => !contested.has(id));
  // An up whose program is the interrupted one finds all that was left, once the stack knows what IAM holds.
  const recovers =
    what.kind === "up" &&
    !what.without?.length &&
    isWell(seen) &&
    model.isRefreshed &&
    model.drifted.size === 0;
  const touched = recovers
    ? [...model.touched].filter((id) => isActive(after.policies.get(id)) && !idsIn(after).includes(id))
    : [];
  const lost = orphans.flatMap((policy) => {
    const { id } = policy;
    if (model.orphans.has(id)) return recovers ? [`still ${inWords(policy)}`] : [];
    if (before.policies.has(id)) return [`no more ${inWords(policy)}`];
    if (!isMeant(seen, policy)) return [`made for nobody: ${inWords(policy)}`];
    if (killed || (!isWell(seen) && isCreateUnsure(seen))) return [];
    return [inWords(policy)];
  });
  return [...lost, ...touched.map((id) => `changed for nobody: ${id}`)];
}

/** Whether a resource that the run did not finish wants this policy. */
function isMeant({ program, steps }: Observation, policy: Policy): boolean {
  return [...program].some(
    ([name, declared]) =>
      meaningOf(bodyOf(declared)) === meaningOf(policy) &&
      !steps.some((step) => step.name === name && step.error === undefined && step.kind !== "delete"),
  );
}

export function heldButGone(seen: Observation): string[] {
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

export function deletedThoughHeld(seen: Observation): string[] {
  const { what, before, after, program } = seen;
  return deletedIn(seen).flatMap((policy) => {
    const names = [...program.keys()].filter((name) => after.state.get(name)?.id === policy.id);
    return [
      ...(idsIn(before).includes(policy.id) ? [] : [`not in state: ${inWords(policy)}`]),
      ...(what.kind === "destroy" ? [] : names.map((name) => `${name} holds ${inWords(policy)}`)),
      ...(what.kind === "refresh" ? [`by a refresh: ${inWords(policy)}`] : []),
    ];
  });
}

/** The policies that the stack deleted in a run. */
function deletedIn({ before, after, contested }: Observation): Policy[] {
  return [...after.policies.values()].filter(
    (each) =>
      !isActive(each) &&
      isActive(before.policies.get(each.id)) &&
      isWrittenByUs(each) &&
      !contested.has(each.id),
  );
}

export function madeButNotInState({ steps, after }: Observation): string[] {
  return steps
    .filter(
      ({ kind, error, id }) =>
        kind !== "delete" && (error === undefined || kind === "create") && id !== undefined,
    )
    .filter(({ name, id }) => after.state.get(name)?.id !== id)
    .map(({ name, kind, id }) => `${kind} ${name} ${id ?? ""}`);
}

export function madeTwice(seen: Observation): string[] {
  const { what, steps, program, after, killed } = seen;
  const fresh = made(seen);
  const making = steps.filter(({ kind }) => kind === "create" || kind === "replace").map(({ name }) => name);
  const most = what.kind === "up" ? (killed ? program.size : making.length) : 0;
  const ids = [...after.state.values()].map(({ id }) => id);
  return [
    ...(fresh.length > most ? fresh.map((policy) => `one of more than ${most}: ${inWords(policy)}`) : []),
    ...(what.kind === "up" && isWell(seen) ? ids.filter((id, at) => ids.indexOf(id) < at) : []),
  ];
}
