import * as v from "valibot";
import { CodedError } from "../shared/coded-error";
import type { Named, PolicyDefinition } from "./types";

const TERRAFORM_TYPE = "ibm_iam_authorization_policy";
const BRIDGED_TYPE = "ibm:index/iamAuthorizationPolicy:IamAuthorizationPolicy";

const withId = v.object({ id: v.string() });
/** A state file of Terraform or OpenTofu. Other resource types have other attributes. */
const terraformState = v.object({
  terraform_version: v.string(),
  resources: v.array(
    v.object({
      mode: v.optional(v.string()),
      module: v.optional(v.string()),
      type: v.string(),
      name: v.string(),
      instances: v.array(
        v.object({
          index_key: v.optional(v.union([v.string(), v.number()])),
          attributes: v.optional(v.looseObject({})),
        }),
      ),
    }),
  ),
});

interface Module {
  resources?: {
    address: string;
    mode?: string;
    type: string;
    name: string;
    index?: string | number;
    values?: unknown;
  }[];
  child_modules?: Module[];
}
const terraformModule: v.GenericSchema<Module> = v.object({
  resources: v.optional(
    v.array(
      v.object({
        address: v.string(),
        mode: v.optional(v.string()),
        type: v.string(),
        name: v.string(),
        index: v.optional(v.union([v.string(), v.number()])),
        values: v.optional(v.unknown()),
      }),
    ),
  ),
  child_modules: v.optional(v.array(v.lazy(() => terraformModule))),
});
const stateValues = v.optional(v.object({ root_module: terraformModule }));
/** The output of `terraform show -json`. For a saved plan, the state is in `prior_state`. */
const terraformShow = v.object({
  format_version: v.string(),
  values: stateValues,
  prior_state: v.optional(v.object({ values: stateValues })),
});

/** The output of `pulumi stack export`. */
const pulumiExport = v.object({
  deployment: v.object({
    resources: v.optional(
      v.array(v.object({ urn: v.string(), type: v.string(), id: v.optional(v.string()) })),
      [],
    ),
  }),
});

const value = v.union([v.string(), v.boolean(), v.array(v.string())]);
const roles = v.pipe(v.array(v.object({ role_id: v.string() })), v.minLength(1));
const operator = v.optional(v.string(), "stringEquals");
const key = v.string();
const attributesV2 = v.array(v.object({ key, operator, value }));
const tagsV2 = v.optional(v.array(v.object({ key, operator, value: v.string() })));
const attributesV1 = v.array(
  v.pipe(
    v.object({ name: v.string(), operator, value }),
    v.transform(({ name, ...rest }) => ({ key: name, ...rest })),
  ),
);
const tagsV1 = v.optional(
  v.array(
    v.pipe(
      v.object({ name: v.string(), operator, value: v.string() }),
      v.transform(({ name, ...rest }) => ({ key: name, ...rest })),
    ),
  ),
);
/** A policy of IAM's v1 API, which `ibmcloud iam authorization-policy-create --file` takes. */
const definitionV1 = v.pipe(
  v.object({
    type: v.literal("authorization"),
    subjects: v.tuple([v.object({ attributes: attributesV1 })]),
    resources: v.tuple([v.object({ attributes: attributesV1, tags: tagsV1 })]),
    roles,
  }),
  v.transform(({ subjects: [subject], resources: [resource], roles }): PolicyDefinition => ({
    subject,
    resource,
    roleIds: roles.map(({ role_id }) => role_id),
  })),
);
const definitionV2 = v.pipe(
  v.object({
    type: v.literal("authorization"),
    subject: v.object({ attributes: attributesV2 }),
    resource: v.object({ attributes: attributesV2, tags: tagsV2 }),
    control: v.object({ grant: v.object({ roles }) }),
  }),
  v.transform(({ subject, resource, control }): PolicyDefinition => ({
    subject,
    resource,
    roleIds: control.grant.roles.map(({ role_id }) => role_id),
  })),
);
const definitions = v.array(v.union([definitionV1, definitionV2]));

/**
 * Finds the authorizations that a file names. It reads a state file of Terraform, the output of `terraform show -json`, the output of `pulumi
 * stack export` with the bridged provider, and the definitions that `ibmcloud iam authorization-policy-create --file` takes.
 *
 * @param text the file's content, JSON
 * @throws CodedError if the file is none of these
 */
export function namedIn(text: string): Named[] {
  const json = parseJson(text);
  for (const { schema, read } of SOURCES) {
    const { success, output } = v.safeParse(schema, json);
    if (success) return read(output);
  }
  throw new CodedError(
    "invalid-argument",
    "the file is none of these: a Terraform state, the output of `terraform show -json` or `pulumi stack export`, or a policy definition as `ibmcloud iam authorization-policy-create --file` takes it",
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CodedError("invalid-argument", `the file is not JSON: ${(error as Error).message}`);
  }
}

interface Source<Schema extends v.GenericSchema> {
  schema: Schema;
  read: (content: v.InferOutput<Schema>) => Named[];
}

function source<Schema extends v.GenericSchema>(
  schema: Schema,
  read: Source<Schema>["read"],
): Source<v.GenericSchema> {
  return { schema, read };
}

const SOURCES = [
  source(terraformState, ({ resources }) =>
    resources
      .filter(({ type, mode = "managed" }) => type === TERRAFORM_TYPE && mode === "managed")
      .flatMap(({ module, name, instances }) =>
        instances.map(({ index_key: index, attributes }) =>
          fromTerraform(
            [module, `${TERRAFORM_TYPE}.${name}`].filter(Boolean).join("."),
            name,
            index,
            attributes,
          ),
        ),
      ),
  ),
  source(terraformShow, ({ values, prior_state: prior }) =>
    resourcesOf((values ?? prior?.values)?.root_module ?? {}),
  ),
  source(pulumiExport, ({ deployment }) =>
    deployment.resources
      .filter(({ type }) => type === BRIDGED_TYPE)
      .map(({ urn, id }) => ({
        at: urn,
        ...(id !== undefined && { id }),
        name: urn.split("::").at(-1) ?? "",
      })),
  ),
  source(
    v.pipe(
      v.unknown(),
      v.transform((json): unknown => (Array.isArray(json) ? json : [json])),
      definitions,
    ),
    (all) => all.map((definition, at) => ({ at: `definition ${at + 1}`, definition })),
  ),
];

function resourcesOf({ resources = [], child_modules: children = [] }: Module): Named[] {
  const own = resources
    .filter(({ type, mode = "managed" }) => type === TERRAFORM_TYPE && mode === "managed")
    .map(({ address, name, index, values }) => fromTerraform(address, name, index, values));
  return [...own, ...children.flatMap(resourcesOf)];
}

/** @param address the address, with or without the index */
function fromTerraform(
  address: string,
  name: string,
  index: string | number | undefined,
  values: unknown,
): Named {
  const { success, output } = v.safeParse(withId, values);
  const suffix = index === undefined ? "" : `[${JSON.stringify(index)}]`;
  return {
    at: address.endsWith(suffix) ? address : `${address}${suffix}`,
    ...(success && { id: output.id }),
    name: [name, ...(index === undefined ? [] : [index])].join("-").replaceAll("_", "-"),
  };
}
