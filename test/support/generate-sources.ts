import { COS, EN } from "./inputs";
import { WHAT_EXISTS } from "./what-exists";

/** Returns the id of a policy of `WHAT_EXISTS`. */
export const idOf = (name: string) => WHAT_EXISTS[name]?.id ?? "";
export const TERRAFORM_TYPE = "ibm_iam_authorization_policy";

/** A state file that names policies of each kind, one that is gone, and resources of other types. */
export const TERRAFORM_STATE = {
  version: 4,
  terraform_version: "1.11.4",
  resources: [
    {
      mode: "managed",
      type: TERRAFORM_TYPE,
      name: "failed_events",
      instances: [{ schema_version: 0, attributes: { id: idOf("bucket"), roles: ["Reader"] } }],
    },
    {
      module: "module.events",
      mode: "managed",
      type: TERRAFORM_TYPE,
      name: "each",
      instances: [
        { index_key: "wide", attributes: { id: idOf("wide") } },
        { index_key: 1, attributes: { id: "11111111-0000-4000-8000-000000000000" } },
      ],
    },
    { mode: "data", type: TERRAFORM_TYPE, name: "data", instances: [{ attributes: { id: idOf("group") } }] },
    {
      mode: "managed",
      type: "ibm_resource_instance",
      name: "en",
      instances: [{ attributes: { id: "crn:v1" } }],
    },
    {
      mode: "managed",
      type: TERRAFORM_TYPE,
      name: "templated",
      instances: [{ attributes: { id: idOf("template") } }],
    },
    {
      mode: "managed",
      type: TERRAFORM_TYPE,
      name: "unrelated",
      instances: [{ attributes: { id: idOf("unrelated") } }],
    },
  ],
};

/** The output of `terraform show -json`. */
export const SHOW = {
  format_version: "1.0",
  values: {
    root_module: {
      resources: [
        {
          address: `${TERRAFORM_TYPE}.failed_events`,
          mode: "managed",
          type: TERRAFORM_TYPE,
          name: "failed_events",
          values: { id: idOf("bucket") },
        },
      ],
      child_modules: [
        {
          address: "module.events",
          resources: [
            {
              address: `module.events.${TERRAFORM_TYPE}.each["wide"]`,
              mode: "managed",
              type: TERRAFORM_TYPE,
              name: "each",
              index: "wide",
              values: { id: idOf("wide") },
            },
          ],
        },
      ],
    },
  },
};

/** The output of `pulumi stack export` with the bridged provider. */
export const EXPORT = {
  version: 3,
  deployment: {
    resources: [
      { urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", type: "pulumi:pulumi:Stack" },
      {
        urn: "urn:pulumi:dev::p::ibm:index/iamAuthorizationPolicy:IamAuthorizationPolicy::bucket",
        type: "ibm:index/iamAuthorizationPolicy:IamAuthorizationPolicy",
        id: idOf("bucket"),
      },
    ],
  },
};

/** A definition for `ibmcloud iam authorization-policy-create --file`. */
export const V1 = {
  type: "authorization",
  subjects: [
    {
      attributes: [
        { name: "serviceName", value: "event-notifications" },
        { name: "serviceInstance", value: EN },
      ],
    },
  ],
  roles: [
    { role_id: "crn:v1:bluemix:public:iam::::serviceRole:Reader" },
    { role_id: "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter" },
  ],
  resources: [
    {
      attributes: [
        { name: "serviceName", value: "cloud-object-storage" },
        { name: "serviceInstance", value: COS },
        { name: "resourceType", value: "bucket" },
        { name: "resource", value: "failed-events", operator: "stringEquals" },
      ],
    },
  ],
};
const { subject, resource, control } = WHAT_EXISTS["bucket"] ?? {};
/** A policy of IAM's v2 API. */
export const V2 = { type: "authorization", subject, resource, control };
