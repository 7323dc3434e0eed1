import * as v from "valibot";
import { suggest } from "../../shared/suggest";
import type { CheckFailure } from "../types";
import { UNKNOWN } from "../values";
import { PROPERTIES, schema, type ValidInputs } from "./schema";

/** The hint for each required property. */
const REQUIRED: Record<string, string> = {
  source: 'set the service that gets access, such as { serviceInstance: "<GUID or CRN>" }',
  target:
    'set the service that the source may access, such as { serviceName: "kms", serviceInstance: "<GUID or CRN>" }',
  "target.serviceName": 'set the service that the source may access, such as "kms"',
};

type Issue = v.BaseIssue<unknown>;
type Path = readonly (string | number)[];
type Tree = Record<string | number, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

function pathOf({ path }: Issue): Path {
  return path?.map(({ key }) => key as string | number) ?? [];
}

function getAt(value: unknown, path: Path): unknown {
  return path.reduce((at, key) => (isTree(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

function setAt(tree: unknown, path: Path, value: unknown): void {
  const parent = getAt(tree, path.slice(0, -1));
  const last = path.at(-1);
  if (isTree(parent) && last !== undefined) parent[last] = value;
}

/** Formats `["target", "attributes", 0, "key"]` as Pulumi does: `target.attributes[0].key`. */
function formatPath(path: Path): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .replace(/^\./, "");
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value === null) return "null";
  if (Number.isNaN(value)) return "NaN";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const EXPECTED_KINDS: Record<string, string> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  array: "an array",
  custom: "an object",
};

/** Returns the reason for an issue. It follows the property's name. */
function reasonFor({ type, message }: Issue, property: string, value: unknown): string {
  const expected = EXPECTED_KINDS[type];
  if (value === undefined) return `is missing: ${REQUIRED[property] ?? "it is required"}`;
  return expected === undefined ? message : `must be ${expected}, not ${kindOf(value)}`;
}

/** Valibot reports one such issue for an object, however many unknown properties it has. */
function isUnknownProperty({ type, expected }: Issue): boolean {
  return type === "strict_object" && expected === "never";
}

/** Removes properties that are `null`, which JavaScript programs use for absent ones. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, withoutNulls(each)]])),
  );
}

/**
 * Checks types, lengths and names of properties. Unknown values are skipped.
 *
 * @returns the failures, and the inputs with the refused parts marked as unknown, so that the rules skip them
 */
export function validate(inputs: Record<string, unknown>): { failures: CheckFailure[]; inputs: ValidInputs } {
  const valid = withoutNulls(inputs) as ValidInputs;
  const { issues = [] } = v.safeParse(schema, valid);
  const failures: CheckFailure[] = [];
  for (const issue of issues.filter(isUnknownProperty)) {
    const path = pathOf(issue).slice(0, -1);
    const known = PROPERTIES[formatPath(path)] ?? PROPERTIES.attribute;
    for (const key of Object.keys(getAt(valid, path) as Tree)) {
      if (known.includes(key)) continue;
      const property = formatPath([...path, key]);
      const suggestion = suggest(key, known);
      const question = suggestion ? `did you mean ${formatPath([...path, suggestion])}? ` : "";
      failures.push({
        property,
        reason: `${property} is not a property: ${question}Use one of ${known.join(", ")}`,
      });
      // Don't report the suggested property as missing too: the user probably misspelled it.
      const meant = suggestion ? [...path, suggestion] : [];
      if (suggestion && getAt(valid, meant) === undefined) setAt(valid, meant, UNKNOWN);
    }
  }
  for (const issue of issues) {
    const path = pathOf(issue);
    const value = getAt(valid, path);
    if (value === UNKNOWN || isUnknownProperty(issue)) continue;
    const property = formatPath(path);
    failures.push({ property, reason: `${property} ${reasonFor(issue, property, value)}` });
    setAt(valid, path, UNKNOWN);
  }
  return { failures, inputs: valid };
}
