import * as v from "valibot";
import { plainObject } from "../iam/plain-object";
import { CodedError } from "../shared/coded-error";
import { SCOPE_ATTRIBUTES, type ScopeAttribute } from "../shared/scope-attributes";
import type { Inputs } from "./inputs";
import type { State } from "./policy";

const text = v.string();
const texts = v.array(text);
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3_600));
const attribute = v.object({
  key: text,
  operator: v.optional(text),
  value: v.union([text, v.boolean(), texts]),
});
const attributes = v.optional(v.array(attribute));
const named = Object.fromEntries(SCOPE_ATTRIBUTES.map((key) => [key, v.optional(text)])) as Record<
  ScopeAttribute,
  v.OptionalSchema<typeof text, undefined>
>;
/** One side, as the inputs have it: with its account only where the program writes it. */
const side = v.pipe(plainObject, v.object({ ...named, attributes, tags: attributes }));
const sideOfState = v.pipe(
  plainObject,
  v.object({ ...named, accountId: text, attributes, tags: attributes }),
);

/** What each property of the state must be. What else is there, of another release or Pulumi's own, is left as it is. */
const PROPERTIES = {
  source: sideOfState,
  target: sideOfState,
  // Absent while it isn't known which roles IAM holds.
  roles: v.optional(texts),
  description: v.optional(text),
  state: text,
  href: text,
  createdAt: v.optional(text),
  createdById: v.optional(text),
  lastModifiedAt: v.optional(text),
  lastModifiedById: v.optional(text),
  pattern: v.optional(text),
  rule: v.optional(plainObject),
  template: v.optional(plainObject),
  adopt: v.optional(v.union([v.boolean(), text])),
  settle: v.optional(
    v.pipe(plainObject, v.object({ afterCreate: v.optional(seconds), beforeDelete: v.optional(seconds) })),
  ),
  presetRoles: v.optional(texts),
  credentials: v.optional(text),
} satisfies Record<keyof State, v.GenericSchema>;

const INPUTS = { ...PROPERTIES, source: side, target: side };

/**
 * The state that the engine hands over, as this package or an earlier release wrote it.
 *
 * @throws CodedError when it was edited by hand, and has other types
 */
export function storedState(held: unknown): State {
  const [malformed] = malformedIn(held, PROPERTIES);
  if (malformed !== undefined) {
    throw new CodedError(
      "malformed-state",
      `${malformed.path} in this stack's state is not as this package writes it: run pulumi refresh, which reads it from IAM`,
    );
  }
  return held as State;
}

/** The same without what was edited by hand: what a refresh needs to mend the rest. */
export function readableState(known: unknown): Partial<State> {
  return readable(known, PROPERTIES);
}

/** The inputs in state, without what was edited by hand. */
export function readableInputs(olds: unknown): Partial<Inputs> {
  return readable(olds, INPUTS);
}

type Schemas = Record<string, v.GenericSchema>;

function readable(values: unknown, schemas: Schemas): object {
  const malformed = new Set(malformedIn(values, schemas).map(({ key }) => key));
  return Object.fromEntries(entriesOf(values).filter(([key]) => !malformed.has(key)));
}

/** The properties that have other types, or are missing; and where in them. */
function malformedIn(values: unknown, schemas: Schemas): { key: string; path: string }[] {
  const given = new Map(entriesOf(values));
  return Object.entries(schemas).flatMap(([key, schema]) => {
    const { issues: [issue] = [] } = v.safeParse(schema, given.get(key));
    if (!issue) return [];
    return [{ key, path: [key, v.getDotPath(issue)].filter(Boolean).join(".") }];
  });
}

function entriesOf(values: unknown): [string, unknown][] {
  return typeof values === "object" && values !== null ? Object.entries(values) : [];
}
