import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import type { Policy } from "../../src/emulator";
import { MAKERS, untouchable } from "./others";
import { bodyOf, DESCRIPTIONS, fingerprintOf, ROLES, scopeOf, SCOPES, type Declared } from "./universe";
import { idsIn, isActive, lagOf, snapshot, type World } from "./world";

type Content = Pick<Declared, "scope" | "roles" | "description">;

/** An edit of the account's policies by others. `pick` is an index into the policies that qualify. */
export type Edit =
  | { kind: "make"; content: Content; by: "them" | keyof typeof MAKERS }
  | { kind: "change"; pick: number; content: Partial<Content> }
  | { kind: "remove" | "restore"; pick: number };

export const arbitraryScope = fc.nat(SCOPES.length - 1);
export const arbitraryRoles = fc.nat(ROLES.length - 1);
export const arbitraryDescription = fc.constantFrom(...DESCRIPTIONS);
const pick = fc.nat(7);
const content: fc.Arbitrary<Content> = fc.record({
  scope: arbitraryScope,
  roles: arbitraryRoles,
  description: arbitraryDescription,
});

export const arbitraryEdit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("make" as const),
      content,
      by: fc.constantFrom("them", "them", "them", "them", "service", "template"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("change" as const),
      pick,
      content: fc.oneof(
        fc.record({ scope: arbitraryScope }),
        fc.record({ roles: arbitraryRoles }),
        fc.record({ description: arbitraryDescription }),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restore" as const), pick }) },
);

/**
 * Performs an edit by others.
 *
 * @returns the id of the policy that changed, if any
 */
export async function perform({ iam, others, tally }: World, edit: Edit): Promise<string | undefined> {
  const id = await carryOut();
  tally.edits += Number(id !== undefined);
  return id;

  async function carryOut(): Promise<string | undefined> {
    const all = iam.policies({ state: "all" });
    if (edit.kind === "make") {
      if (edit.by === "them") return others.make(edit.content);
      const seed = untouchable(edit.content, edit.by);
      const exists = all.some((each) => isActive(each) && fingerprintOf(each) === fingerprintOf(seed));
      return exists ? undefined : iam.seed([seed])[0]?.id;
    }
    const state = edit.kind === "restore" ? "deleted" : "active";
    const some = all.filter((each) => each.state === state);
    const policy = picked(some, edit.pick);
    if (!policy) return undefined;
    if (edit.kind === "change")
      return others.change(policy.id, bodyOf({ ...declaredBy(policy), ...edit.content }));
    return edit.kind === "remove" ? others.remove(policy.id) : others.restore(policy.id);
  }
}

/** Performs an edit between two runs; the next run sees it. */
export async function performBetween(world: World, edit: Edit): Promise<void> {
  await recordBetween(world, JSON.stringify(edit), await perform(world, edit));
}

/** Lets others delete a policy between two runs. */
export async function removeBetween(world: World, id: string): Promise<void> {
  await recordBetween(world, "remove", await world.others.remove(id));
}

async function recordBetween(world: World, what: string, id: string | undefined): Promise<void> {
  await sleep(lagOf(world));
  world.story.push(`others: ${what} -> ${id ?? "nothing"}`);
  if (id !== undefined) recordEdit(world, id);
}

/** Updates the owner of a policy after others changed it. */
export function recordEdit(world: World, id: string): void {
  const { model } = world;
  const now = snapshot(world);
  model.touched.delete(id);
  if (idsIn(now).includes(id)) {
    model.drifted.add(id);
    return;
  }
  // A policy that is not in state belongs to others once they restore it or change its fingerprint.
  const policy = now.policies.get(id);
  if (isActive(policy) && model.orphans.get(id) === fingerprintOf(policy)) return;
  model.orphans.delete(id);
  model.mine.delete(id);
}

/** Returns a policy's scope and roles as indexes into the lists, and its description. */
function declaredBy(policy: Policy): Content {
  for (let scope = 0; scope < SCOPES.length; scope += 1) {
    for (let roles = 0; roles < ROLES.length; roles += 1) {
      if (fingerprintOf(bodyOf({ scope, roles })) === fingerprintOf(policy)) {
        return { scope, roles, description: policy.description };
      }
    }
  }
  throw new Error(`the policy ${policy.id} is not one of the model's policies: ${scopeOf(policy)}`);
}

export function picked<Each>(list: readonly Each[], pick: number): Each | undefined {
  return list[pick % Math.max(1, list.length)];
}
