import type { Policy } from "../iam/types";
import type { Authorization } from "../results";
import { parseCrn } from "../shared/crn";
import { managedBy } from "./errors";
import { describePolicy } from "./policy-mapping";
import { EVENT_NOTIFICATIONS } from "./values";

/** The values that a side must have. An undefined property matches any value. */
type Filter = Partial<Record<"accountId" | "serviceName" | "serviceInstance" | "resourceGroupId", string>>;

/** Returns the authorizations with Event Notifications on one side, oldest first. */
export function toAuthorizations(policies: readonly Policy[]): Authorization[] {
  return toAllAuthorizations(policies).filter(isOfEventNotifications);
}

/** Returns true if Event Notifications is on one side. */
export function isOfEventNotifications({ source, target }: Authorization): boolean {
  return [source, target].some(({ serviceName }) => serviceName === EVENT_NOTIFICATIONS);
}

/** Returns the authorizations between any two services, oldest first. */
export function toAllAuthorizations(policies: readonly Policy[]): Authorization[] {
  const sortKey = ({ createdAt = "", id }: Authorization) => createdAt + id;
  return policies.map(toAuthorization).sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
}

function toAuthorization(policy: Policy): Authorization {
  const { state, href, pattern, rule, template, ...rest } = describePolicy(policy, policy.roleNames);
  const manager = managedBy(policy);
  return { id: policy.id, ...rest, ...(manager && { managedBy: manager }) };
}

/** Returns true if an authorization matches both filters. A filter names an instance by its GUID or its CRN. */
export function matchesFilter(
  { source, target }: Authorization,
  filter: { source: Filter; target: Filter },
): boolean {
  return matchesSide(source, filter.source) && matchesSide(target, filter.target);
}

function matchesSide(side: object, filter: Readonly<Record<string, string | undefined>>): boolean {
  const values = new Map(Object.entries(side));
  return Object.entries(filter).every(
    ([key, value]) => value === undefined || values.get(key) === (parseCrn(value)?.serviceInstance ?? value),
  );
}
