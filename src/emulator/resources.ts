import { Hono } from "hono";
import type { Env } from "./app";
import { Refusal } from "./errors";
import { listInstances } from "./instance-listing";
import { queryOf } from "./query";
import type { ResourceStore } from "./resource-store";

/**
 * Resource Controller's `GET /v2/resource_instances` and `GET /v2/resource_instances/{id}`, and Resource Manager's
 * `GET /v2/resource_groups`. Everybody sees what is in the account of the token, and nothing else.
 */
export function resourceRoutes(store: ResourceStore): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/v2/resource_instances", (c) =>
    c.json(listInstances(store.instancesOf(c.get("caller").accountId), queryOf(c))),
  );
  routes.get("/v2/resource_instances/:id", (c) => {
    const id = c.req.param("id");
    const found = store
      .instancesOf(c.get("caller").accountId)
      .find(({ guid, crn }) => id === guid || id === crn);
    if (!found) throw new Refusal(404, "not_found", `The resource instance ${id} could not be found.`);
    return c.json(found);
  });
  routes.get("/v2/resource_groups", (c) => {
    const { accountId } = c.get("caller");
    const { account_id = accountId, name, default: isDefault } = queryOf(c);
    const groups = account_id === accountId ? store.groupsOf(accountId) : [];
    const resources = groups.filter(
      (each) =>
        (name === undefined || name === each.name) &&
        (isDefault === undefined || isDefault === String(each.default)),
    );
    return c.json({ resources });
  });
  return routes;
}
