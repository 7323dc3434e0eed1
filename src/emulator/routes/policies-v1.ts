import { Hono } from "hono";
import type { Env, Parts } from "../context";
import { ConflictRefusal } from "../errors";
import { FILTERS_V1, listPolicies } from "../list-query";
import type { Attribute, Policy } from "../policy";
import { deletePolicy, replacePolicy, restorePolicy } from "../policy-changes";
import { attributeOf } from "../policy-schema";
import { parsePolicyBodyV1 } from "../policy-schema-v1";
import { queryOf, readJson } from "../requests";
import type { RoleCatalog } from "../role-catalog";
import { withLastPermit } from "./policies";

/** `/v1/policies`: the policies of `/v2/policies` in the v1 schema. */
export function policyRoutesV1(parts: Parts): Hono<Env> {
  const { policies, roles } = parts;
  const routes = new Hono<Env>();

  /** Makes a change; a conflicting policy is reported in the v1 schema. */
  function withConflictInV1<Result>(change: () => Result): Result {
    try {
      return change();
    } catch (error) {
      throw error instanceof ConflictRefusal ? error.withFormat((policy) => toV1(policy, roles)) : error;
    }
  }

  routes.post("/v1/policies", async (c) => {
    const caller = c.get("caller");
    const body = parsePolicyBodyV1(await readJson(c), caller, roles);
    const { policy, etag } = withConflictInV1(() => policies.create(caller, body));
    return c.json(toV1(policy, roles), 201, { ETag: etag });
  });
  routes.get("/v1/policies", (c) => {
    const query = queryOf(c);
    const url = c.req.url.replace(/\?.*/, "");
    const { entries, links } = listPolicies(policies, c.get("caller"), url, query, FILTERS_V1);
    return c.json({
      ...links,
      policies: entries.map(({ policy }) => withLastPermit(toV1InList(policy, roles), query["format"])),
    });
  });
  routes.get("/v1/policies/:id", (c) => {
    const { policy, etag } = policies.read(c.get("caller"), c.req.param("id"));
    return c.json(withLastPermit(toV1(policy, roles), queryOf(c)["format"]), 200, { ETag: etag });
  });
  routes.put("/v1/policies/:id", async (c) => {
    const caller = c.get("caller");
    const json = await readJson(c);
    const change = { caller, id: c.req.param("id"), ifMatch: c.req.header("if-match") };
    const { policy, etag } = withConflictInV1(() =>
      replacePolicy(parts, change, () => parsePolicyBodyV1(json, caller, roles)),
    );
    return c.json(toV1(policy, roles), 200, { ETag: etag });
  });
  routes.delete("/v1/policies/:id", (c) => {
    deletePolicy(parts, c.get("caller"), c.req.param("id"));
    return c.body(null, 204);
  });
  routes.patch("/v1/policies/:id", async (c) => {
    const { state } = ((await readJson(c)) ?? {}) as { state?: unknown };
    const change = { caller: c.get("caller"), id: c.req.param("id"), ifMatch: c.req.header("if-match") };
    const { policy, etag } = withConflictInV1(() => restorePolicy(parts, change, state));
    return c.json(toV1(policy, roles), 200, { ETag: etag });
  });
  return routes;
}

/** Returns a policy in the v1 schema, with the names and descriptions of its roles. */
function toV1({ subject, resource, control, ...rest }: Policy, catalog: RoleCatalog): object {
  const { tags } = resource;
  return {
    id: rest.id,
    type: rest.type,
    ...(rest.description !== undefined && { description: rest.description }),
    // A subject attribute of v1 has no operator.
    subjects: [{ attributes: subject.attributes.map(toV1Attribute) }],
    roles: control.grant.roles.map(({ role_id }) => {
      const { display_name, description } = catalog.byId(role_id) ?? {};
      return { role_id, display_name, description };
    }),
    resources: [
      {
        attributes: resource.attributes.map((each) => ({ ...toV1Attribute(each), operator: each.operator })),
        ...(tags && { tags: tags.map(({ key, operator, value }) => ({ name: key, operator, value })) }),
      },
    ],
    href: rest.href,
    created_at: rest.created_at,
    created_by_id: rest.created_by_id,
    last_modified_at: rest.last_modified_at,
    last_modified_by_id: rest.last_modified_by_id,
    state: rest.state,
    ...(rest.template && { template: rest.template }),
  };
}

function toV1Attribute({ key, value }: Attribute): { name: string; value: string } {
  return { name: key, value: typeof value === "string" ? value : JSON.stringify(value) };
}

/** The description in a v1 list of a policy that v1 cannot express. Source: account docs, known-issues.md. */
const PLACEHOLDER =
  "This is a unsupported policy version placeholder, to view the full content, please call GET with provided href";

/** Returns a policy as a v1 list shows it: a placeholder if v1 cannot express it. */
function toV1InList(policy: Policy, catalog: RoleCatalog): object {
  if (isExpressibleInV1(policy)) return toV1(policy, catalog);
  const account = attributeOf(policy.resource, "accountId");
  return {
    ...toV1(policy, catalog),
    description: PLACEHOLDER,
    subjects: [{ attributes: [{ name: "unsupported version", value: "unsupported version" }] }],
    roles: [
      {
        role_id: "crn:v1:bluemix:public:iam::::role:UnsupportedVersion",
        display_name: "Unsupported Version",
      },
    ],
    resources: [{ attributes: [{ name: "accountId", value: account }] }],
  };
}

function isExpressibleInV1({ subject, resource, rule, pattern }: Policy): boolean {
  const attributes = [...subject.attributes, ...resource.attributes];
  return (
    rule === undefined &&
    pattern === undefined &&
    attributes.every(({ operator }) => operator === "stringEquals")
  );
}
