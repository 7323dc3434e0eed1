import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import type { Policy } from "../../src/emulator";
import { MAKERS, untouchable } from "./others";
import { bodyOf, DESCRIPTIONS, meaningOf, ROLES, scopeOf, SCOPES, type Declared } from "./universe";
import { idsIn, isActive, lagOf, snapshot, type World } from "./world";

type Said = Pick<Declared, "scope" | "roles" | "description">;

/** What others do to the account's policies. Which one is said by its place among those that come into question. */
export type Edit =
  | { kind: "make"; said: Said; by: "them" | keyof typeof MAKERS }
  | { kind: "change"; pick: number; said: Partial<Said> }
  | { kind: "remove" | "restore"; pick: number };

export const arbitraryScope = fc.nat(SCOPES.length - 1);
export const arbitraryRoles = fc.nat(ROLES.length - 1);
export const arbitraryDescription = fc.constantFrom(...DESCRIPTIONS);
const pick = fc.nat(7);
const said: fc.Arbitrary<Said> = fc.record({
  scope: arbitraryScope,
  roles: arbitraryRoles,
  description: arbitraryDescription,
});

export const arbitraryEdit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("make" as const),
      said,
      by: fc.constantFrom("them", "them", "them", "them", "service", "template"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("change" as const),
      pick,
      said: fc.oneof(
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
 * Lets others do something.
 *
 * @returns the policy that they wrote
 */
export async function perform({ iam, others, tally }: World, edit: Edit): Promise<string | undefined> {
  const id = await carryOut();
  tally.edits += Number(id !== undefined);
  return id;

  async function carryOut(): Promise<string | undefined> {
    const all = iam.policies({ state: "all" });
    if (edit.kind === "make") {
      if (edit.by === "them") return others.make(edit.said);
      const seed = untouchable(edit.said, edit.by);
      const exists = all.some((each) => isActive(each) && meaningOf(each) === meaningOf(seed));
      return exists ? undefined : iam.seed([seed])[0]?.id;
    }
    const state = edit.kind === "restore" ? "deleted" : "active";
    const some = all.filter((each) => each.state === state);
    const policy = picked(some, edit.pick);
    if (!policy) return undefined;
    if (edit.kind === "change") return others.change(policy.id, bodyOf({ ...saidBy(policy), ...edit.said }));
    return edit.kind === "remove" ? others.remove(policy.id) : others.restore(policy.id);
  }
}

/** The same between two runs of the stack: everybody sees it before the next one. */
export async function performBetween(world: World, edit: Edit): Promise<void> {
  await noteBetween(world, JSON.stringify(edit), await perform(world, edit));
}

/** Lets others remove what is in the way. */
export async function removeBetween(world: World, id: string): Promise<void> {
  await noteBetween(world, "remove", await world.others.remove(id));
}

async function noteBetween(world: World, what: string, id: string | undefined): Promise<void> {
  await sleep(lagOf(world));
  world.story.push(`others: ${what} -> ${id ?? "nothing"}`);
  if (id !== undefined) noteEdit(world, id);
}

/** Takes note of whose a policy is, after others wrote it. */
export function noteEdit(world: World, id: string): void {
  const { model } = world;
  const now = snapshot(world);
  model.touched.delete(id);
  if (idsIn(now).includes(id)) {
    model.drifted.add(id);
    return;
  }
  // What the stack does not know, and others brought back or gave another meaning, is theirs from then on.
  const policy = now.policies.get(id);
  if (isActive(policy) && model.orphans.get(id) === meaningOf(policy)) return;
  model.orphans.delete(id);
  model.mine.delete(id);
}

/** Scope, roles and description by their places in the lists. */
function saidBy(policy: Policy): Said {
  for (let scope = 0; scope < SCOPES.length; scope += 1) {
    for (let roles = 0; roles < ROLES.length; roles += 1) {
      if (meaningOf(bodyOf({ scope, roles })) === meaningOf(policy)) {
        return { scope, roles, description: policy.description };
      }
    }
  }
  throw new Error(`the policy ${policy.id} is not of this world: ${scopeOf(policy)}`);
}

export function picked<Each>(list: readonly Each[], pick: number): Each | undefined {
  return list[pick % Math.max(1, list.length)];
}
