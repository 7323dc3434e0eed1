import * as fc from "fast-check";
import { arbitraryDescription, arbitraryRoles, arbitraryScope, picked } from "./edits";
import { follow } from "./errors";
import { DESCRIPTIONS, MISSING, NAMES, ROLES, SCOPES, type Declared, type Name } from "./universe";
import { policiesOf, type World } from "./world";

/** A declaration whose `adopt` is not yet resolved to a policy id. */
export type Wanted = Omit<Declared, "adopt"> & { adopt?: Adopted };
type Adopted = true | number | "missing" | undefined;

/** An edit of the program. `pick` is the index of a resource. */
export type Writing =
  | { kind: "declare"; name: Name; wanted: Wanted }
  | { kind: "turn"; pick: number; what: "scope" | "roles" | "description"; by: number }
  | { kind: "adopt"; pick: number; adopt: Adopted }
  | { kind: "settle"; pick: number; settle: number | undefined }
  | { kind: "remove"; pick: number }
  | { kind: "rename"; pick: number; to: Name; alias: boolean }
  | { kind: "swap"; pick: number; with: number }
  | { kind: "undo" }
  | { kind: "followAdvice" };

const pick = fc.nat(3);
const name = fc.constantFrom(...NAMES);
const adopt: fc.Arbitrary<Adopted> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.constant(true as const) },
  { weight: 2, arbitrary: fc.nat(7) },
  { weight: 1, arbitrary: fc.constant("missing" as const) },
);
const settle = fc.constantFrom(undefined, undefined, undefined, 0.002);
const wanted: fc.Arbitrary<Wanted> = fc.record({
  scope: arbitraryScope,
  roles: arbitraryRoles,
  description: arbitraryDescription,
  adopt,
  settle,
});

/** The first program. Its scopes and roles differ, so that most of it can be created. */
export const arbitraryProgram: fc.Arbitrary<Wanted[]> = fc.uniqueArray(wanted, {
  minLength: 1,
  maxLength: 3,
  selector: ({ scope, roles }) => `${scope} ${roles}`,
});

const kind = <Kind extends Writing["kind"]>(each: Kind) => fc.constant(each);
const arbitraryDeclaration = fc.record({ kind: kind("declare"), name, wanted });
const arbitraryTurn = fc.record({
  kind: kind("turn"),
  pick,
  what: fc.constantFrom("roles", "roles", "description", "scope"),
  by: fc.constantFrom(1, 2),
});
const WRITINGS: [weight: number, writing: fc.Arbitrary<Writing>][] = [
  [4, arbitraryDeclaration],
  [9, arbitraryTurn],
  [1, fc.record({ kind: kind("adopt"), pick, adopt })],
  [1, fc.record({ kind: kind("settle"), pick, settle })],
  [2, fc.record({ kind: kind("remove"), pick })],
  [2, fc.record({ kind: kind("rename"), pick, to: name, alias: fc.boolean() })],
  [1, fc.record({ kind: kind("swap"), pick, with: pick })],
  [3, fc.record({ kind: kind("undo") })],
  [4, fc.record({ kind: kind("followAdvice") })],
];
export const arbitraryWriting: fc.Arbitrary<Writing> = fc.oneof(
  ...WRITINGS.map(([weight, arbitrary]) => ({ weight, arbitrary })),
);

/** An edit that may change an existing policy. */
export const arbitraryChange: fc.Arbitrary<Writing> = fc.oneof(
  arbitraryTurn,
  arbitraryDeclaration.map((each) => ({ ...each, wanted: { ...each.wanted, adopt: true as const } })),
);

/** Edits the program. */
export async function write(world: World, writing: Writing): Promise<void> {
  const { model } = world;
  const { program } = model;
  const at = (place: number): { name: Name; declared: Declared } | undefined => {
    const [name, declared] = picked([...program], place) ?? [];
    return name && declared && { name, declared };
  };
  const set = (place: number, change: (declared: Declared) => Partial<Declared>) => {
    const found = at(place);
    if (found) program.set(found.name, { ...found.declared, ...change(found.declared) });
  };

  switch (writing.kind) {
    case "declare": {
      declare(world, writing.name, writing.wanted);
      return;
    }
    case "turn": {
      set(writing.pick, (declared) => turned(declared, writing.what, writing.by));
      return;
    }
    case "adopt": {
      set(writing.pick, () => ({ adopt: adopted(world, writing.adopt) }));
      return;
    }
    case "settle": {
      set(writing.pick, () => ({ settle: writing.settle }));
      return;
    }
    case "remove": {
      const found = at(writing.pick);
      if (found) program.delete(found.name);
      return;
    }
    case "rename": {
      rename(world, at(writing.pick)?.name, writing.to, writing.alias);
      return;
    }
    case "swap": {
      const [one, other] = [at(writing.pick), at(writing.with)];
      if (!one || !other) return;
      program.set(one.name, { ...one.declared, scope: other.declared.scope });
      program.set(other.name, { ...other.declared, scope: one.declared.scope });
      return;
    }
    case "undo":
      model.program = new Map(model.before);
      model.aliases.clear();
      return;
    case "followAdvice":
      return followAdvice(world);
  }
}

/** Declares the first resources. */
export function begin(world: World, program: readonly Wanted[]): void {
  for (const [at, each] of program.entries()) declare(world, NAMES[at] ?? "a", each);
}

function turned(declared: Declared, what: "scope" | "roles" | "description", by: number): Partial<Declared> {
  if (what === "scope") return { scope: (declared.scope + by) % SCOPES.length };
  if (what === "roles") return { roles: (declared.roles + by) % ROLES.length };
  const place = DESCRIPTIONS.findIndex((each) => each === declared.description);
  return { description: DESCRIPTIONS[(place + by) % DESCRIPTIONS.length] };
}

function declare(world: World, name: Name, { adopt, ...wanted }: Wanted): void {
  free(world, name);
  world.model.program.set(name, { ...wanted, adopt: adopted(world, adopt) });
}

function rename(world: World, name: Name | undefined, to: Name, alias: boolean): void {
  const { program, aliases } = world.model;
  const declared = name && program.get(name);
  if (!name || !declared || program.has(to)) return;
  program.delete(name);
  program.set(to, declared);
  const first = aliases.get(name) ?? name;
  aliases.delete(name);
  free(world, to);
  if (alias) aliases.set(to, first);
}

/** Removes the aliases of a newly declared name. */
function free({ model: { program, aliases } }: World, name: Name): void {
  if (!program.has(name)) aliases.delete(name);
  for (const [after, before] of aliases) if (before === name) aliases.delete(after);
}

/** Follows the advice in the errors of the last run. */
async function followAdvice(world: World): Promise<void> {
  const { model } = world;
  const { failed } = model;
  model.failed = [];
  for (const step of failed) {
    // A fault's error is not in the list of known reasons, so the program stays as it is.
    if ((await follow(world, step)) === "dropped") model.program.delete(step.name as Name);
  }
}

function adopted({ iam }: World, adopt: Adopted): Declared["adopt"] {
  if (adopt === undefined || adopt === true) return adopt;
  if (adopt === "missing") return MISSING;
  return picked([...policiesOf(iam).keys()], adopt) ?? MISSING;
}
