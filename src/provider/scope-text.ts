import { meansAllInstances, SCOPE_ATTRIBUTES, type ScopeAttribute } from "../shared/policy-fields";
import type { Source, Target } from "./types";

type Side = Source | Target;

/** Describes the scope of an authorization. */
export function scopeText({ source, target }: { source: Source; target: Target }): string {
  return `${sideText(source, target.accountId)} -> ${sideText(target, target.accountId)}`;
}

/** Describes a source or target: its service, with everything that limits it in parentheses. */
function sideText(side: Side, ownAccount: string | undefined): string {
  const { accountId, serviceName = "", serviceInstance, attributes = [], ...others } = side;
  const { tags = [], ...narrowing }: typeof others & Pick<Target, "tags"> = others;
  const words = [
    serviceInstance === "*" ? "all instances" : serviceInstance,
    ...Object.entries(narrowing).map(([key, value]) => `${key} ${value}`),
    ...attributeTexts(attributes, tags),
    accountText({ accountId }, ownAccount),
  ];
  return `${serviceName === "*" ? "any service" : serviceName} (${words.filter(Boolean).join(", ")})`;
}

/** Describes the account of a side, or returns `undefined` if it is the account of the authorization. */
export function accountText(
  { accountId }: { accountId: string | undefined },
  ownAccount: string | undefined,
): string | undefined {
  if (accountId === undefined) return "no account";
  return accountId === ownAccount ? undefined : `account ${accountId}`;
}

/** The attributes that have words of their own in a text about a scope. */
const NAMED = new Set<ScopeAttribute>([
  "serviceName",
  "accountId",
  "serviceInstance",
  "resourceGroupId",
  "resourceType",
  "resource",
]);

/** All other attributes. */
export const OTHER_ATTRIBUTES = SCOPE_ATTRIBUTES.filter((key) => !NAMED.has(key));

/** Describes what limits a side besides its service, instance, resource group and account, one text for each limit. */
export function limitTexts(side: Side): string[] {
  const { resourceType, resource, attributes, tags }: Side & Pick<Target, "tags"> = side;
  return [
    ...OTHER_ATTRIBUTES.map((key) => side[key] && `${key} ${side[key]}`),
    [resourceType, resource].filter(Boolean).join(" "),
    ...attributeTexts(attributes, tags),
  ].flatMap((text) => (text ? [text] : []));
}

/** Describes conditions: one text for each. */
export function attributeTexts(...lists: Side["attributes"][]): string[] {
  return lists
    .flatMap((list) => list ?? [])
    .map(({ key, operator = "", value }) => `${key} ${operator} ${String(value)}`);
}

/** Returns true if a side covers all instances, all resource groups or all services. */
export function isBroad({ serviceName, serviceInstance, resourceGroupId, attributes = [] }: Side): boolean {
  // IAM also has policies that name all instances by a condition that an instance exists.
  return attributes.some(meansAllInstances) || [serviceName, serviceInstance, resourceGroupId].includes("*");
}
