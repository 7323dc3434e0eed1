import * as v from "valibot";
import type { Caller } from "./accounts";
import { invalidBody, Refusal } from "./errors";
import type { Attribute, PolicyBody } from "./policy";
import type { RoleCatalog } from "./role-catalog";
import { exactObject, listed, plainObject, sentenceOf } from "./schema-issues";
import { SCOPE_KEYS } from "./scope";

/** "Policy attribute values must be between 1 and 1,000 characters in length." (IAM policy API) */
const text = v.pipe(v.string(), v.minLength(1), v.maxCodePoints(1000));
const equalsAttribute = exactObject({ key: text, operator: v.literal("stringEquals"), value: text });
const existsAttribute = exactObject({ key: text, operator: v.literal("stringExists"), value: v.boolean() });
const subjectAttribute = v.variant("operator", [equalsAttribute, existsAttribute]);
const resourceAttribute = v.variant("operator", [
  equalsAttribute,
  existsAttribute,
  exactObject({ key: text, operator: v.literal("stringMatch"), value: text }),
  exactObject({
    key: text,
    operator: v.picklist(["stringEqualsAnyOf", "stringMatchAnyOf"]),
    value: v.pipe(v.array(text), v.minLength(1), v.maxLength(10)),
  }),
]);
const tag = exactObject({ key: text, operator: v.picklist(["stringEquals", "stringMatch"]), value: text });
const condition = exactObject({
  key: text,
  operator: text,
  value: v.union(
    [text, v.boolean(), v.array(text)],
    "must be a boolean, a non-empty string or an array of non-empty strings",
  ),
});
const conditionsOf = <Each extends v.GenericSchema>(each: Each) =>
  exactObject({
    operator: v.picklist(["and", "or"]),
    conditions: v.pipe(v.array(each), v.maxLength(10)),
  });
const listOf = <Each extends v.GenericSchema>(each: Each) =>
  v.pipe(v.array(each), v.minLength(1), v.maxLength(100));
const body = v.pipe(
  plainObject,
  exactObject({
    type: v.literal("authorization"),
    description: v.optional(v.pipe(v.string(), v.maxCodePoints(1000))),
    subject: exactObject({ attributes: listOf(subjectAttribute) }),
    resource: exactObject({
      attributes: listOf(resourceAttribute),
      tags: v.optional(v.pipe(v.array(tag), v.maxLength(100))),
    }),
    control: exactObject({
      grant: exactObject({ roles: listOf(exactObject({ role_id: text })) }),
    }),
    pattern: v.optional(text),
    // Conditions nest at most two levels deep (account docs). Without a limit, copying them could overflow the stack.
    rule: v.optional(
      v.variant("operator", [
        conditionsOf(v.variant("operator", [conditionsOf(condition), condition])),
        condition,
      ]),
    ),
  }),
);

/** Returns the value of an attribute whose operator is `stringEquals`. */
export function attributeOf(side: { attributes: readonly Attribute[] }, key: string): string | undefined {
  const value = side.attributes.find((each) => each.key === key && each.operator === "stringEquals")?.value;
  return typeof value === "string" ? value : undefined;
}

/** Changes the path in an error, for a request in another schema. */
type Rename = (path: string) => string;

/**
 * Checks a request body against the rules that IAM's API documents for authorizations.
 *
 * @param rename changes the path in an error
 * @throws Refusal 400 for an invalid body, 403 for a target in another account
 */
export function parsePolicyBody(
  json: unknown,
  caller: Caller,
  roles: RoleCatalog,
  rename: Rename = (path) => path,
): PolicyBody {
  const { success, output: data, issues } = v.safeParse(body, json);
  if (!success) throw invalidBody(sentenceOf(issues, "The body", rename));
  for (const rule of RULES) {
    const problem = rule(data);
    if (problem) throw invalidBody(`${rename(problem.path)} ${problem.expected}`);
  }
  if (attributeOf(data.resource, "accountId") !== caller.accountId) {
    throw new Refusal(
      403,
      "insufficent_permissions",
      "You are not authorized to create an authorization for this account.",
    );
  }
  refuseRoles(data, caller, roles, rename);
  return data;
}

interface Problem {
  path: string;
  expected: string;
}

/** The rules for a whole authorization. */
const RULES: readonly ((data: PolicyBody) => Problem | false)[] = [
  ({ subject }) => repeatedKey("subject", subject),
  ({ resource }) => repeatedKey("resource", resource),
  // "The following attributes are supported" for the subject of an authorization (IAM policy API).
  ({ subject }) => {
    const at = subject.attributes.findIndex(({ key }) => !SCOPE_KEYS.includes(key));
    return at >= 0 && { path: `subject.attributes[${at}].key`, expected: `must be ${listed(SCOPE_KEYS)}` };
  },
  ({ subject }) =>
    attributeOf(subject, "accountId") === undefined && {
      path: "subject.attributes",
      expected: "must include accountId with the operator stringEquals",
    },
  ({ resource }) =>
    attributeOf(resource, "accountId") === undefined && {
      path: "resource.attributes",
      expected: "must include accountId with the operator stringEquals",
    },
  ({ subject }) =>
    !subject.attributes.some(({ key }) => key === "serviceName" || key === "resourceGroupId") && {
      path: "subject.attributes",
      expected: "must include serviceName or resourceGroupId",
    },
  ({ resource }) =>
    attributeOf(resource, "serviceName") === undefined &&
    attributeOf(resource, "resourceType") !== "resource-group" && {
      path: "resource.attributes",
      expected:
        "must include serviceName with the operator stringEquals, unless resourceType is resource-group",
    },
  ({ control: { grant } }) => {
    const ids = grant.roles.map(({ role_id }) => role_id);
    const at = ids.findIndex((id, index) => ids.indexOf(id) < index);
    return at >= 0 && { path: `control.grant.roles[${at}].role_id`, expected: "must not be listed twice" };
  },
];

function repeatedKey(side: string, { attributes }: { attributes: readonly Attribute[] }): Problem | false {
  const keys = attributes.map(({ key }) => key);
  const at = keys.findIndex((key, index) => keys.indexOf(key) < index);
  const expected = `must not be listed twice: ${String(keys[at])}`;
  return at >= 0 && { path: `${side}.attributes[${at}].key`, expected };
}

function refuseRoles(
  { subject, resource, control }: PolicyBody,
  caller: Caller,
  roles: RoleCatalog,
  rename: Rename,
): void {
  const [source, target] = [attributeOf(subject, "serviceName"), attributeOf(resource, "serviceName")];
  const offered = roles.offered(caller, source, target);
  const pair = `${source ?? "any service"} to ${target ?? "resource groups"}`;
  if (offered.length === 0) {
    const sides = `${rename("subject.attributes")} and ${rename("resource.attributes")}`;
    throw invalidBody(
      `${sides} must name services that IAM can authorize: /v2/roles lists no role for ${pair}`,
    );
  }
  const ids = control.grant.roles.map(({ role_id }) => role_id);
  const at = ids.findIndex((id) => !offered.some(({ crn }) => crn === id));
  if (at < 0) return;
  const path = rename(`control.grant.roles[${at}].role_id`);
  throw invalidBody(`${path} must be the CRN of a role that /v2/roles lists for ${pair}, not ${ids[at]}`);
}
