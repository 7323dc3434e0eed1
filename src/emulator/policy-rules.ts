import { z } from "zod";
import type { Caller } from "./account";
import { invalidBody, Refusal } from "./errors";
import { attributeOf, type PolicyBody } from "./policy";
import type { Roles } from "./custom-roles";

/** "Policy attribute values must be between 1 and 1,000 characters in length." (IAM policy API) */
const text = z.string().min(1).max(1000);
const subjectAttribute = z.union([
  z.strictObject({ key: text, operator: z.literal("stringEquals"), value: text }),
  z.strictObject({ key: text, operator: z.literal("stringExists"), value: z.boolean() }),
]);
const resourceAttribute = z.union([
  subjectAttribute,
  z.strictObject({ key: text, operator: z.literal("stringMatch"), value: text }),
  z.strictObject({
    key: text,
    operator: z.enum(["stringEqualsAnyOf", "stringMatchAnyOf"]),
    value: z.array(text).min(1).max(10),
  }),
]);
const tag = z.strictObject({ key: text, operator: z.enum(["stringEquals", "stringMatch"]), value: text });
const condition = z.strictObject({
  key: text,
  operator: text,
  value: z.union([text, z.boolean(), z.array(text)]),
});
const conditions = <Each extends z.ZodType>(each: Each) =>
  z.strictObject({ operator: z.enum(["and", "or"]), conditions: z.array(each).max(10) });
const body = z.strictObject({
  type: z.literal("authorization"),
  description: z.string().max(1000).optional(),
  subject: z.strictObject({ attributes: z.array(subjectAttribute).min(1).max(100) }),
  resource: z.strictObject({
    attributes: z.array(resourceAttribute).min(1).max(100),
    tags: z.array(tag).max(100).optional(),
  }),
  control: z.strictObject({
    grant: z.strictObject({
      roles: z
        .array(z.strictObject({ role_id: text }))
        .min(1)
        .max(100),
    }),
  }),
  pattern: text.optional(),
  // Conditions nest two levels deep (account docs); without an end they would exhaust the stack of whoever copies them.
  rule: z.union([condition, conditions(z.union([condition, conditions(condition)]))]).optional(),
});

/** "The following attributes are supported" for the subject of an authorization (IAM policy API). */
const SUBJECT_KEYS = [
  "serviceName",
  "serviceInstance",
  "region",
  "resourceType",
  "resource",
  "accountId",
  "resourceGroupId",
];

/**
 * Takes a request's body for a policy, by the rules that IAM's API states for authorizations.
 *
 * @throws Refusal 400 for what is not well formed, 403 for a target of another account
 */
export function toPolicyBody(json: unknown, caller: Caller, roles: Roles): PolicyBody {
  const { data, error } = body.safeParse(json);
  if (!data) {
    const [issue] = error.issues;
    throw invalidBody(
      `Check ${issue?.path.join(".") || "the body"}: ${issue?.message ?? "missing parameters"}.`,
    );
  }
  const { subject, resource } = data;
  refuseRepeated("subject", subject.attributes);
  refuseRepeated("resource", resource.attributes);
  const unsupported = subject.attributes.find(({ key }) => !SUBJECT_KEYS.includes(key));
  if (unsupported) throw invalidBody(`The subject attribute ${unsupported.key} is not supported.`);
  if (attributeOf(subject, "accountId") === undefined)
    throw invalidBody("The subject must include accountId.");
  if (attributeOf(resource, "accountId") === undefined)
    throw invalidBody("The resource must include accountId.");
  if (!subject.attributes.some(({ key }) => key === "serviceName" || key === "resourceGroupId")) {
    throw invalidBody("The subject must include serviceName or resourceGroupId.");
  }
  if (
    attributeOf(resource, "serviceName") === undefined &&
    attributeOf(resource, "resourceType") !== "resource-group"
  ) {
    throw invalidBody("The resource must include serviceName, unless its resourceType is resource-group.");
  }
  if (attributeOf(resource, "accountId") !== caller.accountId) {
    throw new Refusal(
      403,
      "insufficent_permissions",
      "You are not authorized to create an authorization for this account.",
    );
  }
  refuseRoles(data, roles.offered(caller, serviceOf(subject), serviceOf(resource)));
  return data;
}

const serviceOf = (side: PolicyBody["subject"]) => attributeOf(side, "serviceName");

function refuseRoles({ control }: PolicyBody, offered: readonly { crn: string }[]): void {
  const ids = control.grant.roles.map(({ role_id }) => role_id);
  if (new Set(ids).size < ids.length) throw invalidBody("A role is given twice.");
  const odd = ids.find((id) => !offered.some(({ crn }) => crn === id));
  if (odd !== undefined) throw invalidBody(`The role ${odd} is not supported for this subject and resource.`);
}

function refuseRepeated(side: string, attributes: readonly { key: string }[]): void {
  const repeated = attributes.find(({ key }, at) => attributes.findIndex((each) => each.key === key) < at);
  if (repeated) throw invalidBody(`The ${side} attribute ${repeated.key} is given twice.`);
}
