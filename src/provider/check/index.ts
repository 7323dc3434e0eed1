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
  /** The normalized inputs; as written if there are failures. */
  inputs: object;
  failures: CheckFailure[];
  /** Messages that are not failures. */
  notes: string[];
}

/**
 * Reports all mistakes at once, or returns the normalized inputs. With credentials, it asks IAM for the account of the
 * credentials and the roles of the pair, and Resource Controller for the instances of a new resource. If IAM does not respond,
 * `create` asks again.
 *
 * @param olds the inputs in state
 * @param iamFor returns IAM for the credentials that the inputs name
 */
export async function checkInputs(
  written: Record<string, unknown>,
  olds: Partial<Inputs>,
  iamFor: (inputs: Pick<Inputs, "credentials">) => Iam,
  preflight: Preflight,
  instances: InstanceCheck,
): Promise<Checked> {
  const deepKey = Object.keys(written).find((key) => isTooDeep(written[key]));
  if (deepKey !== undefined) {
    const reason = `${deepKey} is nested more than ${MAX_DEPTH} levels deep, and no argument is that deep [invalid-argument]`;
    return { inputs: written, failures: [{ property: deepKey, reason }], notes: [] };
  }
  const { failures, ...checked } = await check(
    lowerCaseAccounts(written),
    olds,
    iamFor,
    preflight,
    instances,
  );
  return { ...checked, failures: shorten(failures) };
}

/** The deepest nesting that is accepted. Arguments have five levels at most. */
const MAX_DEPTH = 32;

/** Measures the depth without recursion, which a deeper value would overflow. */
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
  iamFor: (inputs: Pick<Inputs, "credentials">) => Iam,
  preflight: Preflight,
  instances: InstanceCheck,
): Promise<Checked> {
  const expanded = expandCrns(written);
  const valid = validate(expanded.inputs);
  const mistakes = [...expanded.failures, ...valid.failures, ...checkRules(valid.inputs)];
  const inputs = valid.inputs as Inputs;
  // Unknown credentials can't be used.
  const iam = hasUnknown(inputs.credentials) ? undefined : iamFor(inputs);
  if (mistakes.length > 0) {
    const failures = iam ? await instances.explainNames(mistakes, iam) : mistakes;
    return { inputs: written, failures, notes: [] };
  }

  const pair = pairOf(normalize(inputs, {}));
  const asked = iam && (await preflight(iam, pair));
  const facts = asked?.facts ?? {};
  const filled = fillInRoles(normalize(inputs, facts), pair, olds, facts.roles);
  // Explicit roles are checked as written, so that a failure has the right index.
  const isExplicit = inputs.roles !== undefined;
  const roles = pair && checkRoles(isExplicit ? inputs : filled.inputs, pair, facts.roles, isExplicit);
  const failures = [
    ...(asked?.failures ?? []),
    ...checkAccounts(inputs, facts),
    ...filled.failures,
    ...(roles?.failures ?? []),
  ];
  const notes = [...(asked?.notes ?? []), ...(roles?.notes ?? [])];
  if (failures.length > 0) return { inputs: written, failures, notes };
  const isNew = Object.keys(olds).length === 0;
  // A note of the preflight means that IAM did not respond.
  const account = asked?.notes.length === 0 ? facts.accountId : undefined;
  const found = iam && account && isNew ? await instances.findUnknown(filled.inputs, iam, account) : [];
  return { inputs: filled.inputs, failures, notes: [...notes, ...found] };
}
