import type { Policy } from "../../src/emulator";
import type { Step } from "../support/mini-engine";
import { removeBetween } from "./edits";
import { holdersOf, isUntouchable, versionsOf } from "./facts";
import { made, POLICY_IDS, stateOf } from "./ledger";
import { isEndless, type Observation } from "./observation";
import { isGotOver, OUT_OF_TIME } from "./troubles";
import { bodyOf, meaningOf, scopeOf, US, type Declared, type Name } from "./universe";
import { idsIn, isActive, policiesOf, type World } from "./world";

/** A step that failed. */
interface Failed {
  name: Name;
  declared: Declared;
  step: Step;
  /** What the sentence names: ids. */
  ids: string[];
  message: string;
}

/** What becomes of a resource whose error was followed. */
export type WayOn = "again" | "dropped" | "postponed" | "replaced";

/** Why a resource may fail without any fault: what the error says, when that is true, and the way on that it names. */
interface Reason {
  says: RegExp;
  isTrue: (failed: Failed, seen: Observation) => boolean;
  follow: (failed: Failed, world: World) => WayOn | Promise<WayOn>;
}

const ALONE: readonly Reason[] = [
  {
    says: /another resource of this program declares the same authorization/,
    isTrue: ({ name, declared }, seen) => twinsOf(seen.program, name, declared).length > 0,
    follow: () => "dropped",
  },
  {
    says: /another resource of this program owns the same authorization \((\S+)\)/,
    isTrue: ({ name, ids: [id = ""] }, seen) => holdersOf(seen, id, name).length > 0,
    follow: () => "dropped",
  },
  {
    says: /the authorization already exists \([^)]*\): (\S+) with .*Another resource of this program owns it/,
    isTrue: (failed, seen) =>
      (isTwin(failed, seen) || wasBroughtInLine(failed, seen)) &&
      holdersOf(seen, failed.ids[0] ?? "", failed.name).length > 0,
    follow: ({ name, declared }, { model }) =>
      twinsOf(model.program, name, declared).length > 0 ? "dropped" : "postponed",
  },
  {
    says: /the authorization already exists \([^)]*\): (\S+) with .*It cannot be adopted/,
    isTrue: (failed, seen) =>
      isTwin(failed, seen) && versionsOf(seen, failed.ids[0] ?? "").some(isUntouchable),
    follow: () => "dropped",
  },
  {
    says: /the authorization already exists \([^)]*\): (\S+) with .*Delete it, or adopt it with adopt: "\S+" and pulumi up --replace/,
    isTrue: (failed, seen) => isTwin(failed, seen) && isChange(failed),
    follow: async ({ name, declared, ids: [id = ""] }, world) => {
      if (isInState(world, id)) return "postponed";
      // Of the two ways always the same one for the same program: so a sequence can be met again.
      if (declared.description === undefined) {
        world.model.program.set(name, { ...declared, adopt: id });
        return "replaced";
      }
      await removeBetween(world, id);
      return "again";
    },
  },
  {
    says: /the authorization already exists \([^)]*\): (\S+) with .*Take it over with adopt: "\S+", or remove it/,
    isTrue: (failed, seen) => isTwin(failed, seen) && !isChange(failed) && !isForTheTaking(failed, seen),
    follow: ({ name, declared, ids: [id = ""], message }, world) => {
      const { model } = world;
      if (message.includes("IBMCLOUD_ADOPT_OWN=true") && model.mayAdoptOwn) return "again";
      if (isInState(world, id)) return "postponed";
      model.program.set(name, { ...declared, adopt: id });
      return "again";
    },
  },
  {
    says: /adopt names policy (\S+), which IAM does not hold/,
    isTrue: ({ declared, ids: [id = ""] }, { moments }) =>
      declared.adopt === id && moments.some((each) => !isActive(each.get(id))),
    follow: withoutAdopt,
  },
  {
    says: /adopt names policy (\S+), which has another scope/,
    isTrue: ({ declared, ids: [id = ""] }, seen) =>
      declared.adopt === id &&
      versionsOf(seen, id).some((each) => scopeOf(each) !== scopeOf(bodyOf(declared))),
    follow: withoutAdopt,
  },
  {
    says: /adopt names policy (\S+), which cannot be taken over/,
    isTrue: ({ declared, ids: [id = ""] }, seen) =>
      declared.adopt === id && versionsOf(seen, id).some(isUntouchable),
    follow: withoutAdopt,
  },
  {
    says: /IAM holds \d+ authorizations of this scope.*?write one of adopt: "(\S+?)"((?:, adopt: "\S+?")+)/,
    isTrue: ({ declared, ids }, seen) =>
      declared.adopt === true &&
      ids.length > 1 &&
      ids.every((id) => versionsOf(seen, id).some((each) => scopeOf(each) === scopeOf(bodyOf(declared)))),
    follow: ({ name, declared, ids }, { model, iam }) => {
      const held = policiesOf(iam);
      const meaning = meaningOf(bodyOf(declared));
      const same = ids.find((id) => held.get(id) && meaningOf(held.get(id) as Policy) === meaning);
      const left = ids.find((id) => model.orphans.has(id) || model.touched.has(id));
      model.program.set(name, { ...declared, adopt: same ?? left ?? ids[0] });
      return "again";
    },
  },
  {
    says: /IAM does not hold it any more: run pulumi refresh|\(404 policy_not_found\).*Run pulumi refresh/,
    isTrue: (failed, seen) => {
      const id = heldBy(failed, seen);
      return id !== undefined && seen.moments.some((each) => !isActive(each.get(id)));
    },
    follow: () => "again",
  },
  {
    says: /its scope in IAM is not the declared one.*: run pulumi refresh/,
    isTrue: (failed, seen) =>
      versionsOf(seen, heldBy(failed, seen) ?? "").some(
        (each) => scopeOf(each) !== scopeOf(bodyOf(failed.declared)),
      ),
    follow: () => "again",
  },
  {
    says: /an enterprise policy template manages it/,
    isTrue: (failed, seen) => versionsOf(seen, heldBy(failed, seen) ?? "").some(isUntouchable),
    follow: () => "dropped",
  },
];

