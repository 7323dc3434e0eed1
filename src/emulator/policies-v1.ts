import { Hono } from "hono";
import type { Env } from "./app";
import type { Behaviour } from "./behaviour";
import { ConflictRefusal } from "./conflict";
import type { Roles } from "./custom-roles";
import { invalidBody } from "./errors";
import { refuseStale } from "./if-match";
import { readJson } from "./json-body";
import { list } from "./listing";
import type { PolicyStore } from "./policy-store";
import { inListV1, toV1 } from "./policy-v1";
import { remove } from "./removal";

/** `/v1/policies`: get, list, delete and restore, over the policies of `/v2`. */
export function policyRoutesV1(store: PolicyStore, behaviour: Behaviour, roles: Roles): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/v1/policies", (c) => {
    const { entries, links } = list(store, c.get("caller"), c.req.url.replace(/\?.*/, ""), c.req.query());
    return c.json({ ...links, policies: entries.map(({ policy }) => inListV1(policy, roles)) });
  });
  routes.get("/v1/policies/:id", (c) => {
    const { policy, etag } = store.read(c.get("caller"), c.req.param("id"));
    return c.json(toV1(policy, roles), 200, { ETag: etag });
  });
  routes.delete("/v1/policies/:id", (c) => {
    remove(store, behaviour, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  routes.patch("/v1/policies/:id", async (c) => {
    const caller = c.get("caller");
    // Nothing may come between what is compared and what is written: the body is read before.
    const { state } = ((await readJson(c)) ?? {}) as { state?: unknown };
    const entry = store.find(caller, c.req.param("id"));
    if (state !== "active") throw invalidBody("The state can only be set to active.");
    const { policy, etag } = restore();
    return c.json(toV1(policy, roles), 200, { ETag: etag });

    function restore() {
      try {
        refuseStale(c.req.header("if-match"), entry, behaviour);
        return store.setState(caller, entry, "active");
      } catch (error) {
        throw error instanceof ConflictRefusal ? error.inSchema((held) => toV1(held, roles)) : error;
      }
    }
  });
  return routes;
}
