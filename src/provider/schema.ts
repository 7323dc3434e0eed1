import * as v from "valibot";
import { plainObject } from "../iam/plain-object";
import { SCOPE_ATTRIBUTES, type ScopeAttribute } from "../shared/scope-attributes";
import type { Inputs, Source, Target } from "./inputs";

/** Refuses what IAM would: "Policy attribute values must be between 1 and 1,000 characters" (IAM policy API). */
const notTooLong = v.maxCodePoints(
  1000,
  ({ requirement, received }: v.MaxCodePointsIssue<string, 1000>) =>
    `must not be longer than ${requirement} characters, and has ${received}`,
);
const text = v.pipe(
  v.string(),
  v.nonEmpty("must not be empty"),
  notTooLong,
  v.check(
    (value) => value.trim() === value || value.trim() === "",
    ({ input }) => `must not begin or end with white space: write "${input.trim()}"`,
  ),
  v.check((value) => value === "" || value.trim() !== "", "must not be white space alone"),
);
const description = v.pipe(v.string(), notTooLong);

const texts = v.pipe(v.array(text), v.nonEmpty("must not be empty"));
const anyOf = v.pipe(
  v.array(v.unknown()),
  v.maxLength(10, ({ requirement }) => `must not have more than ${requirement} elements`),
  texts,
);

/** What each operator compares with. */
const COMPARED = {
  stringEquals: text,
  stringMatch: text,
  stringExists: v.boolean(),
  stringEqualsAnyOf: anyOf,
  stringMatchAnyOf: anyOf,
};

function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.optional(v.picklist(options, `must be one of ${options.join(", ")}`));
}

/** An object with no other properties than these. */
function strict<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(plainObject, v.strictObject(entries));
}

const attribute = {
  key: text,
  operator: oneOf(Object.keys(COMPARED) as (keyof typeof COMPARED)[]),
  value: v.unknown(),
};
const comparing = v.object({ ...attribute, key: v.string() });
/** The value is checked once the rest tells what it is compared with. */
const comparison = v.lazy((written) => {
  const value = v.is(comparing, written) ? COMPARED[written.operator ?? "stringEquals"] : attribute.value;
  return strict({ ...attribute, value });
});
const tag = { key: text, operator: oneOf(["stringEquals", "stringMatch"]), value: text };
/** One for each property: an argument that has none does not compile. */
type Schemas<Key extends PropertyKey> = Record<Key, v.GenericSchema>;

const named = Object.fromEntries(SCOPE_ATTRIBUTES.map((key) => [key, v.optional(text)])) as Record<
  ScopeAttribute,
  v.OptionalSchema<typeof text, undefined>
>;
const source = { ...named, attributes: v.optional(v.array(comparison)) } satisfies Schemas<keyof Source>;
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
} satisfies Schemas<Exclude<keyof Inputs, "presetRoles">>;
/** What inputs look like when everything is known. */
export const schema = strict(inputs);

/** The names that are known, by where they stand. */
export const PROPERTIES: Record<string, string[]> & { attribute: string[] } = {
  "": Object.keys(inputs),
  // A side's CRN is written out before anything is checked.
  source: ["crn", ...Object.keys(source)],
  target: ["crn", ...Object.keys(target)],
  settle: Object.keys(settle),
  attribute: Object.keys(attribute),
};

/** Inputs of the right shape, as far as they are known. */
export type Shaped = v.InferOutput<typeof schema>;
