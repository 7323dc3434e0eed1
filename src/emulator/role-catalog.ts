import { OTHER_TARGETS } from "./other-targets";
import {
  AUTHORIZATION_DELEGATOR,
  common,
  iamRoles,
  own,
  PLATFORM,
  sharedById,
  type CatalogRole,
} from "./role-forms";

/** The roles of each target. Source: iam-service-roles.md, and each service's own page. */
const TARGETS: Record<string, CatalogRole[]> = {
  kms: common("kms"),
  "hs-crypto": common("hs-crypto"),
  "cloud-object-storage": [
    ...common("cloud-object-storage"),
    own(
      "cloud-object-storage",
      "ContentReader",
      "Content Reader",
      "As a content reader, one can read and list objects in the bucket.",
    ),
    own(
      "cloud-object-storage",
      "ObjectReader",
      "Object Reader",
      "As an object reader, one can only read objects.",
    ),
    own(
      "cloud-object-storage",
      "ObjectWriter",
      "Object Writer",
      "As an object writer, one can only write objects.",
    ),
  ],
  codeengine: common("codeengine"),
  messagehub: common("messagehub"),
  apprapp: [
    ...common("apprapp"),
    // Its CRN is not documented: by analogy with other services' own roles.
    own(
      "apprapp",
      "ConfigOperator",
      "Config Operator",
      "As a config operator, you can toggle the feature state.",
    ),
  ],
  "event-notifications": [
    ...common("event-notifications"),
    sharedById(
      "event-notifications",
      "KeyManager",
      "Key Manager",
      "As a key manager, the service can perform platform actions required to manage resource keys.",
    ),
    sharedById(
      "event-notifications",
      "ConfigReader",
      "Service Configuration Reader",
      "The ability to read services configuration for Governance management.",
    ),
    own(
      "event-notifications",
      "Event-Notification-Publisher",
      "Event Notification Publisher",
      "Custom role to send notifications",
    ),
    // The CRNs below are not documented: by analogy with the one above.
    own(
      "event-notifications",
      "Event-Source-Manager",
      "Event Source Manager",
      "Custom role to handle source integration with the event-notifications service",
    ),
    own(
      "event-notifications",
      "Channel-Editor",
      "Channel Editor",
      "Custom role to handle subscription activities",
    ),
    own(
      "event-notifications",
      "Device-Manager",
      "Device Manager",
      "Custom role to handle push device registration",
    ),
    own(
      "event-notifications",
      "Email-Sender",
      "Email Sender",
      "Custom role to send email events from classic to VPC",
    ),
    own(
      "event-notifications",
      "Status-Reporter",
      "Status Reporter",
      "Custom role to handle messaging api callbacks",
    ),
    own(
      "event-notifications",
      "Custom-Email-Status-Reporter",
      "Custom Email Status Reporter",
      "Custom role to handle vpc api callbacks",
    ),
    own(
      "event-notifications",
      "SMTP-Manager",
      "SMTP Manager",
      "Custom role is to manage SMTP Configurations",
    ),
    own(
      "event-notifications",
      "SMTP-Sender",
      "SMTP Sender",
      "Custom role to send emails using SMTP interface",
    ),
    own(
      "event-notifications",
      "Pool-ID-Manager",
      "Pool ID Manager",
      "Custom role is to manage apis related to pool id for sms",
    ),
  ],
  // A target that is a resource group belongs to no service of its own.
  "resource-controller": iamRoles("resource-controller", PLATFORM, "system"),
};

/** The targets that Event Notifications may be authorized to. Source: event-notifications docs, en-destination-*.md. */
const DESTINATIONS = [
  "kms",
  "hs-crypto",
  "cloud-object-storage",
  "codeengine",
  "apprapp",
  "messagehub",
  "resource-controller",
];

/** The sources that may be authorized to Event Notifications. Source: each service's page on it. */
const SOURCES = [
  "secrets-manager",
  "logs",
  "sysdig-monitor",
  "project",
  "toolchain",
  "is",
  "software-defined-storage",
  "compliance",
  "apprapp",
  "lakehouse",
  "openpages",
];

/** The services that pass on what they may do with a key. Source: Terraform's tests, and the pages of VPC and Event Streams. */
const DELEGATING = ["kms", "hs-crypto"];

/**
 * The roles that an authorization of a pair can grant; none for a pair that does not exist.
 *
 * @param source a service's name; absent for every service of a resource group
 * @param target a service's name; absent for resource groups
 * @param anyPair whether any source goes with any target that is known here
 */
export function rolesOf(
  source: string | undefined,
  target = "resource-controller",
  anyPair = false,
): CatalogRole[] {
  const offered = anyPair
    ? [...known(TARGETS, target), ...known(OTHER_TARGETS, target)]
    : known(TARGETS, target);
  if (source === undefined) return offered;
  if (anyPair) return DELEGATING.includes(target) ? [...offered, AUTHORIZATION_DELEGATOR] : offered;
  const exists =
    source === "event-notifications"
      ? DESTINATIONS.includes(target)
      : target === "event-notifications" && SOURCES.includes(source);
  return exists ? offered : [];
}

function known(targets: Record<string, CatalogRole[]>, name: string): CatalogRole[] {
  return Object.hasOwn(targets, name) ? (targets[name] ?? []) : [];
}

/** The roles for a group of services, of which `IAM` is the only one: account management. */
const GROUPS: Record<string, CatalogRole[]> = {
  IAM: [
    ...iamRoles("iam", PLATFORM, "system"),
    own(
      "iam-identity",
      "ServiceIdCreator",
      "Service ID creator",
      "As a creator, you can create service IDs.",
    ),
    // Its CRN is not documented: by analogy with the one above.
    own(
      "iam-identity",
      "UserApiKeyCreator",
      "User API key creator",
      "As a creator, you can create API keys.",
    ),
  ],
};

export function rolesOfGroup(id: string): CatalogRole[] {
  return known(GROUPS, id);
}

/** A role by its CRN, whatever it is offered for. */
export function roleById(crn: string): CatalogRole | undefined {
  return [...Object.values(TARGETS), ...Object.values(OTHER_TARGETS), AUTHORIZATION_DELEGATOR]
    .flat()
    .find((each) => each.crn === crn);
}
