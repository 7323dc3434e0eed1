import * as v from "valibot";
import { INSTANCE_ID } from "./instance-ids";
import { INSTANCE_STATES } from "./resource";
import { exactObject } from "./schema-issues";
import { LIMITS } from "./scope";
import { hexId, matching, text, uuid } from "./seed-values";

const listOf = <Each extends v.GenericSchema>(each: Each, description: string) =>
  v.optional(v.pipe(v.array(each), v.description(description)), []);

const ownerAccount = v.optional(hexId("The id of the account that owns it. Default: the first account."));

const profile = exactObject({
  id: text("`Profile-<uuid>` in IBM Cloud."),
  name: text("The profile's name."),
  iamId: text("The IAM id that policies record as their author: `iam-Profile-<uuid>` in IBM Cloud."),
  crToken: v.optional(text("The compute resource token that is valid for this profile.")),
});

/** An account with its API keys and trusted profiles. */
const account = exactObject({
  id: hexId("The account's id: 32 hexadecimal digits."),
  apiKeys: v.pipe(
    v.array(
      v.union(
        [text("An API key."), exactObject({ apiKey: text("An API key."), iamId: text("Its IAM id.") })],
        "must be a string, or an object with apiKey and iamId",
      ),
    ),
    v.minLength(1),
    v.description("The account's API keys. They work only with this emulator."),
  ),
  iamId: text("The IAM id of the API keys that are strings, such as `iam-ServiceId-…`."),
  profiles: v.optional(v.pipe(v.array(profile), v.description("The account's trusted profiles."))),
});

const resourceGroup = exactObject({
  name: text("The resource group's name."),
  id: v.optional(hexId("32 hexadecimal digits. Default: generated.")),
  default: v.optional(
    v.pipe(
      v.boolean(),
      v.description("Makes this the account's default resource group, instead of `Default`."),
    ),
  ),
  accountId: ownerAccount,
});

const instance = exactObject({
  name: text("The instance's name."),
  serviceName: text("The service's name in IAM: `kms`, `cloud-object-storage`, …"),
  guid: v.optional(
    matching(
      INSTANCE_ID,
      "must be the id of an instance",
      "A UUID, or the id that the service has instead. Default: a generated UUID.",
    ),
  ),
  resourceGroupId: v.optional(
    hexId("The id of its resource group. Default: the account's default resource group."),
  ),
  region: v.optional(text("Default: `us-south`, or `global` for Cloud Object Storage.")),
  state: v.optional(v.picklist(INSTANCE_STATES)),
  accountId: ownerAccount,
});

const SERVICE = "The service's name in IAM.";
const authorization = exactObject({
  id: v.optional(uuid("The policy's id: a UUID. Default: generated.")),
  source: v.pipe(
    exactObject({
      serviceName: v.optional(
        text(`${SERVICE} \`*\` means every service in the resource group. Default: event-notifications.`),
        "event-notifications",
      ),
      ...LIMITS,
      accountId: v.optional(hexId("The account of the source. Default: that of the target.")),
    }),
    v.description("The service that gets access, with the properties of a program's `source`."),
  ),
  target: v.pipe(
    exactObject({
      serviceName: text(`${SERVICE} \`*\` is for resource groups themselves.`),
      ...LIMITS,
      accountId: ownerAccount,
    }),
    v.description("The service that the source may access, with the properties of a program's `target`."),
  ),
  roles: v.pipe(
    v.array(text("A role's display name, such as `Object Writer`, or its CRN.")),
    v.minLength(1),
    v.description("The roles that the source gets on the target."),
  ),
  description: v.optional(text("The purpose of the authorization.")),
});

const attribute = v.looseObject({
  key: v.string(),
  operator: v.string(),
  value: v.union(
    [v.string(), v.boolean(), v.array(v.string())],
    "must be a string, a boolean or an array of strings",
  ),
});
const template = v.looseObject({
  id: v.string(),
  version: v.string(),
  assignment_id: v.optional(v.string()),
  root_id: v.optional(v.string()),
  root_version: v.optional(v.string()),
});

/** A v2 policy as IAM returns it. More properties are allowed, so that a policy of a real account can be used. */
export const policy = v.looseObject({
  id: v.optional(v.string()),
  type: v.optional(v.literal("authorization")),
  description: v.optional(v.string()),
  subject: v.looseObject({ attributes: v.array(attribute) }),
  resource: v.looseObject({ attributes: v.array(attribute), tags: v.optional(v.array(attribute)) }),
  control: v.looseObject({
    grant: v.looseObject({ roles: v.array(v.looseObject({ role_id: v.string() })) }),
  }),
  state: v.optional(v.picklist(["active", "deleted"])),
  href: v.optional(v.string()),
  created_at: v.optional(v.string()),
  created_by_id: v.optional(v.string()),
  last_modified_at: v.optional(v.string()),
  last_modified_by_id: v.optional(v.string()),
  pattern: v.optional(v.string()),
  rule: v.optional(v.looseObject({})),
  template: v.optional(template),
});

/** A seed file. `docs/emulator-seed.schema.json` is generated from it. */
export const seedFile = v.pipe(
  exactObject({
    $schema: v.optional(v.string()),
    accounts: v.optional(
      v.pipe(
        v.array(account),
        v.minLength(1),
        v.description(
          "The accounts; the first is the default. Default: one account with the key `emulator-api-key`.",
        ),
      ),
    ),
    resourceGroups: listOf(resourceGroup, "The resource groups. Each account also has the group `Default`."),
    instances: listOf(instance, "The service instances."),
    authorizations: listOf(authorization, "The authorizations, as a program declares them."),
    policies: listOf(
      v.pipe(policy, v.description("A v2 policy as IAM returns it. Missing metadata is filled in.")),
      "The authorizations as IAM's API returns them: /v2/policies.",
    ),
  }),
  v.title("A seed file of the IAM emulator of pulumi-ibm-en-authorization"),
);

export type SeedFile = v.InferOutput<typeof seedFile>;
export type SeedAuthorization = SeedFile["authorizations"][number];
