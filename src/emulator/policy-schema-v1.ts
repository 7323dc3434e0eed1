import * as v from "valibot";
import type { Caller } from "./accounts";
import { invalidBody } from "./errors";
import type { PolicyBody } from "./policy";
import { parsePolicyBody } from "./policy-schema";
import type { RoleCatalog } from "./role-catalog";
import { exactObject, plainObject, sentenceOf } from "./schema-issues";

/** "Currently, only the `stringEquals` and the `stringMatch` operators are available." (IAM policy API) */
const operatorV1 = v.optional(v.picklist(["stringEquals", "stringMatch"]), "stringEquals");
const subjectAttributeV1 = exactObject({ name: v.string(), value: v.string() });
const resourceAttributeV1 = exactObject({ name: v.string(), value: v.string(), operator: operatorV1 });
/** GET returns the name and description of a role; a client may send them back. */
const roleV1 = exactObject({
  role_id: v.string(),
  display_name: v.optional(v.string()),
  description: v.optional(v.string()),
});
const bodyV1 = v.pipe(
  plainObject,
  exactObject({
    type: v.string(),
    description: v.optional(v.string()),
    subjects: v.strictTuple([exactObject({ attributes: v.array(subjectAttributeV1) })]),
    roles: v.array(roleV1),
    // "Note that only one resource is allowed in a policy." (IAM policy API)
    resources: v.strictTuple([
      exactObject({
        attributes: v.array(resourceAttributeV1),
        tags: v.optional(v.array(resourceAttributeV1)),
      }),
    ]),
  }),
);

/**
 * Checks a v1 request body by the rules of v2, and converts it to v2.
 *
 * @throws Refusal as `parsePolicyBody` does
 */
export function parsePolicyBodyV1(json: unknown, caller: Caller, roles: RoleCatalog): PolicyBody {
  const { success, output, issues } = v.safeParse(bodyV1, json);
  if (!success) throw invalidBody(sentenceOf(issues, "The body"));
  const {
    type,
    description,
    subjects: [subject],
    resources: [resource],
  } = output;
  const attributes = resource.attributes.map(toAttribute);
  // IBM's sources disagree: the API reference requires accountId, and an example in Cloud Logs' docs omits it. The emulator
  // accepts both, and fills in the caller's account. No public source states whether IAM does.
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
  return parsePolicyBody(converted, caller, roles, toV1Path);
}

function toAttribute({ name, operator, value }: v.InferOutput<typeof resourceAttributeV1>) {
  return { key: name, operator, value };
}

/** Converts a path of v2 to that of the same value in v1. */
function toV1Path(path: string): string {
  return path
    .replace(/^subject/, "subjects[0]")
    .replace(/^resource/, "resources[0]")
    .replace(/^control\.grant\./, "")
    .replace(/\.key$/, ".name");
}
