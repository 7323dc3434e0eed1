/** The metadata that IAM records about a policy. These are outputs of the resource, in this order. */
export interface PolicyMetadata {
  /** `"active"`. A policy that IAM keeps as `"deleted"` counts as gone. */
  state: string;
  /** The policy's URL in IAM's API. */
  href: string;
  /** The time of creation: ISO 8601, UTC. */
  createdAt?: string;
  /** The IAM id of the creator: `IBMid-…`, `iam-ServiceId-…` or `iam-Profile-…`. */
  createdById?: string;
  /** The time of the last change: ISO 8601, UTC. */
  lastModifiedAt?: string;
  /** The IAM id of the identity that made the last change. */
  lastModifiedById?: string;
}

/** The name of each property in IAM's API. A property that is missing here fails the build. */
export const METADATA_FIELDS = {
  state: "state",
  href: "href",
  createdAt: "created_at",
  createdById: "created_by_id",
  lastModifiedAt: "last_modified_at",
  lastModifiedById: "last_modified_by_id",
} as const satisfies Record<keyof PolicyMetadata, string>;

/** Returns an object with a value for each property of the metadata. */
export function mapMetadata<Value>(
  valueOf: (key: keyof PolicyMetadata) => Value,
): Record<keyof PolicyMetadata, Value> {
  const keys = Object.keys(METADATA_FIELDS) as (keyof PolicyMetadata)[];
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<keyof PolicyMetadata, Value>;
}

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

/** A condition of a policy, or of an argument. */
interface Condition {
  key: string;
  operator?: string;
  value: unknown;
}

/**
 * Returns true for the condition that `serviceInstance` exists. It limits nothing: it means "all instances", as does a scope
 * without `serviceInstance`. With the value `false`, it is a limit.
 */
export function meansAllInstances(condition: Condition): boolean {
  // In the preview of a policy pack, a value can be unknown, and reading it throws. It is read only if the rest matches.
  return (
    condition.key === "serviceInstance" && condition.operator === "stringExists" && condition.value === true
  );
}
