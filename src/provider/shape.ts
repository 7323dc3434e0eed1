import * as v from "valibot";
import type { ErrorCode } from "../shared/coded-error";
import { nearest } from "./nearest";
import { PROPERTIES, schema, type Shaped } from "./schema";
import { UNKNOWN } from "./unknown";

/** One refused property: its path, and a sentence that names it. What Pulumi calls a CheckFailure. */
export interface Failure {
  property: string;
  reason: string;
  /** The kind of failure. @default "invalid-argument" */
  code?: ErrorCode;
}

/** What a required property asks for when it is missing. */
const MISSING: Record<string, string> = {
  source: 'say who is authorized, such as { serviceInstance: "<GUID or CRN>" }',
  target: 'say what may be reached, such as { serviceName: "kms", serviceInstance: "<GUID or CRN>" }',
  "target.serviceName": 'say which service may be reached, such as "kms"',
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

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((at, key) => (isTree(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

/** `["target", "attributes", 0, "key"]` as Pulumi writes it: `target.attributes[0].key`. */
function spell(path: Path): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .replace(/^\./, "");
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value === null) return "null";
  if (Number.isNaN(value)) return "NaN";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const EXPECTED: Record<string, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "an array",
  custom: "an object",
};

/** The sentence for one issue, without its subject. */
function predicate({ type, message }: Issue, property: string, value: unknown): string {
  const expected = EXPECTED[type];
  if (value === undefined) return `is missing: ${MISSING[property] ?? "write it"}`;
  return expected === undefined ? message : `must be ${expected}, not ${kind(value)}`;
}

/** Whether an object has a property that is not known: there is one such issue, whatever the number of them. */
function isUnrecognized({ type, expected }: Issue): boolean {
  return type === "strict_object" && expected === "never";
}

function unrecognized(path: Path, key: string, known: string[]): { failure: Failure; meant?: string } {
  const meant = nearest(key, known);
  const property = spell([...path, key]);
  const question = meant ? `did you mean ${spell([...path, meant])}? ` : "";
  return {
    failure: { property, reason: `${property} is not known: ${question}Known are ${known.join(", ")}` },
    meant,
  };
}

function put(tree: unknown, path: Path, value: unknown): void {
  const parent = valueAt(tree, path.slice(0, -1));
  const last = path.at(-1);
  if (isTree(parent) && last !== undefined) parent[last] = value;
}

/** Without properties that are `null`, which JavaScript programs write for what is absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, withoutNulls(each)]])),
  );
}

/**
 * Checks types, lengths and the names of properties; what is still unknown is skipped wherever it stands.
 *
 * @returns what is wrong, and the inputs with the wrong parts marked as unknown, so that the other rules can go on
 */
export function checkShape(inputs: Record<string, unknown>): { failures: Failure[]; shaped: Shaped } {
  const shaped = withoutNulls(inputs) as Shaped;
  const { issues = [] } = v.safeParse(schema, shaped);
  const failures: Failure[] = [];
  // Where a mis-typed name was meant, nothing is missing.
  const meant: Path[] = [];
  for (const issue of issues.filter(isUnrecognized)) {
    const path = pathOf(issue).slice(0, -1);
    const known = PROPERTIES[spell(path)] ?? PROPERTIES.attribute;
    for (const key of Object.keys(valueAt(shaped, path) as Tree)) {
      if (known.includes(key)) continue;
      const { failure, meant: name } = unrecognized(path, key, known);
      failures.push(failure);
      if (name && valueAt(shaped, [...path, name]) === undefined) meant.push([...path, name]);
    }
  }
  for (const path of meant) put(shaped, path, UNKNOWN);
  for (const issue of issues) {
    const path = pathOf(issue);
    const value = valueAt(shaped, path);
    if (value === UNKNOWN || isUnrecognized(issue)) continue;
    const property = spell(path);
    failures.push({ property, reason: `${property} ${predicate(issue, property, value)}` });
    put(shaped, path, UNKNOWN);
  }
  return { failures, shaped };
}
