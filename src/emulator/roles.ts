import { Hono } from "hono";
import type { Env } from "./app";
import type { Behaviour } from "./behaviour";
import type { Roles } from "./custom-roles";
import type { CatalogRole } from "./role-catalog";

const shown = ({ kind, ...role }: CatalogRole) => role;

/** What IBM's private endpoints answer in IAM's place where a source is asked for. Source: terraform-provider-ibm #2926. */
const GATEWAY_PAGE = "<html><body>An 404 error occurred in iam-gateway.</body></html>";

/** `GET /v2/roles`: which roles can be granted. A pair that does not exist is answered with empty lists. */
export function roleRoutes(roles: Roles, behaviour: Behaviour): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/v2/roles", (c) => {
    const { account_id, service_name = "", source_service_name, service_group_id } = c.req.query();
    if (behaviour.roleLookup === "not found" && source_service_name !== undefined) {
      return c.html(GATEWAY_PAGE, 404);
    }
    const caller = c.get("caller");
    const isHidden = behaviour.roleLookup === "hidden" || service_group_id !== undefined;
    const found = isHidden ? [] : roles.offered(caller, source_service_name, service_name);
    const isOwn = account_id === undefined || account_id === caller.accountId;
    const of = (kind: CatalogRole["kind"]) => found.filter((each) => each.kind === kind).map(shown);
    return c.json({
      custom_roles: isOwn ? of("custom") : [],
      service_roles: of("service"),
      system_roles: of("system"),
    });
  });
  return routes;
}
