import { Hono } from "hono";
import type { Env } from "./app";
import type { Behaviour } from "./behaviour";
import type { Roles } from "./custom-roles";
import { Refusal } from "./errors";
import { queryOf } from "./query";
import type { CatalogRole } from "./role-forms";
import { rolesOfGroup } from "./role-catalog";

const shown = ({ kind, ...role }: CatalogRole) => role;

/** What IBM's private endpoints answer in IAM's place where a source is asked for. Source: terraform-provider-ibm #2926. */
const GATEWAY_PAGE = "<html><body>An 404 error occurred in iam-gateway.</body></html>";

/** `GET /v2/roles`: which roles can be granted. A pair that does not exist is answered with empty lists. */
export function roleRoutes(roles: Roles, behaviour: Behaviour): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/v2/roles", (c) => {
    const { account_id, service_name = "", source_service_name, service_group_id, policy_type } = queryOf(c);
    if (behaviour.roleLookup === "not found" && source_service_name !== undefined) {
      return c.html(GATEWAY_PAGE, 404);
    }
    const caller = c.get("caller");
    // "Both service_name and service_group_id attributes are mutually exclusive." (IAM policy API)
    if (service_name !== "" && service_group_id !== undefined) {
      throw new Refusal(
        400,
        "invalid_body",
        "Either service_name or service_group_id can be given, not both.",
      );
    }
    const found = behaviour.roleLookup === "hidden" ? [] : looked();
    const isOwn = account_id === undefined || account_id === caller.accountId;
    const of = (kind: CatalogRole["kind"]) => found.filter((each) => each.kind === kind).map(shown);
    return c.json({
      custom_roles: isOwn ? of("custom") : [],
      service_roles: of("service"),
      system_roles: of("system"),
    });

    function looked(): CatalogRole[] {
      if (service_group_id === undefined) return roles.offered(caller, source_service_name, service_name);
      // People have access to a group of services; no service is authorized to one.
      const isAuthorization = policy_type === "authorization" || source_service_name !== undefined;
      return isAuthorization ? [] : rolesOfGroup(service_group_id);
    }
  });
  return routes;
}
