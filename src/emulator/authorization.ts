import type { Attribute, Policy } from "./policy";
import type { RoleCatalog } from "./role-catalog";
import { SCOPE_KEYS, type AuthorizationSide } from "./scope";

/** A policy as a program would declare it. */
export interface Authorization {
  source: AuthorizationSide;
  target: AuthorizationSide;
  /** The roles' display names, sorted. A role without a name appears as its CRN. */
  roles: string[];
  /** Missing if the policy has no description. */
  description?: string;
}

/** Describes a policy with the properties that a program uses. */
export function authorizationOf(policy: Policy, roles: Pick<RoleCatalog, "byId">): Authorization {
  const { subject, resource, control, description } = policy;
  const names = control.grant.roles.map(({ role_id }) => roles.byId(role_id)?.display_name ?? role_id);
  return {
    source: sideOf(subject.attributes),
    target: { ...sideOf(resource.attributes), ...(resource.tags?.length && { tags: resource.tags }) },
    roles: names.sort(),
    ...(description && { description }),
  };
}

function sideOf(attributes: readonly Attribute[]): AuthorizationSide {
  const properties: Record<string, string> = {};
  const others: Attribute[] = [];
  for (const attribute of attributes) {
    const value = propertyValue(attribute);
    if (value === undefined) others.push(attribute);
    else properties[attribute.key] = value;
  }
  const has = (...keys: string[]) => attributes.some(({ key }) => keys.includes(key));
  return {
    ...(!has("serviceName") && { serviceName: "*" }),
    ...(!has("serviceInstance", "resourceGroupId") && { serviceInstance: "*" }),
    ...properties,
    ...(others.length > 0 && { attributes: others }),
  };
}

/** Returns the value of an attribute as a property, or `undefined` if only `attributes` can hold it. */
function propertyValue({ key, operator, value }: Attribute): string | undefined {
  if (!SCOPE_KEYS.includes(key)) return undefined;
  if (operator === "stringEquals" && typeof value === "string") return value;
  const hasAll = key === "serviceInstance" || key === "resourceGroupId";
  return hasAll && operator === "stringExists" && value === true ? "*" : undefined;
}
