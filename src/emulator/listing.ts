import { Refusal } from "./errors";
import { attributeOf, type Policy } from "./policy";
import type { Entry, PolicyStore } from "./policy-store";
import type { Caller } from "./account";
import type { Query } from "./query";

const SORTS = [
  "id",
  "type",
  "href",
  "created_at",
  "created_by_id",
  "last_modified_at",
  "last_modified_by_id",
  "state",
] as const;
type Sort = (typeof SORTS)[number];

/** What is never anything else here: with it, policies stay in the order in which they were made. */
const LAST_PERMIT = ["last_permit_at", "last_permit_frequency"];

/** What only one version of the API can filter by. Source: IBM's SDK. */
export const FILTERS_V1 = ["tag_name", "tag_value"] as const;
export const FILTERS_V2 = ["service_name", "service_group_id"] as const;
type OwnFilter = (typeof FILTERS_V1 | typeof FILTERS_V2)[number];

/** The largest page. IBM documents none; without `limit` everything is one page. */
const LARGEST = 1000;

/** One page of policies, and where the others are. */
export interface Page {
  entries: Entry[];
  links: object;
}

/**
 * Lists a caller's policies, filtered, sorted and cut into pages as the query asks.
 *
 * @param own what the version of the API that is asked can filter by besides
 * @throws Refusal 400 for a query that IAM could not take
 */
export function list(
  store: PolicyStore,
  caller: Caller,
  url: string,
  query: Query,
  own: readonly OwnFilter[],
): Page {
  const { account_id, sort = "", limit, start, ...filters } = query;
  if (account_id === undefined) {
    throw new Refusal(
      400,
      "missing_required_query_parameter",
      "Missing required query parameter: account_id.",
    );
  }
  const visible = account_id === caller.accountId ? store.list(account_id) : [];
  const found = visible.filter(
    ({ policy }) =>
      matches(policy, filters) &&
      own.every((name) => filters[name] === undefined || MATCHES[name](policy, filters)),
  );
  const ordered = inOrder(found, sort);
  if (limit === undefined) return { entries: ordered, links: {} };

  const size = Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > LARGEST) throw badQuery("limit");
  const from = start === undefined ? 0 : offset(start);
  const more = from + size < ordered.length;
  const at = (offset: number) => {
    const token = Buffer.from(String(offset)).toString("base64url");
    const parameters = new URLSearchParams({ ...query, start: token });
    return { href: `${url}?${parameters.toString()}`, start: token };
  };
  const links = {
    limit: size,
    first: at(0),
    ...(more && { next: at(from + size) }),
    ...(from > 0 && { previous: at(Math.max(0, from - size)) }),
  };
  return { entries: ordered.slice(from, from + size), links };
}

function matches(
  policy: Policy,
  { type, state = "active", service_type, iam_id, access_group_id }: Query,
): boolean {
  // People and access groups have access policies; services of a platform are the target of none of these.
  if (iam_id !== undefined || access_group_id !== undefined || service_type === "platform_service")
    return false;
  if (type !== undefined && type !== policy.type) return false;
  return policy.state === state;
}

const isTagged = ({ resource: { tags = [] } }: Policy, { tag_name, tag_value }: Query) =>
  tags.some(
    ({ key, value }) =>
      (tag_name === undefined || tag_name === key) && (tag_value === undefined || tag_value === value),
  );

const MATCHES: Record<OwnFilter, (policy: Policy, asked: Query) => boolean> = {
  // A name and a value are those of one tag.
  tag_name: isTagged,
  tag_value: isTagged,
  service_name: ({ resource }, asked) => attributeOf(resource, "serviceName") === asked["service_name"],
  service_group_id: ({ resource }, asked) =>
    attributeOf(resource, "service_group_id") === asked["service_group_id"],
};

function inOrder(entries: Entry[], sort: string): Entry[] {
  if (sort === "") return entries;
  const key = sort.replace(/^-/, "");
  if (LAST_PERMIT.includes(key)) return entries;
  if (!isSort(key)) throw badQuery("sort");
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...entries].sort(({ policy: one }, { policy: other }) => sign * compare(one[key], other[key]));
}

function isSort(key: string): key is Sort {
  return SORTS.some((each) => each === key);
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function offset(token: string): number {
  const text = Buffer.from(token, "base64url").toString();
  if (!/^\d{1,9}$/.test(text)) throw badQuery("start");
  return Number(text);
}

function badQuery(name: string): Refusal {
  return new Refusal(400, "invalid_body", `The query parameter ${name} is not valid.`);
}
