import * as v from "valibot";
import { plainObject } from "./plain-object";
import { Refusal } from "./errors";
import type { Query } from "./query";
import type { ResourceInstance } from "./resource-instance";

/** One page of instances, as Resource Controller answers it. */
interface Page {
  /** How many are on this page. */
  rows_count: number;
  next_url: string | null;
  resources: ResourceInstance[];
}

/** What a list can be narrowed by. */
const FILTERS = [
  "guid",
  "name",
  "resource_group_id",
  "resource_id",
  "resource_plan_id",
  "type",
  "state",
] as const;

/** "If not specified, instances in state `active` and `provisioning` are returned." (Resource Controller API) */
const USUAL_STATES = ["active", "provisioning"];

/** The largest page, and that of a query without `limit`. */
const LARGEST = 100;

/**
 * Lists instances, filtered and cut into pages as the query asks. "Any additional query parameters are ignored if a page
 * token is present." (Resource Controller API)
 *
 * @throws Refusal 400 for a query that cannot be taken
 */
export function listInstances(instances: readonly ResourceInstance[], asked: Query): Page {
  const { from, query } = asked["start"] === undefined ? { from: 0, query: asked } : opened(asked["start"]);
  const size = Number(query["limit"] ?? LARGEST);
  if (!Number.isInteger(size) || size < 1 || size > LARGEST) throw badQuery("limit");
  const found = instances.filter((each) => matches(each, query));
  const resources = found.slice(from, from + size);
  const start = Buffer.from(JSON.stringify({ from: from + size, query })).toString("base64url");
  const next = new URLSearchParams({ limit: String(size), start });
  return {
    rows_count: resources.length,
    next_url: from + size < found.length ? `/v2/resource_instances?${next.toString()}` : null,
    resources,
  };
}

function matches(instance: ResourceInstance, query: Query): boolean {
  if (query["state"] === undefined && !USUAL_STATES.includes(instance.state)) return false;
  return FILTERS.every((key) => query[key] === undefined || query[key] === instance[key]);
}

/** What a page token holds: where the page begins, and of what list. */
const token = v.object({
  from: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  query: v.pipe(plainObject, v.record(v.string(), v.string())),
});

function opened(start: string): v.InferOutput<typeof token> {
  try {
    return v.parse(token, JSON.parse(Buffer.from(start, "base64url").toString()));
  } catch {
    throw badQuery("start");
  }
}

function badQuery(name: string): Refusal {
  return new Refusal(400, "invalid_body", `The query parameter ${name} is not valid.`);
}
