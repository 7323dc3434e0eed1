import { Hono } from "hono";
import type { Env } from "./app";
import { invalidBody } from "./errors";
import { readJson } from "./json-body";
import { list } from "./listing";
import { remove, staleEtag } from "./policies-v2";
import { ConflictRefusal, type PolicyStore } from "./policy-store";
import { inListV1, toV1 } from "./policy-v1";

/** `/v1/policies`: get, list, delete and restore, over the policies of `/v2`. */
export function policyRoutesV1(store: PolicyStore, staleEtagStatus: 409 | 412): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/v1/policies", (c) => {
    const { entries, links } = list(store, c.get("caller"), c.req.url.replace(/\?.*/, ""), c.req.query());
    return c.json({ ...links, policies: entries.map(({ policy }) => inListV1(policy)) });
  });
  routes.get("/v1/policies/:id", (c) => {
    const { policy, etag } = store.find(c.get("caller"), c.req.param("id"));
    return c.json(toV1(policy), 200, { ETag: etag });
  });
  routes.delete("/v1/policies/:id", (c) => {
    remove(store, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  routes.patch("/v1/policies/:id", async (c) => {
    const caller = c.get("caller");
    const entry = store.find(caller, c.req.param("id"));
    const { state } = ((await readJson(c)) ?? {}) as { state?: unknown };
    if (state !== "active") throw invalidBody("The state can only be set to active.");
    const ifMatch = c.req.header("if-match");
    if (ifMatch === undefined) throw invalidBody("Missing header: If-Match.");
    if (ifMatch !== entry.etag) throw staleEtag(staleEtagStatus);
    const { policy, etag } = restore();
    return c.json(toV1(policy), 200, { ETag: etag });

    function restore() {
      try {
        return store.setState(caller, entry, "active");
      } catch (error) {
        throw error instanceof ConflictRefusal ? error.inSchema(toV1) : error;
      }
    }
  });
  return routes;
}
