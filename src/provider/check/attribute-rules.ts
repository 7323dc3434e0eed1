import { isScopeAttribute, SCOPE_ATTRIBUTES } from "../../shared/scope-attributes";
import { ALL, UNKNOWN } from "../values";
import { failure, type Rule, type Side } from "./rule";

/** Returns the known attributes of a side. */
export function knownAttributes({ values }: Side) {
  const attributes: unknown = values.attributes;
  if (!Array.isArray(attributes)) return [];
  return values.attributes?.filter((each: unknown) => each !== UNKNOWN) ?? [];
}

export function hasUnknownAttributes({ values }: Side): boolean {
  const attributes: unknown = values.attributes;
  if (attributes === UNKNOWN) return true;
  const hasUnknownKey = (each: unknown) =>
    typeof each === "object" && each !== null && "key" in each && each.key === UNKNOWN;
  return Array.isArray(attributes) && attributes.some((each) => each === UNKNOWN || hasUnknownKey(each));
}

/**
 * Returns all attributes of a side, including unknown ones, so that indexes stay correct. An unknown attribute is not an
 * object.
 */
function attributesOf({ values }: Side): unknown[] {
  const attributes: unknown = values.attributes;
  return Array.isArray(attributes) ? (attributes as unknown[]) : [];
}

/** Returns a property of an attribute, or `UNKNOWN`. */
function valueOf(attribute: unknown, property: "key" | "operator" | "value"): unknown {
  if (typeof attribute !== "object" || attribute === null) return UNKNOWN;
  return (attribute as Partial<Record<string, unknown>>)[property];
}

const keysAreUnique: Rule = (side) => {
  const keys = attributesOf(side).map((each) => valueOf(each, "key"));
  const index = keys.findIndex(
    (key, at) =>
      typeof key === "string" &&
      key !== UNKNOWN &&
      (keys.indexOf(key) < at || Object.hasOwn(side.values, key)),
  );
  if (index < 0) return undefined;
  return failure(
    `${side.name}.attributes[${index}].key`,
    `is ${String(keys[index])}, which this side already has`,
  );
};

/** The rules of a property must not be bypassed by an attribute. */
const propertiesAreUsed: Rule = (side) => {
  const index = attributesOf(side).findIndex((each) => {
    const operator = valueOf(each, "operator") ?? "stringEquals";
    const value = valueOf(each, "value");
    const isProperty = isScopeAttribute(valueOf(each, "key")) && operator === "stringEquals";
    return isProperty && value !== ALL && value !== UNKNOWN;
  });
  if (index < 0) return undefined;
  const key = String(valueOf(attributesOf(side)[index], "key"));
  return failure(
    `${side.name}.attributes[${index}]`,
    `sets ${key}, which has a property: use ${side.name}.${key} instead`,
  );
};

const sourceKeysAreKnown: Rule = (side) => {
  if (side.name === "target") return undefined;
  const index = attributesOf(side).findIndex((each) => {
    const key = valueOf(each, "key");
    return typeof key === "string" && key !== UNKNOWN && !isScopeAttribute(key);
  });
  if (index < 0) return undefined;
  const key = String(valueOf(attributesOf(side)[index], "key"));
  return failure(
    `source.attributes[${index}].key`,
    `is ${key}, which IAM does not support on a source: use one of ${SCOPE_ATTRIBUTES.join(", ")}`,
  );
};

const sourceOperatorsAreKnown: Rule = (side) => {
  if (side.name === "target") return undefined;
  const index = attributesOf(side).findIndex((each) => {
    const operator = valueOf(each, "operator");
    return typeof operator === "string" && !["stringEquals", "stringExists", UNKNOWN].includes(operator);
  });
  if (index < 0) return undefined;
  return failure(
    `source.attributes[${index}].operator`,
    "must be stringEquals or stringExists: IAM supports no other operator on a source",
  );
};

export const ATTRIBUTE_RULES: readonly Rule[] = [
  keysAreUnique,
  propertiesAreUsed,
  sourceKeysAreKnown,
  sourceOperatorsAreKnown,
];
