import type { Policy } from "../../src/emulator";
import type { Step } from "../support/mini-engine";
import { removeBetween } from "./edits";
import { holdersOf, isUntouchable, versionsOf } from "./facts";
import { made, POLICY_IDS, stateOf } from "./ledger";
import { isPermanent, type Observation } from "./observation";
import { areRetryable, OUT_OF_TIME, type Trouble } from "./troubles";
import { bodyOf, fingerprintOf, scopeOf, US, type Declared, type Name } from "./universe";
import { idsIn, isActive, policiesOf, type World } from "./world";

/** A step that failed. */
interface Failed {
  name: Name;
  declared: Declared;
  step: Step;
  /** The policy ids in the message. */
  ids: string[];
  message: string;
}

/** The outcome for a resource after the advice in its error was followed. */
export type Remedy = "again" | "dropped" | "postponed" | "replaced";

/** An error that may occur without a fault: its pattern, a check that it is true, and the advice it gives. */
interface Reason {
  says: RegExp;
  isTrue: (failed: Failed, seen: Observation) => boolean;
  follow: (failed: Failed, world: World) => Remedy | Promise<Remedy>;
}

const REASONS: readonly Reason[] = [
  {
    says: /another resource of this program declares the same authorization/,
    isTrue: ({ name, declared }, seen) => duplicatesOf(seen.program, name, declared).length > 0,
    follow: () => "dropped",
  },
  {
    says: /another resource of this program owns the same authorization \((\S+)\)/,
    isTrue: ({ name, ids: [id = ""] }, seen) => holdersOf(seen, id, name).length > 0,
    follow: () => "dropped",
  },
  {
    says: /the authorization already exists(?: \([^)]*\))?: (\S+) with .*Another resource of this program owns it/,
    isTrue: (failed, seen) =>
      (isDuplicate(failed, seen) || wasWritten(failed, seen)) &&
      holdersOf(seen, failed.ids[0] ?? "", failed.name).length > 0,
    follow: ({ name, declared }, { model }) =>
      duplicatesOf(model.program, name, declared).length > 0 ? "dropped" : "postponed",
  },
  {
    says: /the authorization already exists(?: \([^)]*\))?: (\S+) with .*It cannot be adopted/,
    isTrue: (failed, seen) =>
      isDuplicate(failed, seen) && versionsOf(seen, failed.ids[0] ?? "").some(isUntouchable),
    follow: () => "dropped",
  },
  {
    says: /the authorization already exists(?: \([^)]*\))?: (\S+) with .*Delete that policy, or adopt it: set adopt: "\S+" and run pulumi up --replace/,
    isTrue: (failed, seen) => isDuplicate(failed, seen) && isChange(failed),
    follow: async ({ name, declared, ids: [id = ""] }, world) => {
      if (isInState(world, id)) return "postponed";
      // The choice depends on the program alone, so that a sequence can be replayed.
      if (declared.description === undefined) {
        world.model.program.set(name, { ...declared, adopt: id });
        return "replaced";
      }
      await removeBetween(world, id);
      return "again";
    },
  },
  {
    says: /the authorization already exists(?: \([^)]*\))?: (\S+) with .*To manage it here, set adopt: "\S+"/,
    isTrue: (failed, seen) => isDuplicate(failed, seen) && !isChange(failed) && !isAdoptable(failed, seen),
    follow: ({ name, declared, ids: [id = ""], message }, world) => {
      const { model } = world;
      if (message.includes("IBMCLOUD_ADOPT_OWN=true") && model.mayAdoptOwn) return "again";
      if (isInState(world, id)) return "postponed";
      model.program.set(name, { ...declared, adopt: id });
      return "again";
    },
  },
  {
    says: /adopt names policy (\S+), which does not exist/,
    isTrue: ({ declared, ids: [id = ""] }, { moments }) =>
      declared.adopt === id && moments.some((each) => !isActive(each.get(id))),
    follow: withoutAdopt,
  },
  {
    says: /adopt names policy (\S+), whose scope differs from the declared one/,
    isTrue: ({ declared, ids: [id = ""] }, seen) =>
      declared.adopt === id &&
      versionsOf(seen, id).some((each) => scopeOf(each) !== scopeOf(bodyOf(declared))),
    follow: withoutAdopt,
  },
  {
    says: /adopt names policy (\S+), which cannot be adopted/,
    isTrue: ({ declared, ids: [id = ""] }, seen) =>
      declared.adopt === id && versionsOf(seen, id).some(isUntouchable),
    follow: withoutAdopt,
  },
  {
    says: /\d+ authorizations have this scope.*?set adopt to one of their ids: "(\S+?)"((?:, "\S+?")+)/,
    isTrue: ({ declared, ids }, seen) =>
      declared.adopt === true &&
      ids.length > 1 &&
      ids.every((id) => versionsOf(seen, id).some((each) => scopeOf(each) === scopeOf(bodyOf(declared)))),
    follow: ({ name, declared, ids }, { model, iam }) => {
      const held = policiesOf(iam);
      const meaning = fingerprintOf(bodyOf(declared));
      const same = ids.find((id) => held.get(id) && fingerprintOf(held.get(id) as Policy) === meaning);
      const left = ids.find((id) => model.orphans.has(id) || model.touched.has(id));
      model.program.set(name, { ...declared, adopt: same ?? left ?? ids[0] });
      return "again";
    },
  },
  {
    // The duplicate was changed or deleted between the create and the list, and the deadline ended the retries.
    says: /\(409 policy_conflict_error\).*was changed concurrently: run pulumi refresh, then pulumi up/,
    isTrue: ({ declared, step }, seen) =>
      (step.kind === "create" || step.kind === "replace") &&
      isPermanent(seen.what) &&
      seen.moments.some((each) =>
        [...each.values()].some(
          (policy) => isActive(policy) && fingerprintOf(policy) === fingerprintOf(bodyOf(declared)),
        ),
      ),
    follow: () => "again",
  },
  {
    says: /it no longer exists: run pulumi refresh|\(404 policy_not_found\).*Run pulumi refresh/,
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

/** The error of an operation names the operation. For a refused check, Pulumi itself names the resource. */
const NAMES_OPERATION = /^Cannot (create the|read|update|delete|compare) authorization/;

/** True if a step failed before its operation began. */
function isRefusedByCheck({ kind, error = "" }: Step): boolean {
  return (kind === "create" || kind === "replace" || kind === "same") && /\[[a-z-]+\]$/.test(error);
}

/** The error of a write that was tried again after its outcome was unknown, until the deadline. */
const DOUBT = /No readable response to an earlier attempt arrived, .*\[outcome-unknown\]/;

function isDoubtTrue(troubles: readonly Trouble[]): boolean {
  return troubles.some(({ outcomeUnknown }) => outcomeUnknown);
}

/** The error of a delete that keeps a policy because another resource holds it. */
const STILL_HELD = /another resource of this program owns it too, .* run pulumi refresh/;

function heldBy({ name, step }: Failed, { before, after, aliases }: Observation): string | undefined {
  return step.id ?? (stateOf(before.state, aliases, name) ?? after.state.get(name))?.id;
}

function withoutAdopt({ name, declared }: Failed, { model }: World): Remedy {
  model.program.set(name, { ...declared, adopt: undefined });
  return "again";
}

/** Returns the other resources of a program that declare the same authorization. */
function duplicatesOf(program: Observation["program"], name: Name, declared: Declared): Name[] {
  const meaning = fingerprintOf(bodyOf(declared));
  return [...program]
    .filter(([other, each]) => other !== name && fingerprintOf(bodyOf(each)) === meaning)
    .map(([other]) => other);
}

/** True if the policy in the message duplicates the declared one and is not the resource's own policy. */
function isDuplicate({ declared, step, ids: [id = ""] }: Failed, seen: Observation): boolean {
  const meaning = fingerprintOf(bodyOf(declared));
  return (
    versionsOf(seen, id).some((each) => fingerprintOf(each) === meaning) &&
    (step.kind === "replace" || step.id !== id)
  );
}

/** True if the policy in the message was created or changed in the run. */
function wasWritten({ ids: [id = ""] }: Failed, { before, after }: Observation): boolean {
  const [old, now] = [before.policies.get(id), after.policies.get(id)];
  return now !== undefined && now.last_modified_at !== old?.last_modified_at;
}

/** True if the update of an existing policy failed. Only a create can adopt. */
function isChange({ step }: Failed): boolean {
  return step.kind === "update" || step.id !== undefined;
}

function isInState({ engine }: World, id: string): boolean {
  return idsIn({ state: engine.resources, condemned: engine.condemned }).includes(id);
}

/** True if the resource should have adopted the conflicting policy. */
function isAdoptable({ name, declared, ids: [id = ""] }: Failed, seen: Observation): boolean {
  // A call of this run created it and lost the response.
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
  const reason = REASONS.find(({ says }) => says.test(step.error ?? ""));
  if (!reason) return undefined;
  const found = reason.says.exec(step.error)?.slice(1).join(" ") ?? "";
  const ids = found.match(POLICY_IDS) ?? [];
  return { reason, failed: { name, declared, step, ids, message: step.error } };
}

/** Returns the errors that neither the program, nor others, nor a fault explains. */
export function unexplained(seen: Observation): string[] {
  const { what, errors, steps, killed, program } = seen;
  const told = steps.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const silent = killed
    ? []
    : errors.filter((each) => !told.includes(each)).map((each) => `without a step: ${each}`);
  return [
    ...silent,
    ...steps.flatMap((step) => {
      const { error } = step;
      if (error === undefined) return [];
      if (!NAMES_OPERATION.test(error) && !isRefusedByCheck(step)) return [error];
      const { troubles = [] } = what;
      if (!areRetryable(troubles) && troubles.some(({ says }) => says.test(error))) return [];
      if (isPermanent(what) && OUT_OF_TIME.test(error)) return [];
      if (!areRetryable(troubles) && isDoubtTrue(troubles) && DOUBT.test(error)) return [];
      if (step.kind === "delete" && STILL_HELD.test(error) && step.id !== undefined) {
        return holdersOf(seen, step.id).length > 0 ? [] : [error];
      }
      const known = read(step, program);
      return known?.reason.isTrue(known.failed, seen) ? [] : [error];
    }),
  ];
}

/** Follows the advice in a step's error. An unknown error is only retried. */
export async function follow(world: World, step: Step): Promise<Remedy> {
  const known = read(step, world.model.program);
  return known ? known.reason.follow(known.failed, world) : "again";
}
