import type { Roles } from "./custom-roles";
import type { Attribute, Policy } from "./policy";
import { attributeOf } from "./policy";

/** A v1 attribute says no operator: it is equality. */
const plain = ({ key, value }: Attribute) => ({
  name: key,
  value: typeof value === "string" ? value : JSON.stringify(value),
});

/** A policy in the schema of v1, with what its roles are called. */
export function toV1({ subject, resource, control, ...rest }: Policy, known: Roles): object {
  const { tags } = resource;
  return {
    id: rest.id,
    type: rest.type,
    ...(rest.description !== undefined && { description: rest.description }),
    subjects: [{ attributes: subject.attributes.map(plain) }],
    roles: control.grant.roles.map(({ role_id }) => {
      const { display_name, description } = known.byId(role_id) ?? {};
      return { role_id, display_name, description };
    }),
    resources: [
      {
        attributes: resource.attributes.map((each) => ({ ...plain(each), operator: each.operator })),
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

/** Stands in a v1 list for what v1 cannot say. Source: account docs, known-issues.md. */
const PLACEHOLDER =
  "This is a unsupported policy version placeholder, to view the full content, please call GET with provided href";

/** A policy as the v1 list shows it. */
export function inListV1(policy: Policy, known: Roles): object {
  if (isPlain(policy)) return toV1(policy, known);
  const account = attributeOf(policy.resource, "accountId");
  return {
    ...toV1(policy, known),
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

function isPlain({ subject, resource, rule, pattern }: Policy): boolean {
  const attributes = [...subject.attributes, ...resource.attributes];
  return (
    rule === undefined &&
    pattern === undefined &&
    attributes.every(({ operator }) => operator === "stringEquals")
  );
}
