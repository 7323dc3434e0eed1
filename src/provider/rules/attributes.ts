import { ALL } from "../inputs";
import { SCOPE_ATTRIBUTES } from "../../shared/scope-attributes";
import { UNKNOWN } from "../unknown";
import { refusal, type Rule, type Side } from "./side";

/** The attributes of a side that are known, whatever is unknown left out. */
export function knownAttributes({ is }: Side) {
  const attributes: unknown = is.attributes;
  if (!Array.isArray(attributes)) return [];
  return is.attributes?.filter((each: unknown) => each !== UNKNOWN) ?? [];
}

export function hasUnknownAttributes({ is }: Side): boolean {
  const attributes: unknown = is.attributes;
  if (attributes === UNKNOWN) return true;
  return Array.isArray(attributes) && attributes.some((each) => each === UNKNOWN || isKeyUnknown(each));
}

function isKeyUnknown(attribute: unknown): boolean {
  return (
    typeof attribute === "object" && attribute !== null && "key" in attribute && attribute.key === UNKNOWN
  );
}

/** The attributes of a side, each in its place; one that is unknown is no object. */
function attributesOf({ is }: Side): unknown[] {
  const attributes: unknown = is.attributes;
  return Array.isArray(attributes) ? (attributes as unknown[]) : [];
}

/** A property of an attribute as far as it is known; an unknown one matches nothing. */
function known(attribute: unknown, property: "key" | "operator" | "value"): unknown {
  if (typeof attribute !== "object" || attribute === null) return UNKNOWN;
  return (attribute as Partial<Record<string, unknown>>)[property];
}

export const attributesAreOnce: Rule = (side) => {
  const keys = attributesOf(side).map((each) => known(each, "key"));
  const twice = keys.findIndex((key, at) => {
    return (
      typeof key === "string" && key !== UNKNOWN && (keys.indexOf(key) < at || Object.hasOwn(side.is, key))
    );
  });
  return twice < 0
    ? undefined
    : refusal(
        `${side.name}.attributes[${twice}].key`,
        `is ${String(keys[twice])}, which is written elsewhere on this side too`,
      );
};

/** Whatever has a property is checked there: nothing goes round its rules. */
export const propertiesAreUsed: Rule = (side) => {
  const at = attributesOf(side).findIndex((each) => {
    const operator = known(each, "operator") ?? "stringEquals";
    const value = known(each, "value");
    return (
      SCOPE_ATTRIBUTES.some((name) => name === known(each, "key")) &&
      operator === "stringEquals" &&
      value !== ALL &&
      value !== UNKNOWN
    );
  });
  if (at < 0) return undefined;
  const key = String(known(attributesOf(side)[at], "key"));
  return refusal(`${side.name}.attributes[${at}]`, `has a property of its own: write ${side.name}.${key}`);
};

export const sourceKeys: Rule = (side) => {
  if (side.name === "target") return undefined;
  const at = attributesOf(side).findIndex((each) => {
    const key = known(each, "key");
    return typeof key === "string" && key !== UNKNOWN && !SCOPE_ATTRIBUTES.some((name) => name === key);
  });
  if (at < 0) return undefined;
  const key = String(known(attributesOf(side)[at], "key"));
  return refusal(
    `source.attributes[${at}].key`,
    `is ${key}, and IAM knows no such attribute of a source: it knows ${SCOPE_ATTRIBUTES.join(", ")}`,
  );
};

export const sourceOperators: Rule = (side) => {
  if (side.name === "target") return undefined;
  const at = attributesOf(side).findIndex((each) => {
    const operator = known(each, "operator");
    return typeof operator === "string" && !["stringEquals", "stringExists", UNKNOWN].includes(operator);
  });
  return at < 0
    ? undefined
    : refusal(
        `source.attributes[${at}].operator`,
        "must be stringEquals or stringExists: IAM knows no other on a source",
      );
};
