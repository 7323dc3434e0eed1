import { Hono } from "hono";
import type { Env, Parts } from "../context";
import { FILTERS_V2, listPolicies } from "../list-query";
import type { Policy } from "../policy";
import { deletePolicy, replacePolicy } from "../policy-changes";
import { parsePolicyBody } from "../policy-schema";
import { queryOf, readJson } from "../requests";
import type { RoleCatalog } from "../role-catalog";

/** `/v2/policies`. */
export function policyRoutes(parts: Parts): Hono<Env> {
  const { policies, roles } = parts;
  const routes = new Hono<Env>();
  routes.post("/v2/policies", async (c) => {
    const caller = c.get("caller");
    const { policy, etag } = policies.create(caller, parsePolicyBody(await readJson(c), caller, roles));
    return c.json(policy, 201, { ETag: etag });
  });
  routes.get("/v2/policies", (c) => {
    const query = queryOf(c);
    const url = c.req.url.replace(/\?.*/, "");
    const { entries, links } = listPolicies(policies, c.get("caller"), url, query, FILTERS_V2);
    return c.json({
      ...links,
      policies: entries.map(({ policy }) => inFormat(policy, query["format"], roles)),
    });
  });
  routes.get("/v2/policies/:id", (c) => {
    const { policy, etag } = policies.read(c.get("caller"), c.req.param("id"));
    return c.json(inFormat(policy, queryOf(c)["format"], roles), 200, { ETag: etag });
  });
  routes.put("/v2/policies/:id", async (c) => {
    const caller = c.get("caller");
    const json = await readJson(c);
    const change = { caller, id: c.req.param("id"), ifMatch: c.req.header("if-match") };
    const { policy, etag } = replacePolicy(parts, change, () => parsePolicyBody(json, caller, roles));
    return c.json(policy, 200, { ETag: etag });
  });
  routes.delete("/v2/policies/:id", (c) => {
    deletePolicy(parts, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  return routes;
}

/** Applies the query parameter `format`: `display` adds names, descriptions and actions to the roles. */
function inFormat(policy: Policy, format: string | undefined, catalog: RoleCatalog): object {
  if (format !== "display") return withLastPermit(policy, format);
  const roles = policy.control.grant.roles.map(({ role_id }) => {
    const { display_name, description, actions = [] } = catalog.byId(role_id) ?? {};
    return {
      role_id,
      display_name,
      description,
      actions: actions.map((id) => ({ id, display_name: id, description: id })),
    };
  });
  return { ...policy, control: { grant: { roles } } };
}

/** Adds the `last_permit_…` properties for `include_last_permit`. The emulator makes no access decisions. */
export function withLastPermit(policy: object, format: string | undefined): object {
  return format === "include_last_permit"
    ? { ...policy, last_permit_at: null, last_permit_frequency: 0 }
    : policy;
}
