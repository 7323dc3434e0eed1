import type { Iam } from "../iam";
import { cut } from "../iam/plain-text";
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
  checking: Checking,
  olds: Partial<Inputs>,
  written: Record<string, unknown>,
): Promise<Checked> {
  const deep = Object.keys(written).find((key) => isDeep(written[key]));
  if (deep !== undefined) {
    const reason = `${deep} is nested more than ${DEEPEST} levels deep: no argument is [invalid-argument]`;
    return { inputs: written, failures: [{ property: deep, reason }], notes: [] };
  }
  const { failures, ...checked } = await checkShallow(checking, olds, withLowerCaseAccounts(written));
  const more = failures.length - MOST;
  const told = failures.slice(0, MOST).map(({ property, reason, code = "invalid-argument" }, at) => {
    const others = more > 0 && at === MOST - 1 ? ` (and ${more} more failures)` : "";
    return { property: cut(property, LONGEST), reason: `${cut(reason, LONGEST)}${others} [${code}]` };
  });
  return { ...checked, failures: told };
}

/** How deep arguments may be nested; they are five levels deep at most. */
const DEEPEST = 32;

/** How many failures are told at once, and how long each may be. */
const MOST = 20;
const LONGEST = 1_000;

/** Whether a value is nested deeper than any argument, found without recursion: what comes after this uses it. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    level = level.flatMap((each): unknown[] =>
      typeof each === "object" && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

/** Account ids are hexadecimal: case means nothing in them. */
function withLowerCaseAccounts(written: Record<string, unknown>): Record<string, unknown> {
  const sides = ["source", "target"].flatMap((name): [string, object][] => {
    const side = written[name];
    if (typeof side !== "object" || side === null || !("accountId" in side)) return [];
    const { accountId } = side;
    return typeof accountId === "string" ? [[name, { ...side, accountId: accountId.toLowerCase() }]] : [];
  });
  return { ...written, ...Object.fromEntries(sides) };
}

async function checkShallow(
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
