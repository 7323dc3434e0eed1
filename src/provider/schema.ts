import { z } from "zod";

const LONGEST = 1000;

/** Refuses what IAM would: "Policy attribute values must be between 1 and 1,000 characters" (IAM policy API). */
function refuseLength(value: string, context: z.RefinementCtx, whenEmpty: string): void {
  const { length } = Array.from(value);
  if (length === 0) context.addIssue({ code: "custom", message: whenEmpty });
  if (length > LONGEST) {
    context.addIssue({
      code: "custom",
      message: `must not be longer than ${LONGEST} characters, and has ${length}`,
    });
  }
}

const text = z.string().superRefine((value, context) => {
  refuseLength(value, context, "must not be empty");
  if (value.trim() !== value && value.trim() !== "") {
    context.addIssue({
      code: "custom",
      message: `must not begin or end with white space: write "${value.trim()}"`,
    });
  }
  if (value !== "" && value.trim() === "")
    context.addIssue({ code: "custom", message: "must not be white space alone" });
});
const description = z.string().superRefine((value, context) => {
  refuseLength(value, context, "must not be empty: leave it out to clear it in IAM");
});

/** What each operator compares with. */
const COMPARED = {
  stringEquals: text,
  stringMatch: text,
  stringExists: z.boolean(),
  stringEqualsAnyOf: z.array(text).min(1).max(10),
  stringMatchAnyOf: z.array(text).min(1).max(10),
};

const attribute = z
  .strictObject({
    key: text,
    operator: z.enum(Object.keys(COMPARED) as (keyof typeof COMPARED)[]).optional(),
    value: z.unknown(),
  })
  .superRefine(({ operator = "stringEquals", value }, context) => {
    for (const issue of COMPARED[operator].safeParse(value).error?.issues ?? []) {
      context.addIssue({ ...issue, path: ["value", ...issue.path] });
    }
  });
const tag = z.strictObject({
  key: text,
  operator: z.enum(["stringEquals", "stringMatch"]).optional(),
  value: text,
});
const side = {
  accountId: text.optional(),
  serviceInstance: text.optional(),
  resourceGroupId: text.optional(),
  region: text.optional(),
  resourceType: text.optional(),
  resource: text.optional(),
  attributes: z.array(attribute).optional(),
};
const seconds = z.number().refine((value) => value >= 0 && value <= 3600, "must be seconds, from 0 to 3,600");
const settle = z.strictObject({ afterCreate: seconds.optional(), beforeDelete: seconds.optional() });
/** What inputs look like when everything is known. */
export const schema = z.strictObject({
  source: z.strictObject({ serviceName: text.optional(), ...side }),
  target: z.strictObject({ serviceName: text, ...side, tags: z.array(tag).optional() }),
  roles: z.array(text).min(1).optional(),
  description: description.optional(),
  adopt: z.union([z.boolean(), text], "must be true, false or a policy's id").optional(),
  settle: settle.optional(),
  credentials: text.optional(),
});

/** The names that are known, by where they stand. */
export const PROPERTIES: Record<string, string[]> & { attribute: string[] } = {
  "": Object.keys(schema.shape),
  // A side's CRN is written out before anything is checked.
  source: ["crn", ...Object.keys(schema.shape.source.shape)],
  target: ["crn", ...Object.keys(schema.shape.target.shape)],
  settle: Object.keys(settle.shape),
  attribute: Object.keys(attribute.shape),
};

/** Inputs of the right shape, as far as they are known. */
export type Shaped = z.infer<typeof schema>;
