import { Hono } from "hono";
import type { Env } from "./app";
import type { Behaviour } from "./behaviour";
import { ConflictRefusal } from "./conflict";
import type { Roles } from "./custom-roles";
import { invalidBody } from "./errors";
import { refuseStale } from "./if-match";
import { readJson } from "./json-body";
import { withLastPermit } from "./last-permit";
import { FILTERS_V1, list } from "./listing";
import type { PolicyStore } from "./policy-store";
import { inListV1, toV1 } from "./policy-v1";
import { toPolicyBodyOfV1 } from "./policy-v1-body";
import { queryOf } from "./query";
import { remove } from "./removal";
import { replace } from "./replacement";

/** `/v1/policies`, over the policies of `/v2`. */
export function policyRoutesV1(store: PolicyStore, behaviour: Behaviour, roles: Roles): Hono<Env> {
  const routes = new Hono<Env>();

  /** Lets a change go on, and shows what it conflicts with in the schema of v1. */
  function inSchemaOfV1<Result>(change: () => Result): Result {
    try {
      return change();
    } catch (error) {
      throw error instanceof ConflictRefusal ? error.inSchema((held) => toV1(held, roles)) : error;
    }
  }

  routes.post("/v1/policies", async (c) => {
    const caller = c.get("caller");
    const body = toPolicyBodyOfV1(await readJson(c), caller, roles);
    const { policy, etag } = inSchemaOfV1(() => store.create(caller, body));
    return c.json(toV1(policy, roles), 201, { ETag: etag });
  });
  routes.get("/v1/policies", (c) => {
    const query = queryOf(c);
    const { entries, links } = list(store, c.get("caller"), c.req.url.replace(/\?.*/, ""), query, FILTERS_V1);
    const policies = entries.map(({ policy }) => withLastPermit(inListV1(policy, roles), query["format"]));
    return c.json({ ...links, policies });
  });
  routes.get("/v1/policies/:id", (c) => {
    const { policy, etag } = store.read(c.get("caller"), c.req.param("id"));
    return c.json(withLastPermit(toV1(policy, roles), queryOf(c)["format"]), 200, { ETag: etag });
  });
  routes.put("/v1/policies/:id", async (c) => {
    const caller = c.get("caller");
    const json = await readJson(c);
    const { policy, etag } = inSchemaOfV1(() =>
      replace(store, behaviour, {
        caller,
        id: c.req.param("id"),
        ifMatch: c.req.header("if-match"),
        body: () => toPolicyBodyOfV1(json, caller, roles),
      }),
    );
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
    const { policy, etag } = inSchemaOfV1(() => {
      refuseStale(c.req.header("if-match"), entry, behaviour);
      return store.setState(caller, entry, "active");
    });
    return c.json(toV1(policy, roles), 200, { ETag: etag });
  });
  return routes;
}
