import type { Iam } from "../../iam";
import { truncate } from "../../shared/text";
import type { CheckFailure, Inputs } from "../types";
import { hasUnknown } from "../values";
import { fillInRoles } from "./default-roles";
import type { InstanceCheck } from "./instances";
import { checkAccounts, expandCrns, lowerCaseAccounts, normalize, pairOf } from "./normalize";
import { checkRoles, type Preflight } from "./preflight";
import { checkRules } from "./rules";
import { validate } from "./validate";

/** The result of a check. */
export interface Checked {
  /** The normalized inputs, or the inputs as written if there are failures. */
  inputs: object;
  failures: CheckFailure[];
  /** Messages that are not failures. */
  notes: string[];
}

/** The context of a check, besides the inputs. */
export interface CheckContext {
  /** Returns IAM for the credentials that the inputs name. */
  iamFor: (inputs: Pick<Inputs, "credentials">) => Iam;
  preflight: Preflight;
  instances: InstanceCheck;
  /** Mistakes in the stack's configuration. They are reported with those of the inputs. */
  mistakes: readonly CheckFailure[];
  /** True if Pulumi may delete the resource's authorization before it creates the next one. */
  deletesFirst: boolean;
}

/**
 * Reports all mistakes at once, or returns the normalized inputs. With credentials, it asks IAM for the account of the
 * credentials and the roles of the pair, compares a new resource with the policies in IAM, and asks Resource Controller for its
 * instances. If IAM does not respond, `create` asks again.
 *
 * @param olds the inputs in state; empty for a new resource, and for the replacement of one
 */
export async function checkInputs(
  written: Record<string, unknown>,
  olds: Partial<Inputs>,
  context: CheckContext,
): Promise<Checked> {
  const deepKey = Object.keys(written).find((key) => isTooDeep(written[key]));
  if (deepKey !== undefined) {
    const reason = `${deepKey} is nested more than ${MAX_DEPTH} levels deep, and no argument is that deep [invalid-argument]`;
    return { inputs: written, failures: [{ property: deepKey, reason }], notes: [] };
  }
  const { failures, ...checked } = await check(lowerCaseAccounts(written), olds, context);
  return { ...checked, failures: shorten(failures) };
}

/** The deepest nesting that is accepted. Arguments have five levels at most. */
const MAX_DEPTH = 32;

/** Measures the depth without recursion, because a very deep value would overflow the stack. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    level = level.flatMap((each): unknown[] =>
      typeof each === "object" && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

/** The maximum number of failures in one report, and the maximum length of each property and reason, in characters. */
const MAX_FAILURES = 20;
const MAX_LENGTH = 1_000;

function shorten(failures: CheckFailure[]): CheckFailure[] {
  const more = failures.length - MAX_FAILURES;
  return failures.slice(0, MAX_FAILURES).map(({ property, reason, code = "invalid-argument" }, index) => {
    const others = more > 0 && index === MAX_FAILURES - 1 ? ` (and ${more} more failures)` : "";
    return {
      property: truncate(property, MAX_LENGTH),
      reason: `${truncate(reason, MAX_LENGTH)}${others} [${code}]`,
    };
  });
}

async function check(
  written: Record<string, unknown>,
  olds: Partial<Inputs>,
  { iamFor, preflight, instances, mistakes: configMistakes, deletesFirst }: CheckContext,
): Promise<Checked> {
  const isNew = Object.keys(olds).length === 0;
  if (!isNew) preflight.knows(olds);
  const expanded = expandCrns(written);
  const valid = validate(expanded.inputs);
  const mistakes = [...expanded.failures, ...valid.failures, ...checkRules(valid.inputs), ...configMistakes];
  const inputs = valid.inputs as Inputs;
  // Unknown credentials can't be used.
  const iam = hasUnknown(inputs.credentials) ? undefined : iamFor(inputs);
  if (mistakes.length > 0) {
    const failures = iam ? await instances.explainNames(mistakes, iam) : mistakes;
    return { inputs: written, failures, notes: [] };
  }

  const pair = pairOf(normalize(inputs, {}));
  const asked = iam && (await preflight.ask(iam, pair, inputs.credentials));
  const facts = asked?.facts ?? {};
  const filled = fillInRoles(normalize(inputs, facts), pair, olds, facts.roles);
  // Explicit roles are checked as written, so that a failure has the right index.
  const isExplicit = inputs.roles !== undefined;
  const roles = pair && checkRoles(isExplicit ? inputs : filled.inputs, pair, facts.roles, isExplicit);
  const failures = [
    ...(asked?.failures ?? []),
    ...checkAccounts(inputs, facts),
    // If the service is misspelled, it has no documented roles either, and one failure is enough.
    ...(roles?.failures.length ? roles.failures : filled.failures),
  ];
  const notes = [...(asked?.notes ?? []), ...(roles?.notes ?? [])];
  if (failures.length > 0) return { inputs: written, failures, notes };
  if (!iam || !isNew) return { inputs: filled.inputs, failures, notes };
  const existing = await preflight.compare(iam, filled.inputs, facts, deletesFirst);
  if (existing.failures.length > 0) return { inputs: written, failures: existing.failures, notes };
  // A note of the preflight means that IAM did not respond.
  const account = asked?.notes.length === 0 ? facts.accountId : undefined;
  const unknown = account === undefined ? [] : await instances.findUnknown(filled.inputs, iam, account);
  return { inputs: filled.inputs, failures, notes: [...notes, ...existing.notes, ...unknown] };
}
