import * as v from "valibot";
import type { Caller } from "./accounts";
import { invalidBody, invalidBodyAt, Refusal } from "./errors";
import type { Attribute, PolicyBody } from "./policy";
import { plainObject } from "./requests";
import type { RoleCatalog } from "./role-catalog";

/** "Policy attribute values must be between 1 and 1,000 characters in length." (IAM policy API) */
const text = v.pipe(v.string(), v.minLength(1), v.maxCodePoints(1000));
/** The message for a value that matches no schema of a union. */
const NO_MATCH = "Invalid input";
const subjectAttribute = v.union(
  [
    v.strictObject({ key: text, operator: v.literal("stringEquals"), value: text }),
    v.strictObject({ key: text, operator: v.literal("stringExists"), value: v.boolean() }),
  ],
  NO_MATCH,
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
  NO_MATCH,
);
const tag = v.strictObject({ key: text, operator: v.picklist(["stringEquals", "stringMatch"]), value: text });
const condition = v.strictObject({
  key: text,
  operator: text,
  value: v.union([text, v.boolean(), v.array(text)]),
});
const conditionsOf = <Each extends v.GenericSchema>(each: Each) =>
  v.strictObject({
    operator: v.picklist(["and", "or"]),
    conditions: v.pipe(v.array(each), v.maxLength(10)),
  });
const listOf = <Each extends v.GenericSchema>(each: Each) =>
  v.pipe(v.array(each), v.minLength(1), v.maxLength(100));
const body = v.pipe(
  plainObject,
  v.strictObject({
    type: v.literal("authorization"),
    description: v.optional(v.pipe(v.string(), v.maxCodePoints(1000))),
    subject: v.strictObject({ attributes: listOf(subjectAttribute) }),
    resource: v.strictObject({
      attributes: listOf(resourceAttribute),
      tags: v.optional(v.pipe(v.array(tag), v.maxLength(100))),
    }),
    control: v.strictObject({
      grant: v.strictObject({ roles: listOf(v.strictObject({ role_id: text })) }),
    }),
    pattern: v.optional(text),
    // Conditions nest at most two levels deep (account docs). Without a limit, copying them could overflow the stack.
    rule: v.optional(
      v.union([condition, conditionsOf(v.union([condition, conditionsOf(condition)]))], NO_MATCH),
    ),
  }),
);

/** "Currently, only the `stringEquals` and the `stringMatch` operators are available." (IAM policy API) */
const operatorV1 = v.optional(v.picklist(["stringEquals", "stringMatch"]), "stringEquals");
const subjectAttributeV1 = v.strictObject({ name: v.string(), value: v.string() });
const resourceAttributeV1 = v.strictObject({ name: v.string(), value: v.string(), operator: operatorV1 });
/** GET returns the name and description of a role; a client may send them back. */
const roleV1 = v.strictObject({
  role_id: v.string(),
  display_name: v.optional(v.string()),
  description: v.optional(v.string()),
});
const bodyV1 = v.pipe(
  plainObject,
  v.strictObject({
    type: v.string(),
    description: v.optional(v.string()),
    subjects: v.tuple([v.strictObject({ attributes: v.array(subjectAttributeV1) })]),
    roles: v.array(roleV1),
    // "Note that only one resource is allowed in a policy." (IAM policy API)
    resources: v.tuple([
      v.strictObject({
        attributes: v.array(resourceAttributeV1),
        tags: v.optional(v.array(resourceAttributeV1)),
      }),
    ]),
  }),
);

/** "The following attributes are supported" for the subject of an authorization (IAM policy API). */
export const SUBJECT_KEYS = [
  "serviceName",
  "serviceInstance",
  "region",
  "resourceType",
  "resource",
  "accountId",
  "resourceGroupId",
];

/** Returns the value of an attribute whose operator is `stringEquals`. */
export function attributeOf(side: { attributes: readonly Attribute[] }, key: string): string | undefined {
  const value = side.attributes.find((each) => each.key === key && each.operator === "stringEquals")?.value;
  return typeof value === "string" ? value : undefined;
}

/**
 * Checks a request body against the rules that IAM's API documents for authorizations.
 *
 * @throws Refusal 400 for an invalid body, 403 for a target in another account
 */
export function parsePolicyBody(json: unknown, caller: Caller, roles: RoleCatalog): PolicyBody {
  const { success, output: data, issues } = v.safeParse(body, json);
  if (!success) throw invalidBodyAt(issues[0]);
  const { subject, resource } = data;
  refuseRepeatedKeys("subject", subject.attributes);
  refuseRepeatedKeys("resource", resource.attributes);
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
  const [source, target] = [attributeOf(subject, "serviceName"), attributeOf(resource, "serviceName")];
  refuseRoles(data, roles.offered(caller, source, target));
  return data;
}

/**
 * Checks a v1 request body by the same rules and converts it to v2.
 *
 * @throws Refusal as `parsePolicyBody` does
 */
export function parsePolicyBodyV1(json: unknown, caller: Caller, roles: RoleCatalog): PolicyBody {
  const { success, output, issues } = v.safeParse(bodyV1, json);
  if (!success) throw invalidBodyAt(issues[0]);
  const {
    type,
    description,
    subjects: [subject],
    resources: [resource],
  } = output;
  const attributes = resource.attributes.map(toAttribute);
  // IBM's sources disagree: the API reference requires accountId, and some examples omit it. The emulator accepts both.
  if (!attributes.some(({ key }) => key === "accountId")) {
    attributes.push({ key: "accountId", operator: "stringEquals", value: caller.accountId });
  }
  const converted = {
    type,
    ...(description !== undefined && { description }),
    subject: {
      attributes: subject.attributes.map((each) => toAttribute({ ...each, operator: "stringEquals" })),
    },
    resource: { attributes, ...(resource.tags && { tags: resource.tags.map(toAttribute) }) },
    control: { grant: { roles: output.roles.map(({ role_id }) => ({ role_id })) } },
  };
  return parsePolicyBody(converted, caller, roles);
}

function toAttribute({ name, operator, value }: v.InferOutput<typeof resourceAttributeV1>) {
  return { key: name, operator, value };
}

function refuseRoles({ control }: PolicyBody, offered: readonly { crn: string }[]): void {
  const ids = control.grant.roles.map(({ role_id }) => role_id);
  if (new Set(ids).size < ids.length) throw invalidBody("A role is listed more than once.");
  const unsupported = ids.find((id) => !offered.some(({ crn }) => crn === id));
  if (unsupported === undefined) return;
  throw invalidBody(`The role ${unsupported} is not supported for this subject and resource.`);
}

function refuseRepeatedKeys(side: string, attributes: readonly { key: string }[]): void {
  const repeated = attributes.find(({ key }, at) => attributes.findIndex((each) => each.key === key) < at);
  if (repeated) throw invalidBody(`The ${side} attribute ${repeated.key} is listed more than once.`);
}
