import * as v from "valibot";
import type { Caller } from "./account";
import type { Roles } from "./custom-roles";
import { badBody } from "./errors";
import { plainObject } from "./plain-object";
import type { PolicyBody } from "./policy";
import { toPolicyBody } from "./policy-rules";

/** "Currently, only the `stringEquals` and the `stringMatch` operators are available." (IAM policy API) */
const operator = v.optional(v.picklist(["stringEquals", "stringMatch"]), "stringEquals");
const subjectAttribute = v.strictObject({ name: v.string(), value: v.string() });
const resourceAttribute = v.strictObject({ name: v.string(), value: v.string(), operator });
/** The names of a role are what GET shows besides: who sends back what it was shown is not refused. */
const role = v.strictObject({
  role_id: v.string(),
  display_name: v.optional(v.string()),
  description: v.optional(v.string()),
});
const body = v.pipe(
  plainObject,
  v.strictObject({
    type: v.string(),
    description: v.optional(v.string()),
    subjects: v.tuple([v.strictObject({ attributes: v.array(subjectAttribute) })]),
    roles: v.array(role),
    // "Note that only one resource is allowed in a policy." (IAM policy API)
    resources: v.tuple([
      v.strictObject({
        attributes: v.array(resourceAttribute),
        tags: v.optional(v.array(resourceAttribute)),
      }),
    ]),
  }),
);

type Named = v.InferOutput<typeof resourceAttribute>;
const keyed = ({ name, operator, value }: Named) => ({ key: name, operator, value });

/**
 * Takes a request's body in the schema of v1 for a policy, by the same rules as one in v2's.
 *
 * @throws Refusal as `toPolicyBody`
 */
export function toPolicyBodyOfV1(json: unknown, caller: Caller, roles: Roles): PolicyBody {
  const { success, output, issues } = v.safeParse(body, json);
  if (!success) throw badBody(issues[0]);
  const {
    type,
    description,
    subjects: [subject],
    resources: [resource],
  } = output;
  const attributes = resource.attributes.map(keyed);
  // Nobody knows whether IAM fills it in: some of IBM's pages leave it out, the API's text calls for it.
  if (!attributes.some(({ key }) => key === "accountId")) {
    attributes.push({ key: "accountId", operator: "stringEquals", value: caller.accountId });
  }
  const said = {
    type,
    ...(description !== undefined && { description }),
    subject: { attributes: subject.attributes.map((each) => keyed({ ...each, operator: "stringEquals" })) },
    resource: { attributes, ...(resource.tags && { tags: resource.tags.map(keyed) }) },
    control: { grant: { roles: output.roles.map(({ role_id }) => ({ role_id })) } },
  };
  return toPolicyBody(said, caller, roles);
}