/** Why a resource that is removed may stay. */
const LEFT = /another resource of this program owns it too, .* run pulumi refresh/;

function heldBy({ name, step }: Failed, { before, after, aliases }: Observation): string | undefined {
  return step.id ?? (stateOf(before.state, aliases, name) ?? after.state.get(name))?.id;
}

function withoutAdopt({ name, declared }: Failed, { model }: World): WayOn {
  model.program.set(name, { ...declared, adopt: undefined });
  return "again";
}

/** The other resources of a program that declare the same authorization. */
function twinsOf(program: Observation["program"], name: Name, declared: Declared): Name[] {
  const meaning = meaningOf(bodyOf(declared));
  return [...program]
    .filter(([other, each]) => other !== name && meaningOf(bodyOf(each)) === meaning)
    .map(([other]) => other);
}

/** Whether the policy that an error names says the same as the declared one, and is another than the resource's own. */
function isTwin({ declared, step, ids: [id = ""] }: Failed, seen: Observation): boolean {
  const meaning = meaningOf(bodyOf(declared));
  return (
    versionsOf(seen, id).some((each) => meaningOf(each) === meaning) &&
    (step.kind === "replace" || step.id !== id)
  );
}

/** Whether the policy that an error names was made or changed in the run: what it said before is not seen here. */
function wasBroughtInLine({ ids: [id = ""] }: Failed, { before, after }: Observation): boolean {
  const [old, now] = [before.policies.get(id), after.policies.get(id)];
  return now !== undefined && now.last_modified_at !== old?.last_modified_at;
}

/** Whether what failed is the change of a policy that the resource holds: only what is made takes something over. */
function isChange({ step }: Failed): boolean {
  return step.kind === "update" || step.id !== undefined;
}

function isInState({ engine }: World, id: string): boolean {
  return idsIn({ state: engine.resources, condemned: engine.condemned }).includes(id);
}

/** Whether a policy in the way should have been taken over instead. */
function isForTheTaking({ name, declared, ids: [id = ""] }: Failed, seen: Observation): boolean {
  // What a call of this run made, whose answer was lost.
  const isOurs = made(seen).some((each) => each.id === id) && holdersOf(seen, id, name).length === 0;
  return versionsOf(seen, id).every(
    (each) =>
      !isUntouchable(each) &&
      (isOurs || declared.adopt === true || (seen.adoptOwn && each.created_by_id === US)),
  );
}

function read(
  step: Step,
  program: ReadonlyMap<Name, Declared>,
): { reason: Reason; failed: Failed } | undefined {
  const name = step.name as Name;
  const declared = program.get(name);
  if (!declared || step.error === undefined || step.kind === "delete" || step.kind === "read")
    return undefined;
  const reason = ALONE.find(({ says }) => says.test(step.error ?? ""));
  if (!reason) return undefined;
  const found = reason.says.exec(step.error)?.slice(1).join(" ") ?? "";
  const ids = found.match(POLICY_IDS) ?? [];
  return { reason, failed: { name, declared, step, ids, message: step.error } };
}

/** The errors of a run that nothing explains: neither what was declared, nor what others did, nor a fault. */
export function unexplained(seen: Observation): string[] {
  const { what, errors, steps, killed, program } = seen;
  const told = steps.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const silent = killed
    ? []
    : errors.filter((each) => !told.includes(each)).map((each) => `of no step: ${each}`);
  return [
    ...silent,
    ...steps.flatMap((step) => {
      const { error } = step;
      if (error === undefined) return [];
      if (!/^Cannot (create|read|update|delete|compare) the authorization/.test(error)) return [error];
      const { troubles = [] } = what;
      if (!isGotOver(troubles) && troubles.some(({ says }) => says.test(error))) return [];
      if (isEndless(what) && OUT_OF_TIME.test(error)) return [];
      if (step.kind === "delete" && LEFT.test(error) && step.id !== undefined) {
        return holdersOf(seen, step.id).length > 0 ? [] : [error];
      }
      const known = read(step, program);
      return known?.reason.isTrue(known.failed, seen) ? [] : [error];
    }),
  ];
}

/** Does what a step's error says to do; without one that is known, nothing. */
export async function follow(world: World, step: Step): Promise<WayOn> {
  const known = read(step, world.model.program);
  return known ? known.reason.follow(known.failed, world) : "again";
}
