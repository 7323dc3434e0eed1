import { Hono } from "hono";
import type { Env } from "./app";
import type { Behaviour } from "./behaviour";
import type { Roles } from "./custom-roles";
import { readJson } from "./json-body";
import { withLastPermit } from "./last-permit";
import { FILTERS_V2, list } from "./listing";
import type { Policy } from "./policy";
import { toPolicyBody } from "./policy-rules";
import type { PolicyStore } from "./policy-store";
import { queryOf } from "./query";
import { remove } from "./removal";
import { replace } from "./replacement";

/** `format=display` tells what the roles are called and what they allow; `include_last_permit`, what was permitted. */
function inFormat(policy: Policy, format: string | undefined, known: Roles): object {
  if (format !== "display") return withLastPermit(policy, format);
  const roles = policy.control.grant.roles.map(({ role_id }) => {
    const { display_name, description, actions = [] } = known.byId(role_id) ?? {};
    return {
      role_id,
      display_name,
      description,
      actions: actions.map((id) => ({ id, display_name: id, description: id })),
    };
  });
  return { ...policy, control: { grant: { roles } } };
}

/** `/v2/policies`. */
export function policyRoutesV2(store: PolicyStore, behaviour: Behaviour, roles: Roles): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/v2/policies", async (c) => {
    const caller = c.get("caller");
    const { policy, etag } = store.create(caller, toPolicyBody(await readJson(c), caller, roles));
    return c.json(policy, 201, { ETag: etag });
  });
  routes.get("/v2/policies", (c) => {
    const query = queryOf(c);
    const { entries, links } = list(store, c.get("caller"), c.req.url.replace(/\?.*/, ""), query, FILTERS_V2);
    return c.json({
      ...links,
      policies: entries.map(({ policy }) => inFormat(policy, query["format"], roles)),
    });
  });
  routes.get("/v2/policies/:id", (c) => {
    const { policy, etag } = store.read(c.get("caller"), c.req.param("id"));
    return c.json(inFormat(policy, queryOf(c)["format"], roles), 200, { ETag: etag });
  });
  routes.put("/v2/policies/:id", async (c) => {
    const caller = c.get("caller");
    const json = await readJson(c);
    const { policy, etag } = replace(store, behaviour, {
      caller,
      id: c.req.param("id"),
      ifMatch: c.req.header("if-match"),
      body: () => toPolicyBody(json, caller, roles),
    });
    return c.json(policy, 200, { ETag: etag });
  });
  routes.delete("/v2/policies/:id", (c) => {
    remove(store, behaviour, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  return routes;
}
