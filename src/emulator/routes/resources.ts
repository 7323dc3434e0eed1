import { Hono } from "hono";
import * as v from "valibot";
import type { Env, Parts } from "../context";
import { invalidQuery, Refusal } from "../errors";
import { queryOf, type Query } from "../requests";
import type { ResourceInstance } from "../resource";
import { plainObject } from "../schema-issues";

/**
 * Resource Controller's `GET /v2/resource_instances` and `GET /v2/resource_instances/{id}`, and Resource Manager's
 * `GET /v2/resource_groups`. A caller sees everything in its own account, and nothing of other accounts.
 */
export function resourceRoutes({ resources }: Parts): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/v2/resource_instances", (c) =>
    c.json(listInstances(resources.instancesOf(c.get("caller").accountId), queryOf(c))),
  );
  routes.get("/v2/resource_instances/:id", (c) => {
    const id = c.req.param("id");
    const instance = resources
      .instancesOf(c.get("caller").accountId)
      .find(({ guid, crn }) => id === guid || id === crn);
    if (!instance) throw new Refusal(404, "not_found", `The resource instance ${id} could not be found.`);
    return c.json(instance);
  });
  routes.get("/v2/resource_groups", (c) => {
    const { accountId } = c.get("caller");
    const { account_id = accountId, name, default: isDefault } = queryOf(c);
    const groups = account_id === accountId ? resources.groupsOf(accountId) : [];
    const found = groups.filter(
      (each) =>
        (name === undefined || name === each.name) &&
        (isDefault === undefined || isDefault === String(each.default)),
    );
    return c.json({ resources: found });
  });
  return routes;
}

/** One page of instances as Resource Controller returns it. */
interface Page {
  /** The number of instances on this page. */
  rows_count: number;
  next_url: string | null;
  resources: ResourceInstance[];
}

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
const DEFAULT_STATES = ["active", "provisioning"];

/** The largest `limit`, and the default. */
const MAX_LIMIT = 100;

/**
 * Lists instances, filtered and paged by the query. "Any additional query parameters are ignored if a page token is
 * present." (Resource Controller API)
 *
 * @throws Refusal 400 for an invalid query
 */
function listInstances(instances: readonly ResourceInstance[], asked: Query): Page {
  const { from, query } =
    asked["start"] === undefined ? { from: 0, query: asked } : parsePageToken(asked["start"]);
  const size = Number(query["limit"] ?? MAX_LIMIT);
  if (!Number.isInteger(size) || size < 1 || size > MAX_LIMIT)
    throw invalidQuery("limit", `must be a whole number from 1 to ${MAX_LIMIT}`);
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
  if (query["state"] === undefined && !DEFAULT_STATES.includes(instance.state)) return false;
  return FILTERS.every((key) => query[key] === undefined || query[key] === instance[key]);
}

/** A page token: the offset of the page, and the query of the list. */
const pageToken = v.object({
  from: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  query: v.pipe(plainObject, v.record(v.string(), v.string())),
});

function parsePageToken(start: string): v.InferOutput<typeof pageToken> {
  try {
    return v.parse(pageToken, JSON.parse(Buffer.from(start, "base64url").toString()));
  } catch {
    throw invalidQuery("start", "must come from the next_url of a page");
  }
}
