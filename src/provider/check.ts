import type { Iam } from "../iam";
import type { Pair } from "../iam/roles";
import type { AskFacts } from "./facts";
import { ALL, type Inputs } from "./inputs";
import { checkRoles } from "./live-checks";
import { checkAccounts, normalForm } from "./normal-form";
import { chooseRoles, type RoleMemory } from "./role-choice";
import { checkRules } from "./rules";
import { checkShape, type Failure } from "./shape";
import { holdsUnknown, isUnknown } from "./unknown";
import { withoutWholeCrns } from "./whole-crn";

/** What became of inputs: their normal form, what is wrong with them, and what only deserves a word. */
export interface Checked {
  inputs: object;
  failures: Failure[];
  notes: string[];
}

/** What the checks of one run share. */
export interface Checking {
  /** IAM with the credentials of a name. */
  iamOf: (inputs: { credentials?: string }) => Iam;
  askFacts: AskFacts;
  memory: RoleMemory;
}

/**
 * Refuses what cannot be right, all of it at once, and brings the rest to its normal form. What only IAM can tell is asked
 * of it when there are credentials: whose a CRN's account is, and which roles it offers for the two services. Where it does
 * not answer, `create` asks again.
 *
 * @param olds the inputs in state
 */
export async function checkInputs(
  { iamOf, askFacts, memory }: Checking,
  olds: Partial<Inputs>,
  written: Record<string, unknown>,
): Promise<Checked> {
  const whole = withoutWholeCrns(written);
  const { failures, shaped } = checkShape(whole.written);
  failures.unshift(...whole.failures);
  failures.push(...checkRules(shaped));
  if (failures.length > 0) return { inputs: written, failures, notes: [] };
  const inputs = shaped as Inputs;
  const pair = pairOf(normalForm(inputs, {}));
  // Whose credentials are not known yet cannot be asked with.
  const iam = iamOf(inputs);
  const { facts, notes } = holdsUnknown(inputs.credentials)
    ? { facts: {}, notes: [] }
    : await askFacts(iam, pair);
  const chosen = chooseRoles(normalForm(inputs, facts), pair, { olds, memory, offered: facts.roles });
  // Roles are checked as they are written, so that a failure names their place.
  const live = pair
    ? checkRoles(inputs.roles ? inputs : chosen.inputs, pair, facts.roles, inputs.roles !== undefined)
    : undefined;
  const refused = [
    ...(facts.refusals ?? []),
    ...checkAccounts(inputs, facts),
    ...chosen.failures,
    ...(live?.failures ?? []),
  ];
  return {
    inputs: refused.length > 0 ? written : chosen.inputs,
    failures: refused,
    notes: [...notes, ...chosen.notes, ...(live?.notes ?? [])],
  };
}

/** The two services of inputs in normal form; `undefined` while they are not known, whatever else is not. */
export function pairOf({ source, target }: Pick<Inputs, "source" | "target">): Pair | undefined {
  const known = (side: { serviceName?: string }) => !isUnknown(side) && !isUnknown(side.serviceName);
  if (!known(source) || !known(target)) return undefined;
  const named = (serviceName: string | undefined) => (serviceName === ALL ? undefined : serviceName);
  return { source: named(source.serviceName), target: named(target.serviceName) };
}
