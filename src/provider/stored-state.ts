import * as v from "valibot";
import { plainObject } from "../iam/plain-object";
import { CodedError } from "../shared/coded-error";
import type { State } from "./policy";

const text = v.string();
const texts = v.array(text);
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3_600));
const attribute = v.object({
  key: text,
  operator: v.optional(text),
  value: v.union([text, v.boolean(), texts]),
});
const side = {
  serviceName: v.optional(text),
  accountId: text,
  serviceInstance: v.optional(text),
  resourceGroupId: v.optional(text),
  region: v.optional(text),
  resourceType: v.optional(text),
  resource: v.optional(text),
  attributes: v.optional(v.array(attribute)),
};

/** What each property of the state must be. What else is there, of another release or Pulumi's own, is left as it is. */
const PROPERTIES = {
  source: v.pipe(plainObject, v.object(side)),
  target: v.pipe(plainObject, v.object({ ...side, tags: v.optional(v.array(attribute)) })),
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

/**
 * The state that the engine hands over, as this package or an earlier release wrote it.
 *
 * @throws CodedError when it was edited by hand, and has other types
 */
export function storedState(held: object): State {
  const property = malformedIn(held)[0];
  if (property !== undefined) {
    throw new CodedError(
      "malformed-state",
      `${property} in this stack's state is not as this package writes it: run pulumi refresh, which reads it from IAM`,
    );
  }
  return held as State;
}

/** The same without what was edited by hand: what a refresh needs to mend the rest. */
export function readableState(known: object): Partial<State> {
  const malformed = new Set(malformedIn(known));
  return Object.fromEntries(Object.entries(known).filter(([key]) => !malformed.has(key)));
}

/** The properties that have other types; those that are missing only where something is there at all. */
function malformedIn(held: object): string[] {
  const values = new Map<string, unknown>(Object.entries(held));
  return Object.entries(PROPERTIES).flatMap(([key, schema]) => (v.is(schema, values.get(key)) ? [] : [key]));
}
