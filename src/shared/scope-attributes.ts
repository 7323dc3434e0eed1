/**
 * The attributes of a scope that have a property of their own, in the order in which IBM's own clients send them. On a source
 * IAM knows no others. This list makes the schema, the mapping to IAM's policies and back, and the rules; a property of a
 * side that is not in it does not compile.
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
