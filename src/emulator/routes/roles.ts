import { Hono } from "hono";
import type { Env, Parts } from "../context";
import { Refusal } from "../errors";
import { queryOf } from "../requests";
import { rolesOfGroup } from "../role-catalog";
import type { CatalogRole } from "../service-roles";

/** The response of IBM's private endpoints to a query that names a source. Source: terraform-provider-ibm #2926. */
const GATEWAY_PAGE = "<html><body>An 404 error occurred in iam-gateway.</body></html>";

/** `GET /v2/roles`: the roles that can be granted. For a pair that does not exist, the lists are empty. */
export function roleRoutes({ roles, behavior }: Parts): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/v2/roles", (c) => {
    const { account_id, service_name = "", source_service_name, service_group_id, policy_type } = queryOf(c);
    if (behavior.roleLookup === "not found" && source_service_name !== undefined) {
      return c.html(GATEWAY_PAGE, 404);
    }
    const caller = c.get("caller");
    // "Both service_name and service_group_id attributes are mutually exclusive." (IAM policy API)
    if (service_name !== "" && service_group_id !== undefined) {
      throw new Refusal(400, "invalid_body", "service_name and service_group_id are mutually exclusive.");
    }
    const found = behavior.roleLookup === "hidden" ? [] : findRoles();
    const isOwnAccount = account_id === undefined || account_id === caller.accountId;
    const ofKind = (kind: CatalogRole["kind"]) =>
      found.filter((each) => each.kind === kind).map(({ kind, ...role }) => role);
    return c.json({
      custom_roles: isOwnAccount ? ofKind("custom") : [],
      service_roles: ofKind("service"),
      system_roles: ofKind("system"),
    });

    function findRoles(): CatalogRole[] {
      if (service_group_id === undefined) return roles.offered(caller, source_service_name, service_name);
      // Access policies can have a service group as target; authorizations cannot.
      const isAuthorization = policy_type === "authorization" || source_service_name !== undefined;
      return isAuthorization ? [] : rolesOfGroup(service_group_id);
    }
  });
  return routes;
}
