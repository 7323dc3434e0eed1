import type { Caller } from "./accounts";
import { invalidQuery, Refusal } from "./errors";
import type { Policy } from "./policy";
import { attributeOf } from "./policy-schema";
import type { Entry, PolicyStore } from "./policy-store";
import type { Query } from "./requests";
import { listed } from "./schema-issues";

const SORT_KEYS = [
  "id",
  "type",
  "href",
  "created_at",
  "created_by_id",
  "last_modified_at",
  "last_modified_by_id",
  "state",
] as const;
type SortKey = (typeof SORT_KEYS)[number];

/** Sort keys that are equal for all policies, because the emulator makes no access decisions. */
const LAST_PERMIT = ["last_permit_at", "last_permit_frequency"];

/** The filters that only one version of the API has. Source: IBM's SDK. */
export const FILTERS_V1 = ["tag_name", "tag_value"] as const;
export const FILTERS_V2 = ["service_name", "service_group_id"] as const;
type VersionFilter = (typeof FILTERS_V1 | typeof FILTERS_V2)[number];

/** The largest `limit`. IBM documents none. Without `limit`, all policies are on one page. */
const MAX_LIMIT = 1000;

/** One page of policies, and the links to other pages. */
export interface Page {
  entries: Entry[];
  links: object;
}

/**
 * Lists a caller's policies, filtered, sorted and paged by the query.
 *
 * @param url the URL of the list, for the links to other pages
 * @param versionFilters the filters that this version of the API has besides the common ones
 * @throws Refusal 400 for an invalid query
 */
export function listPolicies(
  policies: PolicyStore,
  caller: Caller,
  url: string,
  query: Query,
  versionFilters: readonly VersionFilter[],
): Page {
  const { account_id, sort = "", limit, start, ...filters } = query;
  if (account_id === undefined) {
    throw new Refusal(
      400,
      "missing_required_query_parameter",
      "Missing required query parameter: account_id.",
    );
  }
  const visible = account_id === caller.accountId ? policies.list(account_id) : [];
  const found = visible.filter(
    ({ policy }) =>
      matches(policy, filters) &&
      versionFilters.every((name) => filters[name] === undefined || VERSION_FILTERS[name](policy, filters)),
  );
  const sorted = sortEntries(found, sort);
  if (limit === undefined) return { entries: sorted, links: {} };

  const size = Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > MAX_LIMIT)
    throw invalidQuery("limit", `must be a whole number from 1 to ${MAX_LIMIT}`);
  const from = start === undefined ? 0 : offsetOf(start);
  const hasMore = from + size < sorted.length;
  const linkTo = (offset: number) => {
    const token = Buffer.from(String(offset)).toString("base64url");
    const parameters = new URLSearchParams({ ...query, start: token });
    return { href: `${url}?${parameters.toString()}`, start: token };
  };
  const links = {
    limit: size,
    first: linkTo(0),
    ...(hasMore && { next: linkTo(from + size) }),
    ...(from > 0 && { previous: linkTo(Math.max(0, from - size)) }),
  };
  return { entries: sorted.slice(from, from + size), links };
}

function matches(
  policy: Policy,
  { type, state = "active", service_type, iam_id, access_group_id }: Query,
): boolean {
  // These filters select access policies and platform services. The emulator has only authorizations, so none matches.
  if (iam_id !== undefined || access_group_id !== undefined || service_type === "platform_service")
    return false;
  if (type !== undefined && type !== policy.type) return false;
  return policy.state === state;
}

const VERSION_FILTERS: Record<VersionFilter, (policy: Policy, query: Query) => boolean> = {
  tag_name: hasTag,
  tag_value: hasTag,
  service_name: ({ resource }, query) => attributeOf(resource, "serviceName") === query["service_name"],
  service_group_id: ({ resource }, query) =>
    attributeOf(resource, "service_group_id") === query["service_group_id"],
};

/** Returns true if a tag has the requested name and value. */
function hasTag({ resource: { tags = [] } }: Policy, { tag_name, tag_value }: Query): boolean {
  return tags.some(
    ({ key, value }) =>
      (tag_name === undefined || tag_name === key) && (tag_value === undefined || tag_value === value),
  );
}

/** Sorts by the key in `sort`, descending if it starts with `-`. An empty `sort` keeps the order of creation. */
function sortEntries(entries: Entry[], sort: string): Entry[] {
  if (sort === "") return entries;
  const key = sort.replace(/^-/, "");
  if (LAST_PERMIT.includes(key)) return entries;
  if (!isSortKey(key))
    throw invalidQuery("sort", `must be ${listed([...SORT_KEYS, ...LAST_PERMIT])}, or one of them after a -`);
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...entries].sort(({ policy: one }, { policy: other }) => sign * compare(one[key], other[key]));
}

function isSortKey(key: string): key is SortKey {
  return SORT_KEYS.some((each) => each === key);
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function offsetOf(token: string): number {
  const text = Buffer.from(token, "base64url").toString();
  if (!/^\d{1,9}$/.test(text)) throw invalidQuery("start", "must come from a link to another page");
  return Number(text);
}
