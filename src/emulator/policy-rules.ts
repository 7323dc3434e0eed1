import * as v from "valibot";
import { plainObject } from "./plain-object";
import type { Caller } from "./account";
import { badBody, invalidBody, Refusal } from "./errors";
import { attributeOf, type PolicyBody } from "./policy";
import type { Roles } from "./custom-roles";

/** "Policy attribute values must be between 1 and 1,000 characters in length." (IAM policy API) */
const text = v.pipe(v.string(), v.minLength(1), v.maxCodePoints(1000));
/** What fits none of several: how it misses each of them would be too much to say. */
const NEITHER = "Invalid input";
const subjectAttribute = v.union(
  [
    v.strictObject({ key: text, operator: v.literal("stringEquals"), value: text }),
    v.strictObject({ key: text, operator: v.literal("stringExists"), value: v.boolean() }),
  ],
  NEITHER,
);
const resourceAttribute = v.union(
  [
    subjectAttribute,
    v.strictObject({ key: text, operator: v.literal("stringMatch"), value: text }),
    v.strictObject({
      key: text,
      operator: v.picklist(["stringEqualsAnyOf", "stringMatchAnyOf"]),
      value: v.pipe(v.array(text), v.minLength(1), v.maxLength(10)),
    }),
  ],
  NEITHER,
);
const tag = v.strictObject({ key: text, operator: v.picklist(["stringEquals", "stringMatch"]), value: text });
const condition = v.strictObject({
  key: text,
  operator: text,
  value: v.union([text, v.boolean(), v.array(text)]),
});
const conditions = <Each extends v.GenericSchema>(each: Each) =>
  v.strictObject({
    operator: v.picklist(["and", "or"]),
    conditions: v.pipe(v.array(each), v.maxLength(10)),
  });
const some = <Each extends v.GenericSchema>(each: Each) =>
  v.pipe(v.array(each), v.minLength(1), v.maxLength(100));
const body = v.pipe(
  plainObject,
  v.strictObject({
    type: v.literal("authorization"),
    description: v.optional(v.pipe(v.string(), v.maxCodePoints(1000))),
    subject: v.strictObject({ attributes: some(subjectAttribute) }),
    resource: v.strictObject({
      attributes: some(resourceAttribute),
      tags: v.optional(v.pipe(v.array(tag), v.maxLength(100))),
    }),
    control: v.strictObject({
      grant: v.strictObject({ roles: some(v.strictObject({ role_id: text })) }),
    }),
    pattern: v.optional(text),
    // Conditions nest two levels deep (account docs); without an end they would exhaust the stack of whoever copies them.
    rule: v.optional(v.union([condition, conditions(v.union([condition, conditions(condition)]))], NEITHER)),
  }),
);

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
  const { success, output: data, issues } = v.safeParse(body, json);
  if (!success) throw badBody(issues[0]);
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
