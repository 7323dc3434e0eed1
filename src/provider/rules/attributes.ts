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

export const attributesAreOnce: Rule = (side) => {
  const keys = knownAttributes(side).map(({ key }) => key);
  const twice = keys.findIndex((key, at) => {
    return key !== UNKNOWN && (keys.indexOf(key) < at || Object.hasOwn(side.is, key));
  });
  return twice < 0
    ? undefined
    : refusal(
        `${side.name}.attributes[${twice}].key`,
        `is ${String(keys[twice])}, which is written elsewhere on this side too`,
      );
};

export const sourceOperators: Rule = (side) => {
  if (side.name === "target") return undefined;
  const at = (side.is.attributes ?? []).findIndex((each: unknown) => {
    if (typeof each !== "object" || each === null || !("operator" in each)) return false;
    return !["stringEquals", "stringExists", UNKNOWN, undefined].includes(
      each.operator as string | undefined,
    );
  });
  return at < 0
    ? undefined
    : refusal(
        `source.attributes[${at}].operator`,
        "must be stringEquals or stringExists: IAM knows no other on a source",
      );
};
