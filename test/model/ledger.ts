import { recordEdit } from "./edits";
import type { Observation } from "./observation";
import { argumentsOf, fingerprintOf, ROLES, US, type Declared, type Name } from "./universe";
import { idsIn, isActive, isWrittenByUs, type Model, type World } from "./world";
import type { Resource, Step } from "../support/mini-engine";

export const POLICY_IDS = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Updates the model after a run. */
export function recordRun(world: World, seen: Observation): void {
  const { model } = world;
  const { what, after, errors, killed, contested } = seen;
  const inState = new Set(idsIn(after));

  for (const policy of made(seen)) model.mine.add(policy.id);
  for (const id of inState) model.mine.add(id);
  const known = new Set([...model.orphans.keys(), ...model.touched]);
  const left = orphansOf(seen, model.mine);
  // Policies that others restored during the run belong to them.
  const theirs = left.filter(({ id }) => contested.has(id) && !model.orphans.has(id));
  for (const { id } of theirs) model.mine.delete(id);
  model.orphans = new Map(
    left
      .filter((each) => !theirs.includes(each))
      .map((each) => [each.id, model.orphans.get(each.id) ?? fingerprintOf(each)]),
  );
  model.touched = new Set(touchedBy(seen, model));
  if ([...model.orphans.keys(), ...model.touched].some((id) => !known.has(id))) model.isRefreshed = false;

  for (const step of seen.steps) {
    if (step.id !== undefined && isSeenBy(seen, step)) model.drifted.delete(step.id);
  }
  for (const id of [...unseenIn(seen), ...toBeRefreshed(seen)]) model.drifted.add(id);
  for (const id of [...model.drifted]) if (!inState.has(id)) model.drifted.delete(id);
  for (const id of contested) recordEdit(world, id);

  if (killed ? what.kind === "up" : errors.some((each) => each.includes("IBMCLOUD_ADOPT_OWN"))) {
    model.mayAdoptOwn = true;
  }
  if (what.kind === "up") model.failed = seen.steps.filter(({ error }) => error !== undefined);
  if (killed || errors.length > 0) return;
  if (what.kind === "refresh") model.isRefreshed = true;
  if (what.kind === "up" && !what.without?.length) {
    model.before = new Map(model.program);
    model.aliases.clear();
    if (model.orphans.size === 0) model.mayAdoptOwn = false;
  }
}

/** Returns the policies that the stack created in a run. */
export function made({ before, after, contested }: Pick<Observation, "before" | "after" | "contested">) {
  return [...after.policies.values()].filter(
    ({ id, created_by_id }) => !before.policies.has(id) && created_by_id === US && !contested.has(id),
  );
}

/** Returns the stack's active policies that are missing in state. */
export function orphansOf({ after }: Observation, mine: ReadonlySet<string>) {
  const inState = idsIn(after);
  return [...after.policies.values()].filter(
    (each) => isActive(each) && mine.has(each.id) && !inState.includes(each.id),
  );
}

/** Returns policies of others that a killed run changed without recording them in state. */
function touchedBy({ before, after, killed, contested }: Observation, { touched, mine }: Model): string[] {
  return [...after.policies.values()]
    .filter((each) => isActive(each) && isWrittenByUs(each) && !mine.has(each.id) && !contested.has(each.id))
    .filter(({ id, last_modified_at }) => {
      const changed = before.policies.get(id)?.last_modified_at !== last_modified_at;
      return touched.has(id) || (killed && changed);
    })
    .map(({ id }) => id);
}

/** Returns policies in state whose change was not recorded, after a kill or a lost delete; refresh shows it. */
function unseenIn({ before, after, steps, killed }: Observation): string[] {
  const held = [...after.state, ...after.condemned.map(({ name, resource }) => [name, resource] as const)];
  return held
    .filter(([name, { id }]) => {
      const own = steps.filter((step) => step.name === name && step.id === id);
      return killed
        ? !own.some(({ kind, error }) => error === undefined && kind !== "delete" && kind !== "same")
        : own.some(({ kind, error }) => error !== undefined && kind === "delete");
    })
    .map(([, { id }]) => id)
    .filter((id) => !isSame(after.policies.get(id), before.policies.get(id)));
}

/** Returns the policies that errors advise to refresh. */
function toBeRefreshed({ steps }: Observation): string[] {
  return steps
    .filter(({ error }) => error?.includes("run pulumi refresh"))
    .flatMap(({ error = "" }) => error.match(POLICY_IDS) ?? []);
}

/** True if the stack has read IAM's version of the policy in a step. */
function isSeenBy(seen: Observation, { name, kind, error }: Step): boolean {
  if (error !== undefined || kind === "same" || kind === "delete") return false;
  return kind !== "update" || reachesIam(seen, name as Name);
}

/** True if an update calls IAM, and false if it changes `adopt` or `settle` in state alone. */
export function reachesIam({ before, program, aliases }: Observation, name: Name): boolean {
  const old = stateOf(before.state, aliases, name);
  const declared = program.get(name);
  if (!old || !declared) return false;
  const { outputs } = old;
  const grants =
    !isSame(sorted(outputs.roles), sortedRoles(declared)) || outputs.description !== declared.description;
  const { adopt, settle } = argumentsOf(declared) as Partial<Resource["outputs"]>;
  const notes = !isSame([outputs.adopt, outputs.settle], [adopt, settle]);
  return grants || !notes;
}

/** Returns a resource's state under its name or its old name. */
export function stateOf(
  state: ReadonlyMap<string, Resource>,
  aliases: ReadonlyMap<Name, Name>,
  name: string,
): Resource | undefined {
  const before = aliases.get(name as Name);
  return state.get(name) ?? (before === undefined ? undefined : state.get(before));
}

export function sortedRoles({ roles }: Declared): string[] {
  return [...(ROLES[roles] ?? [])].sort();
}

/** Returns a resource's roles without an order: the state has the program's, and IAM has none. */
export function sorted(roles: unknown): unknown {
  return Array.isArray(roles) ? (roles as string[]).toSorted() : roles;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
