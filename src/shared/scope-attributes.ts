/**
 * The scope attributes that have a property of their own on a source or a target, in the order in which IBM's clients send
 * them. IAM accepts no other attributes on a source.
 *
 * The schema, the mapping to and from IAM's policies, and the rules are derived from this list. A property of
 * `AuthorizationSource` or `AuthorizationTarget` that is missing here fails the build.
 */
export const SCOPE_ATTRIBUTES = [
  "serviceName",
  "accountId",
  "serviceInstance",
  "resourceGroupId",
  "region",
  "resourceType",
  "resource",
] as const;

export type ScopeAttribute = (typeof SCOPE_ATTRIBUTES)[number];

export function isScopeAttribute(key: unknown): key is ScopeAttribute {
  return SCOPE_ATTRIBUTES.some((each) => each === key);
}

/** Returns an object with a value for each scope attribute. */
export function mapScopeAttributes<Value>(
  valueOf: (key: ScopeAttribute) => Value,
): Record<ScopeAttribute, Value> {
  const entries = SCOPE_ATTRIBUTES.map((key) => [key, valueOf(key)]);
  return Object.fromEntries(entries) as Record<ScopeAttribute, Value>;
}
