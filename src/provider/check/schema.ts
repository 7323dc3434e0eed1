import * as v from "valibot";
import { plainObject } from "../../shared/plain-object";
import { mapScopeAttributes } from "../../shared/policy-fields";
import type { Inputs, Source, Target } from "../types";

/** IAM's limit: "Policy attribute values must be between 1 and 1,000 characters" (IAM policy API). */
const maxLength = v.maxCodePoints(
  1000,
  ({ requirement, received }: v.MaxCodePointsIssue<string, 1000>) =>
    `must not be longer than ${requirement} characters, and has ${received}`,
);
const text = v.pipe(
  v.string(),
  v.nonEmpty("must not be empty"),
  maxLength,
  v.check(
    (value) => value.trim() === value || value.trim() === "",
    ({ input }) => `must not begin or end with white space: write "${input.trim()}"`,
  ),
  v.check((value) => value === "" || value.trim() !== "", "must not consist of white space only"),
);
const description = v.pipe(v.string(), maxLength);

const texts = v.pipe(v.array(text), v.nonEmpty("must not be empty"));
const anyOf = v.pipe(
  v.array(v.unknown()),
  v.maxLength(10, ({ requirement }) => `must not have more than ${requirement} elements`),
  texts,
);

/** The schema of an attribute's value, by operator. */
const VALUES = {
  stringEquals: text,
  stringMatch: text,
  stringExists: v.boolean(),
  stringEqualsAnyOf: anyOf,
  stringMatchAnyOf: anyOf,
};

function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.optional(v.picklist(options, `must be one of ${options.join(", ")}`));
}

/** An object that refuses properties that the schema doesn't list. */
function strict<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(plainObject, v.strictObject(entries));
}

const attributeEntries = {
  key: text,
  operator: oneOf(Object.keys(VALUES) as (keyof typeof VALUES)[]),
  value: v.unknown(),
};
const validOperator = v.object({ ...attributeEntries, key: v.string() });
/** The operator decides which values are valid. */
const attribute = v.lazy((written) => {
  const value = v.is(validOperator, written)
    ? VALUES[written.operator ?? "stringEquals"]
    : attributeEntries.value;
  return strict({ ...attributeEntries, value });
});
const tag = { key: text, operator: oneOf(["stringEquals", "stringMatch"]), value: text };

/** A schema for each property: a property without one fails the build. */
type Schemas<Key extends PropertyKey> = Record<Key, v.GenericSchema>;

const scopeAttributes = mapScopeAttributes(() => v.optional(text));
const source = {
  ...scopeAttributes,
  attributes: v.optional(v.array(attribute)),
} satisfies Schemas<keyof Source>;
const target = {
  ...source,
  serviceName: text,
  tags: v.optional(v.array(strict(tag))),
} satisfies Schemas<keyof Target>;
const seconds = v.pipe(
  v.number(),
  v.check((value) => value >= 0 && value <= 3600, "must be seconds, from 0 to 3,600"),
);
const settle = { afterCreate: v.optional(seconds), beforeDelete: v.optional(seconds) };
const inputs = {
  source: strict(source),
  target: strict(target),
  roles: v.optional(texts),
  description: v.optional(description),
  adopt: v.optional(v.union([v.boolean(), text], "must be true, false or a policy's id")),
  settle: v.optional(strict(settle)),
  credentials: v.optional(text),
} satisfies Schemas<Exclude<keyof Inputs, "__presetRoles">>;

/** The schema of inputs whose values are all known. */
export const schema = strict(inputs);

/** The names of all properties, by the path of their object. */
export const PROPERTIES: Record<string, string[]> & { attribute: string[] } = {
  "": Object.keys(inputs),
  // `crn` is expanded before the inputs are validated.
  source: ["crn", ...Object.keys(source)],
  target: ["crn", ...Object.keys(target)],
  settle: Object.keys(settle),
  attribute: Object.keys(attributeEntries),
};

/** Inputs that match the schema where they are known. */
export type ValidInputs = v.InferOutput<typeof schema>;
