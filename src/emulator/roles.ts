import { Hono } from "hono";
import { rolesOf, type CatalogRole } from "./role-catalog";

const shown = ({ display_name, description, actions, crn }: CatalogRole) => ({
  display_name,
  description,
  actions,
  crn,
});

/** `GET /v2/roles`: which roles can be granted. A pair that does not exist is answered with empty lists. */
export function roleRoutes(): Hono {
  const routes = new Hono();
  routes.get("/v2/roles", (c) => {
    const { service_name, source_service_name, service_group_id } = c.req.query();
    const roles = service_group_id === undefined ? rolesOf(source_service_name, service_name ?? "") : [];
    return c.json({
      custom_roles: [],
      service_roles: roles.filter(({ kind }) => kind === "service").map(shown),
      system_roles: roles.filter(({ kind }) => kind === "system").map(shown),
    });
  });
  return routes;
}
