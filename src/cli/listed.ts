import { accountText, attributeTexts, limitTexts } from "../provider/scope-text";
import { SCOPE_ATTRIBUTES, type ScopeAttribute } from "../shared/policy-fields";
import type { Authorization, ResourceGroup, ServiceInstance } from "../results";
import type { Account } from "./account";
import { tableOf, type Column, type Screen } from "./terminal";

/** The names of instances by GUID, and of resource groups by id. */
export type Names = ReadonlyMap<string, string>;

/** The instances and resource groups of an account. */
export interface Places {
  instances: readonly ServiceInstance[];
  groups: readonly ResourceGroup[];
}

/** Lists the instances and resource groups, with one call each. If the credentials can't list them, it returns none. */
export async function placesOf(account: Account, note: (text: string) => void): Promise<Places> {
  const optional = async <Each>(what: string, list: Promise<Each[] | undefined>) => {
    try {
      return (await list) ?? [];
    } catch {
      note(`The names of ${what} are not shown: these credentials cannot list them`);
      return [];
    }
  };
  const [instances, groups] = await Promise.all([
    optional<ServiceInstance>("instances", account.instances()),
    optional<ResourceGroup>("resource groups", account.groups()),
  ]);
  return { instances, groups };
}

/** Lists the names of instances and resource groups. */
export async function namesOf(account: Account, note: (text: string) => void): Promise<Names> {
  return toNames(await placesOf(account, note));
}

export function toNames({ instances, groups }: Places): Names {
  return new Map([
    ...instances.map(({ guid, name }) => [guid, name] as const),
    ...groups.map(({ id, name }) => [id, name] as const),
  ]);
}

type Side = Authorization["source"] | Authorization["target"];

/** Adds the names that belong to the ids in an authorization. */
export function withNames(authorization: Authorization, names: Names) {
  const ids = [authorization.source, authorization.target].flatMap(({ serviceInstance, resourceGroupId }) => [
    serviceInstance,
    resourceGroupId,
  ]);
  const known = ids.flatMap((id) => {
    const name = id === undefined ? undefined : names.get(id);
    return id === undefined || name === undefined ? [] : [[id, name] as const];
  });
  return { ...authorization, ...(known.length > 0 && { names: Object.fromEntries(known) }) };
}

/** Describes a side: the service and each property that limits it, on a line each. */
export function sideLines(side: Side, ownAccount: string | undefined, names: Names, shorten = false): string {
  const { accountId, serviceName = "", serviceInstance, resourceGroupId } = side;
  const named = (id: string) => {
    const name = names.get(id);
    if (name === undefined) return id;
    return shorten ? `${name} (${id.slice(0, 8)})` : `${name} (${id})`;
  };
  return [
    serviceName === "*" ? "any service" : serviceName,
    serviceInstance === "*" ? "all instances" : serviceInstance && named(serviceInstance),
    resourceGroupId === "*" ? "all resource groups" : resourceGroupId && `group ${named(resourceGroupId)}`,
    ...limitTexts(side),
    accountText({ accountId }, ownAccount),
  ]
    .filter(Boolean)
    .join("\n");
}

/** The minimum number of characters of an id that are shown. */
const SHORT_ID = 8;

/** Returns the number of leading characters that distinguish these ids, at least eight. */
function shortestLength(ids: readonly string[]): number {
  let length = SHORT_ID;
  while (length < 36 && new Set(ids.map((id) => id.slice(0, length))).size < new Set(ids).size) length++;
  return length;
}

/** Terminals with at least this many columns show whole ids. */
const WIDE = 140;

/** Writes authorizations as a table. On a terminal, ids are shortened; `show` accepts the short ids. */
export function authorizationTable(
  all: readonly Authorization[],
  names: Names,
  screen: Screen,
  now = Date.now(),
): string {
  const isNarrow = screen.width !== undefined && screen.width < WIDE;
  const idLength = isNarrow ? shortestLength(all.map(({ id }) => id)) : 36;
  const columns: Column<Authorization>[] = [
    { head: "ID", value: ({ id }) => id.slice(0, idLength) },
    {
      head: "SOURCE",
      value: ({ source, target }) => sideLines(source, target.accountId, names, isNarrow),
      weight: 10,
    },
    {
      head: "TARGET",
      value: ({ target }) => sideLines(target, target.accountId, names, isNarrow),
      weight: 10,
    },
    { head: "ROLES", value: ({ roles }) => roles.join(",\n"), weight: 5 },
    {
      head: "MADE",
      value: (each) => `${ageText(each.createdAt, now)} ago\nby ${makerText(each)}`,
      weight: 6,
    },
  ];
  return tableOf(columns, all, screen);
}

function makerText({ createdById = "?", managedBy }: Authorization): string {
  if (managedBy === "template") return "enterprise template";
  const crn = createdById.replace(/^crn-/, "").split(":");
  return createdById.startsWith("crn-") ? `service ${crn[4] ?? ""}` : createdById;
}

const DAY = 86_400_000;
const UNITS = [
  [365 * DAY, "y"],
  [DAY, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
] as const;

/** Returns the age of a time in its largest unit: `3y`, `12d`, `5h`, `2m`. */
export function ageText(time: string | undefined, now: number): string {
  const age = now - Date.parse(time ?? "");
  if (Number.isNaN(age)) return "?";
  const [size, unit] = UNITS.find(([each]) => age >= each) ?? [1000, "s"];
  return `${Math.max(0, Math.floor(age / size))}${unit}`;
}

/** The columns of a CSV file that don't have the name of their attribute, after the prefix. They come first. */
const COLUMNS: Partial<Record<ScopeAttribute, string>> = {
  serviceName: "Service",
  serviceInstance: "Instance",
  resourceGroupId: "ResourceGroup",
  accountId: "Account",
};

/** The attributes that have a column, in the order of the columns. */
const COLUMN_KEYS = new Set([...(Object.keys(COLUMNS) as ScopeAttribute[]), ...SCOPE_ATTRIBUTES]);

/** The attributes whose column is followed by one with the name. */
const NAMED = new Set(["serviceInstance", "resourceGroupId"]);

/** Returns an authorization as one row of a CSV file. */
export function flatRow(authorization: Authorization, names: Names): Record<string, unknown> {
  const { id, source, target, roles, description, createdAt, createdById, managedBy } = authorization;
  const nameOf = (key = "") => names.get(key) ?? "";
  const flat = (prefix: string, side: Side & Pick<Authorization["target"], "tags">) => {
    const columns = [...COLUMN_KEYS].flatMap((key) => {
      const value = side[key];
      const column = COLUMNS[key] ?? key.charAt(0).toUpperCase() + key.slice(1);
      const name = NAMED.has(key) ? [[`${prefix}${column}Name`, nameOf(value)]] : [];
      return [[`${prefix}${column}`, value], ...name];
    });
    const attributes = attributeTexts(side.attributes, side.tags).join("; ");
    return { ...(Object.fromEntries(columns) as object), [`${prefix}Attributes`]: attributes };
  };
  return {
    id,
    ...flat("source", source),
    ...flat("target", target),
    roles: roles.join(", "),
    description,
    createdAt,
    createdById,
    managedBy,
  };
}
