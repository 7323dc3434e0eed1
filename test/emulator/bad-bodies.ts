import { adding, equals, granting, leavingOut, READER, type Body } from "./bodies";

/** A change that makes a valid body invalid. */
export type Change = (body: Body) => object;

/** Documented rules for authorizations: "Both the policy subject and the policy resource must include …" */
export const DOCUMENTED: [what: string, change: Change][] = [
  ["a subject without accountId", (body) => leavingOut("subject", body, "accountId")],
  ["a resource without accountId", (body) => leavingOut("resource", body, "accountId")],
  ["a subject without serviceName or resourceGroupId", (body) => leavingOut("subject", body, "serviceName")],
  ["an empty value in the subject", (body) => adding("subject", body, equals("resource", ""))],
  ["an empty value in the resource", (body) => setting(body, "resource", "")],
  [
    "a value of 1001 characters in the subject",
    (body) => adding("subject", body, equals("resource", long(1001))),
  ],
  ["a value of 1001 characters in the resource", (body) => setting(body, "resource", long(1001))],
  [
    "a subject attribute that authorizations do not support",
    (body) => adding("subject", body, equals("iam_id", "x")),
  ],
  ["no role", (body) => ({ ...body, control: granting() })],
  ["no subject", (body) => ({ ...body, subject: undefined })],
  ["no resource", (body) => ({ ...body, resource: undefined })],
  ["no control", (body) => ({ ...body, control: undefined })],
  ["no type", (body) => ({ ...body, type: undefined })],
];

/** Bodies that the emulator refuses although IBM documents no rule. */
export const UNDOCUMENTED: [what: string, change: Change][] = [
  ["an access policy", (body) => ({ ...body, type: "access" })],
  ["an array", (body) => [body]],
  ["an unknown property", (body) => ({ ...body, template_id: "x" })],
  ["a description that is not a string", (body) => ({ ...body, description: 1 })],
  ["a description of 1001 characters", (body) => ({ ...body, description: long(1001) })],
  ["a subject in v1's schema", (body) => ({ ...body, subject: undefined, subjects: [body.subject] })],
  ["a repeated attribute in the subject", (body) => adding("subject", body, equals("serviceName", "logs"))],
  ["a repeated attribute in the resource", (body) => adding("resource", body, equals("resource", "other"))],
  ["a repeated role", (body) => ({ ...body, control: granting(READER, READER) })],
  ["a role by its name", (body) => ({ ...body, control: granting("Reader") })],
  [
    "a role with another property than its id",
    (body) => ({ ...body, control: { grant: { roles: [{ role_id: READER, name: "x" }] } } }),
  ],
  ["a subject with stringMatch", (body) => adding("subject", body, operator("stringMatch", "x*"))],
  [
    "a subject with stringEqualsAnyOf",
    (body) => adding("subject", body, operator("stringEqualsAnyOf", ["x"])),
  ],
  ["a subject with stringMatchAnyOf", (body) => adding("subject", body, operator("stringMatchAnyOf", ["x"]))],
  ["an unknown operator", (body) => adding("resource", body, operator("numericEquals", "1"))],
  ["stringEquals with a boolean", (body) => adding("resource", body, operator("stringEquals", true))],
  ["stringExists with a string", (body) => adding("resource", body, operator("stringExists", "true"))],
  ["stringMatch with a list", (body) => adding("resource", body, operator("stringMatch", ["x"]))],
  ["stringEqualsAnyOf with a string", (body) => adding("resource", body, operator("stringEqualsAnyOf", "x"))],
  ["an empty list of values", (body) => adding("resource", body, operator("stringEqualsAnyOf", []))],
  ["eleven values", (body) => adding("resource", body, operator("stringMatchAnyOf", Array(11).fill("x")))],
  [
    "an attribute without an operator",
    (body) => adding("resource", body, { key: "region", value: "x" } as never),
  ],
  [
    "an accountId with stringExists",
    (body) =>
      adding("subject", leavingOut("subject", body, "accountId"), {
        key: "accountId",
        operator: "stringExists",
        value: true,
      }),
  ],
  [
    "a tag with stringExists",
    (body) => ({
      ...body,
      resource: { ...body.resource, tags: [{ key: "env", operator: "stringExists", value: true }] },
    }),
  ],
  ["a rule that is not a condition", (body) => ({ ...body, rule: { day: "monday" } })],
  ["a rule whose conditions nest three levels deep", (body) => ({ ...body, rule: nested(3) })],
  [
    "a rule of eleven conditions",
    (body) => ({ ...body, rule: { operator: "or", conditions: Array(11).fill(nested(0)) } }),
  ],
  ["a target without a service", (body) => leavingOut("resource", body, "serviceName")],
];

/** Returns a time-based condition inside `levels` levels of other conditions. */
export function nested(levels: number): object {
  const condition = {
    key: "{{environment.attributes.day_of_week}}",
    operator: "dayOfWeekAnyOf",
    value: ["1+00:00"],
  };
  return Array.from({ length: levels }).reduce<object>(
    (inner) => ({ operator: "and", conditions: [inner] }),
    condition,
  );
}

/** Returns a text of this many characters. */
export function long(length: number): string {
  return "x".repeat(length);
}

function operator(name: string, value: unknown) {
  return { key: "region", operator: name, value };
}

/** Returns the body with another value of an attribute of its resource. */
export function setting(body: Body, key: string, value: string): Body {
  return adding("resource", leavingOut("resource", body, key), equals(key, value));
}
