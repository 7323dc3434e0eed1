import * as v from "valibot";

/** A step of the path to an invalid value: the key of a property or the index of an item. */
interface Step {
  key: unknown;
  /** The object or array that has the key. */
  input: unknown;
}

/** An object with exactly these properties. The error for any other property lists them. */
export function exactObject<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries).join(", ");
  return v.strictObject(entries, (issue) =>
    isUnknownProperty(issue) ? `is not a known property (known: ${known})` : expectationOfObject(issue),
  );
}

/** A JSON object. Valibot's own object schemas accept arrays, too. */
export const plainObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);

/**
 * Returns a sentence about the first problem that a schema found, without a full stop: the path of the value, and what
 * was expected, such as `subject.attributes[2].value must be a boolean for stringExists`.
 *
 * IBM publishes neither the wording of IAM's errors nor whether they name a path.
 *
 * @param root names the whole value
 * @param rename changes the path
 */
export function sentenceOf(
  issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
  root: string,
  rename = (path: string): string => path,
): string {
  // A misspelled property causes two issues: it is unknown, and the intended property is missing. The first explains both.
  const issue = issues.find(isUnknownProperty) ?? issues[0];
  const steps: readonly Step[] = issue.path ?? [];
  const path = steps.length === 0 ? root : rename(pathText(steps.map(({ key }) => key)));
  return `${path} ${expectationOf(issue)}${forOperator(steps)}`;
}

/** Writes a path as JavaScript does: `subject.attributes[2].value`. */
function pathText(keys: readonly unknown[]): string {
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function isUnknownProperty({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === "strict_object" && expected === "never";
}

function expectationOf(issue: v.BaseIssue<unknown>): string {
  return EXPECTATIONS[issue.type]?.(issue) ?? issue.message;
}

/** The text for each type of issue. Issues of other types use the message of the schema. */
const EXPECTATIONS: Record<string, (issue: v.BaseIssue<unknown>) => string> = {
  string: () => "must be a string",
  boolean: () => "must be a boolean",
  number: () => "must be a number",
  array: () => "must be an array",
  loose_object: expectationOfObject,
  strict_tuple: ({ expected }) => (expected === "never" ? "is one too many" : "must be an array"),
  literal: expectationOfChoice,
  picklist: expectationOfChoice,
  variant: expectationOfChoice,
  min_length: ({ requirement, input }) => `must have at least ${lengthText(requirement, input)}`,
  max_length: ({ requirement, input }) => `must have at most ${lengthText(requirement, input)}`,
  max_code_points: ({ requirement, input }) => `must have at most ${lengthText(requirement, input)}`,
};

function expectationOfObject({ received }: Pick<v.BaseIssue<unknown>, "received">): string {
  return received === "undefined" ? "is required" : "must be an object";
}

/** Valibot writes the choices as a union of types: `("stringEquals" | "stringExists")`. */
function expectationOfChoice({ expected }: v.BaseIssue<unknown>): string {
  if (expected === "Object") return "must be an object";
  const choices = (expected ?? "").replaceAll(/[()]/g, "").split(" | ");
  return `must be ${listed(choices.map((each) => (each === "string" ? "another string" : each)))}`;
}

/** Lists choices: `a, b or c`. */
export function listed(choices: readonly string[]): string {
  const [last = "", ...others] = choices.toReversed();
  return others.length === 0 ? last : `${others.reverse().join(", ")} or ${last}`;
}

function lengthText(length: unknown, input: unknown): string {
  const unit = Array.isArray(input) ? "item" : "character";
  return `${String(length)} ${unit}${length === 1 ? "" : "s"}`;
}

/** Names the operator that an attribute's value doesn't fit. */
function forOperator(steps: readonly Step[]): string {
  const value = steps.find(({ key }) => key === "value");
  const { operator } = Object(value?.input) as { operator?: unknown };
  return typeof operator === "string" ? ` for ${operator}` : "";
}
