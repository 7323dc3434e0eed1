import type { Authorization } from "../results";
import type { HeldPolicy } from "../iam/policy";
import { managerOf } from "./conflict";
import { parseCrn } from "./crn";
import { EVENT_NOTIFICATIONS } from "./inputs";
import { fromPolicy } from "./policy";

/** What a side has to say; what is not written says nothing. */
type Filter = Partial<Record<"accountId" | "serviceName" | "serviceInstance" | "resourceGroupId", string>>;

/** The policies of which one side is Event Notifications, oldest first. */
export function toAuthorizations(policies: readonly HeldPolicy[]): Authorization[] {
  return policies
    .map(toAuthorization)
    .filter(({ source, target }) => [source, target].some(isEventNotifications))
    .sort((one, other) => (ageOf(one) < ageOf(other) ? -1 : 1));
}

/** Whether an authorization says all of what is wanted. An instance is wanted by its GUID or its CRN. */
export function isMeant(
  { source, target }: Authorization,
  wanted: { source: Filter; target: Filter },
): boolean {
  return says(source, wanted.source) && says(target, wanted.target);
}

function toAuthorization(policy: HeldPolicy): Authorization {
  const { state, href, pattern, rule, template, ...said } = fromPolicy(policy, policy.roleNames);
  const managedBy = managerOf(policy);
  return { id: policy.id, ...said, ...(managedBy && { managedBy }) };
}

function isEventNotifications({ serviceName }: { serviceName?: string }): boolean {
  return serviceName === EVENT_NOTIFICATIONS;
}

function ageOf({ createdAt = "", id }: Authorization): string {
  return createdAt + id;
}

function says(side: object, filter: Readonly<Record<string, string | undefined>>): boolean {
  const held = new Map(Object.entries(side));
  return Object.entries(filter).every(
    ([key, value]) => value === undefined || held.get(key) === plain(value),
  );
}

function plain(value: string): string {
  return parseCrn(value)?.serviceInstance ?? value;
}
