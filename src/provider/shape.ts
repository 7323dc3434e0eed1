import { createRequire } from "node:module";
import type { z } from "zod";
import { nearest } from "./nearest";
import type { PROPERTIES, schema, Shaped } from "./schema";
import { UNKNOWN } from "./unknown";

/** Loaded when something is checked: reading and deleting go without zod. */
const load = createRequire(__filename);
const schemas = () => load("./schema") as { schema: typeof schema; PROPERTIES: typeof PROPERTIES };

/** One refused property: its path, and a sentence that names it. What Pulumi calls a CheckFailure. */
export interface Failure {
  property: string;
  reason: string;
}

/** What a required property asks for when it is missing. */
const MISSING: Record<string, string> = {
  source: 'say who is authorized, such as { serviceInstance: "<GUID or CRN>" }',
  target: 'say what may be reached, such as { serviceName: "kms", serviceInstance: "<GUID or CRN>" }',
  "target.serviceName": 'say which service may be reached, such as "kms"',
};

type Path = readonly (string | number)[];
type Tree = Record<string | number, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

function stringPath(path: readonly PropertyKey[]): Path {
  return path.filter((key) => typeof key !== "symbol");
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
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const EXPECTED: Record<string, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
};

/** The sentence for one issue, without its subject. */
function predicate(issue: z.core.$ZodIssue, property: string, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      if (value === undefined) return `is missing: ${MISSING[property] ?? "write it"}`;
      return `must be ${EXPECTED[issue.expected] ?? issue.expected}, not ${kind(value)}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}`;
    case "too_small":
      return `must not be empty`;
    case "too_big":
      return `must not have more than ${issue.maximum} elements`;
    default:
      return issue.message;
  }
}

function unrecognized(path: Path, key: string): { failure: Failure; meant?: string } {
  const parent = spell(path);
  const { PROPERTIES: names } = schemas();
  const known = names[parent] ?? names.attribute;
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
  const issues = schemas().schema.safeParse(shaped).error?.issues ?? [];
  const failures: Failure[] = [];
  // Where a mis-typed name was meant, nothing is missing.
  const meant: Path[] = [];
  for (const { path, keys } of issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? [issue] : [],
  )) {
    for (const key of keys) {
      const { failure, meant: name } = unrecognized(stringPath(path), key);
      failures.push(failure);
      if (name && valueAt(shaped, [...stringPath(path), name]) === undefined)
        meant.push([...stringPath(path), name]);
    }
  }
  for (const path of meant) put(shaped, path, UNKNOWN);
  for (const issue of issues) {
    const path = stringPath(issue.path);
    const value = valueAt(shaped, path);
    if (value === UNKNOWN || issue.code === "unrecognized_keys") continue;
    const property = spell(path);
    failures.push({ property, reason: `${property} ${predicate(issue, property, value)}` });
    put(shaped, path, UNKNOWN);
  }
  return { failures, shaped };
}
