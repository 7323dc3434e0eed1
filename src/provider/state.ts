import * as v from "valibot";
import { CodedError } from "../shared/coded-error";
import { plainObject } from "../shared/plain-object";
import { mapMetadata, mapScopeAttributes } from "../shared/policy-fields";
import type { Inputs, State } from "./types";

const text = v.string();
const texts = v.array(text);
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3_600));
const attribute = v.object({
  key: text,
  operator: v.optional(text),
  value: v.union([text, v.boolean(), texts]),
});
const attributes = v.optional(v.array(attribute));
const named = mapScopeAttributes(() => v.optional(text));
/** A side of the inputs: it has an account only if the program sets one. */
const inputSide = v.pipe(plainObject, v.object({ ...named, attributes, tags: attributes }));
const stateSide = v.pipe(plainObject, v.object({ ...named, accountId: text, attributes, tags: attributes }));
const optionalText = v.optional(text);

const metadata = { ...mapMetadata(() => optionalText), state: text, href: text };

/** The schema of each property of the state. Other properties, of another release or of Pulumi, are left untouched. */
const PROPERTIES = {
  source: stateSide,
  target: stateSide,
  // Undefined while it is unknown which roles IAM has.
  roles: v.optional(texts),
  description: optionalText,
  ...metadata,
  pattern: optionalText,
  rule: v.optional(plainObject),
  template: v.optional(plainObject),
  adopt: v.optional(v.union([v.boolean(), text])),
  settle: v.optional(
    v.pipe(plainObject, v.object({ afterCreate: v.optional(seconds), beforeDelete: v.optional(seconds) })),
  ),
  __presetRoles: v.optional(texts),
  credentials: optionalText,
} satisfies Record<keyof State, v.GenericSchema>;

const INPUTS = { ...PROPERTIES, source: inputSide, target: inputSide };

/**
 * Checks the state that the engine passes. This release or an earlier one wrote it.
 *
 * @throws CodedError if it was edited by hand and is malformed
 */
export function parseState(written: unknown): State {
  const state = withCurrentNames(written);
  const [malformed] = findMalformed(state, PROPERTIES);
  if (malformed === undefined) return state as State;
  throw new CodedError(
    "malformed-state",
    `${malformed.path} in this stack's state is malformed: run pulumi refresh, which reads it from IAM`,
  );
}

/** Drops malformed properties of a state, so that a refresh can repair them. */
export function readableState(state: unknown): Partial<State> {
  return dropMalformed(withCurrentNames(state), PROPERTIES);
}

/** Drops malformed properties of the inputs in state. */
export function readableInputs(inputs: unknown): Partial<Inputs> {
  return dropMalformed(withCurrentNames(inputs), INPUTS);
}

/** Renames the properties in inputs or outputs that an earlier release wrote under another name. */
export function withCurrentNames<Values>(values: Values): Values {
  if (typeof values !== "object" || values === null || !("presetRoles" in values)) return values;
  const { presetRoles, ...rest } = values;
  return { __presetRoles: presetRoles, ...rest } as Values;
}

type Schemas = Record<string, v.GenericSchema>;

function dropMalformed(values: unknown, schemas: Schemas): object {
  const malformed = new Set(findMalformed(values, schemas).map(({ key }) => key));
  return Object.fromEntries(entriesOf(values).filter(([key]) => !malformed.has(key)));
}

function findMalformed(values: unknown, schemas: Schemas): { key: string; path: string }[] {
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
