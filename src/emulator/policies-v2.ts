import { Hono } from "hono";
import type { Env } from "./app";
import { invalidBody, policyNotFound, Refusal } from "./errors";
import { readJson } from "./json-body";
import { list } from "./listing";
import type { Policy } from "./policy";
import { toPolicyBody } from "./policy-rules";
import type { PolicyStore } from "./policy-store";
import { roleById } from "./role-catalog";

/** `format=display` tells what the roles are called and what they allow. */
function inFormat(policy: Policy, format: string | undefined): object {
  if (format !== "display") return policy;
  const roles = policy.control.grant.roles.map(({ role_id }) => {
    const { display_name, description, actions = [] } = roleById(role_id) ?? {};
    return {
      role_id,
      display_name,
      description,
      actions: actions.map((id) => ({ id, display_name: id, description: id })),
    };
  });
  return { ...policy, control: { grant: { roles } } };
}

/**
 * `/v2/policies`.
 *
 * @param staleEtagStatus what a stale `If-Match` is answered with; IBM documents neither
 */
export function policyRoutesV2(store: PolicyStore, staleEtagStatus: 409 | 412): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post("/v2/policies", async (c) => {
    const caller = c.get("caller");
    const { policy, etag } = store.create(caller, toPolicyBody(await readJson(c), caller));
    return c.json(policy, 201, { ETag: etag });
  });
  routes.get("/v2/policies", (c) => {
    const query = c.req.query();
    const { entries, links } = list(store, c.get("caller"), c.req.url.replace(/\?.*/, ""), query);
    return c.json({ ...links, policies: entries.map(({ policy }) => inFormat(policy, query["format"])) });
  });
  routes.get("/v2/policies/:id", (c) => {
    const { policy, etag } = store.find(c.get("caller"), c.req.param("id"));
    return c.json(inFormat(policy, c.req.query("format")), 200, { ETag: etag });
  });
  routes.put("/v2/policies/:id", async (c) => {
    const caller = c.get("caller");
    const entry = store.find(caller, c.req.param("id"));
    if (entry.policy.state === "deleted") throw policyNotFound(entry.policy.id);
    const body = toPolicyBody(await readJson(c), caller);
    const ifMatch = c.req.header("if-match");
    if (ifMatch === undefined) throw invalidBody("Missing header: If-Match.");
    if (ifMatch !== entry.etag) throw staleEtag(staleEtagStatus);
    const { policy, etag } = store.replace(caller, entry, body);
    return c.json(policy, 200, { ETag: etag });
  });
  routes.delete("/v2/policies/:id", (c) => {
    remove(store, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  return routes;
}

export function staleEtag(status: 409 | 412): Refusal {
  return new Refusal(
    status,
    "unable_to_process",
    "The If-Match header does not match the current ETag of the policy.",
  );
}

/** IAM keeps what it deleted; a second time there is nothing to delete. */
export function remove(store: PolicyStore, caller: Env["Variables"]["caller"], id: string): void {
  const entry = store.find(caller, id);
  if (entry.policy.state === "deleted") throw policyNotFound(id);
  store.setState(caller, entry, "deleted");
}
