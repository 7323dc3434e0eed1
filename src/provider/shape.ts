import { z } from "zod";
import { nearest } from "./nearest";
import { UNKNOWN } from "./unknown";

/** One refused property: its path, and a sentence that names it. What Pulumi calls a CheckFailure. */
export interface Failure {
  property: string;
  reason: string;
}

const LONGEST = 1000;

/** Refuses what IAM would: "Policy attribute values must be between 1 and 1,000 characters" (IAM policy API). */
function refuseLength(value: string, context: z.RefinementCtx, whenEmpty: string): void {
  const { length } = Array.from(value);
  if (length === 0) context.addIssue({ code: "custom", message: whenEmpty });
  if (length > LONGEST) {
    context.addIssue({
      code: "custom",
      message: `must not be longer than ${LONGEST} characters, and has ${length}`,
    });
  }
}

const text = z.string().superRefine((value, context) => {
  refuseLength(value, context, "must not be empty");
  if (value.trim() !== value && value.trim() !== "") {
    context.addIssue({ code: "custom", message: "must not begin or end with white space" });
  }
  if (value !== "" && value.trim() === "")
    context.addIssue({ code: "custom", message: "must not be white space alone" });
});
const description = z.string().superRefine((value, context) => {
  refuseLength(value, context, "must not be empty: leave it out to clear it in IAM");
});

/** What each operator compares with. */
const COMPARED = {
  stringEquals: text,
  stringMatch: text,
  stringExists: z.boolean(),
  stringEqualsAnyOf: z.array(text).min(1).max(10),
  stringMatchAnyOf: z.array(text).min(1).max(10),
};

const attribute = z
  .strictObject({
    key: text,
    operator: z.enum(Object.keys(COMPARED) as (keyof typeof COMPARED)[]).optional(),
    value: z.unknown(),
  })
  .superRefine(({ operator = "stringEquals", value }, context) => {
    for (const issue of COMPARED[operator].safeParse(value).error?.issues ?? []) {
      context.addIssue({ ...issue, path: ["value", ...issue.path] });
    }
  });
const tag = z.strictObject({
  key: text,
  operator: z.enum(["stringEquals", "stringMatch"]).optional(),
  value: text,
});
const side = {
  accountId: text.optional(),
  serviceInstance: text.optional(),
  resourceGroupId: text.optional(),
  region: text.optional(),
  resourceType: text.optional(),
  resource: text.optional(),
  attributes: z.array(attribute).optional(),
};
const shape = z.strictObject({
  source: z.strictObject({ serviceName: text.optional(), ...side }),
  target: z.strictObject({ serviceName: text, ...side, tags: z.array(tag).optional() }),
  roles: z.array(text).min(1),
  description: description.optional(),
});

const PROPERTIES: Record<string, string[]> & { attribute: string[] } = {
  "": Object.keys(shape.shape),
  source: Object.keys(shape.shape.source.shape),
  target: Object.keys(shape.shape.target.shape),
  attribute: Object.keys(attribute.shape),
};

/** What a required property asks for when it is missing. */
const MISSING: Record<string, string> = {
  source: 'say who is authorized, such as { serviceInstance: "<GUID or CRN>" }',
  target: 'say what may be reached, such as { serviceName: "kms", serviceInstance: "<GUID or CRN>" }',
  "target.serviceName": 'say which service may be reached, such as "kms"',
  roles: 'say what it may do there, such as ["Reader"]',
};

type Path = readonly (string | number)[];
type Tree = Record<string | number, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
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
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const EXPECTED: Record<string, string> = {
  string: "a text",
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
  const known = PROPERTIES[parent] ?? PROPERTIES.attribute;
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

/** Inputs of the right shape, as far as they are known. */
export type Shaped = z.infer<typeof shape>;

/**
 * Checks types, lengths and the names of properties; what is still unknown is skipped wherever it stands.
 *
 * @returns what is wrong, and the inputs with the wrong parts marked as unknown, so that the other rules can go on
 */
export function checkShape(inputs: Record<string, unknown>): { failures: Failure[]; shaped: Shaped } {
  const shaped = withoutNulls(inputs) as Shaped;
  const issues = shape.safeParse(shaped).error?.issues ?? [];
  const failures: Failure[] = [];
  const marks: Path[] = [];
  for (const issue of issues) {
    const path = issue.path.filter((key) => typeof key !== "symbol");
    const value = valueAt(shaped, path);
    if (value === UNKNOWN) continue;
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const { failure, meant } = unrecognized(path, key);
        failures.push(failure);
        if (meant) marks.push([...path, meant]);
      }
      continue;
    }
    const property = spell(path);
    failures.push({ property, reason: `${property} ${predicate(issue, property, value)}` });
    marks.push(path);
  }
  for (const path of marks) put(shaped, path, UNKNOWN);
  return { failures, shaped };
}
