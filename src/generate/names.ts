import { ALL, EVENT_NOTIFICATIONS } from "../provider/values";
import { OTHER_ATTRIBUTES } from "../provider/scope-text";
import type { Authorization } from "../results";

type Side = Authorization["source"] | Authorization["target"];

/** The names of service instances by GUID, and of resource groups by id. */
export type NamesById = ReadonlyMap<string, string>;

/**
 * Returns a resource name for each authorization, made from the names of its instances and resources, such as
 * `failed-events-bucket` or `prod-secrets-events`. Names that collide become longer: first by the instance of the
 * resource, then by the Event Notifications instance, by the authorization's other limits, and by its roles. The last
 * resort is a number.
 */
export function resourceNames(
  authorizations: readonly Authorization[],
  names: NamesById,
  given: ReadonlyMap<string, string> = new Map(),
): string[] {
  const short = authorizations.map((each) => given.get(each.id) ?? shortNameOf(each, names));
  return numbered(LONGER.reduce((all, longer) => lengthened(all, longer, authorizations, names), short));
}

type Longer = (name: string, authorization: Authorization, names: NamesById) => string;

/** Lengthens the names that collide, if the longer names differ. */
function lengthened(
  all: readonly string[],
  longer: Longer,
  authorizations: readonly Authorization[],
  names: NamesById,
): string[] {
  const longerOnes = all.map((name, at) => {
    const authorization = authorizations[at];
    return authorization ? longer(name, authorization, names) : name;
  });
  const choices = new Map<string, Set<string>>();
  for (const [at, name] of all.entries())
    choices.set(name, (choices.get(name) ?? new Set()).add(longerOnes[at] ?? name));
  return all.map((name, at) => ((choices.get(name)?.size ?? 0) > 1 ? (longerOnes[at] ?? name) : name));
}

const LONGER: readonly Longer[] = [withInstance, withEventNotifications, withLimits, withRoles];

function shortNameOf({ source, target }: Authorization, names: NamesById): string {
  if (target.serviceName === EVENT_NOTIFICATIONS) return slug(`${sideName(source, names)}-events`);
  return slug(sideName(target, names));
}

/** Adds the name of the instance that a resource is in, such as `failed-events-bucket-in-prod-storage`. */
function withInstance(name: string, { source, target }: Authorization, names: NamesById): string {
  const [side] = [target, source].filter(({ resource }) => resource !== undefined);
  if (side === undefined) return name;
  const { resource, resourceType, ...instance } = side;
  return slug(`${name}-in-${sideName(instance, names)}`);
}

/** Adds the name of the instance on the side of Event Notifications. */
function withEventNotifications(name: string, { source, target }: Authorization, names: NamesById): string {
  if (target.serviceName === EVENT_NOTIFICATIONS) return slug(`${name}-to-${sideName(target, names)}`);
  return slug(`${name}-from-${sideName(source, names)}`);
}

/** Adds the source's account if it differs from the target's, the regions, and attributes and tags such as `keyring-events`. */
function withLimits(name: string, { source, target }: Authorization): string {
  const account = source.accountId === target.accountId ? "" : `account-${shortAccount(source)}`;
  const attributes = [source.attributes, target.attributes, target.tags].flatMap((each = []) => each);
  const limits = attributes.map(({ key, value }) => `${key}-${value === true ? "any" : String(value)}`);
  const others = OTHER_ATTRIBUTES.flatMap((key) => [source[key], target[key]]);
  return slug([name, account, ...others, ...limits].filter(Boolean).join("-"));
}

function withRoles(name: string, { roles }: Authorization): string {
  return slug([name, ...roles].join("-"));
}

function sideName(side: Side, names: NamesById): string {
  const { serviceName = "", serviceInstance, resourceGroupId, resourceType, resource } = side;
  const service = serviceName === ALL ? "all-services" : serviceName;
  if (resource !== undefined && resourceType !== undefined) return `${resource}-${resourceType}`;
  // A name without an ASCII letter or digit, such as 生産, leaves nothing for the resource's name.
  const nameOf = (id: string) => (slug(names.get(id) ?? "") === "" ? undefined : names.get(id));
  if (serviceInstance !== undefined && serviceInstance !== ALL)
    return nameOf(serviceInstance) ?? `${service}-${serviceInstance.slice(0, 8)}`;
  if (resourceGroupId === ALL) return `${service}-in-all-groups`;
  if (resourceGroupId !== undefined)
    return `${service}-in-${nameOf(resourceGroupId) ?? resourceGroupId.slice(0, 8)}`;
  return serviceInstance === ALL ? `all-${service}` : `${service}-${shortAccount(side)}`;
}

function shortAccount({ accountId }: Side): string {
  return accountId?.slice(0, 8) ?? "none";
}

/** Returns a text in lower case, with hyphens between its words. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

function numbered(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => uniqueName(name, taken, "-"));
}

/** Adds a number to a name that is taken already, and takes the result. */
export function uniqueName(name: string, taken: Set<string>, separator = ""): string {
  let unique = name;
  for (let count = 2; taken.has(unique); count += 1) unique = `${name}${separator}${count}`;
  taken.add(unique);
  return unique;
}
