/** A role that an authorization can grant. */
export interface CatalogRole {
  kind: "system" | "service" | "custom";
  crn: string;
  display_name: string;
  description: string;
  actions: string[];
}

function role(
  kind: CatalogRole["kind"],
  crn: string,
  display_name: string,
  description: string,
  service: string,
): CatalogRole {
  const word = display_name.toLowerCase().replaceAll(" ", "-");
  return { kind, crn, display_name, description, actions: [`${service}.emulated.${word}`] };
}

/** Source: account docs, iam-service-roles.md. */
const PLATFORM: Record<string, string> = {
  Viewer: "As a viewer, you can view service instances, but you can't modify them.",
  Operator:
    "As an operator, you can perform platform actions required to configure and operate service instances.",
  Editor:
    "As an editor, you can perform all platform actions except for managing the account and assigning access policies.",
  Administrator:
    "As an administrator, you can perform all platform actions based on the resource this role is being assigned.",
};
const SHARED: Record<string, string> = {
  Reader:
    "As a reader, you can perform read-only actions within a service such as viewing service-specific resources.",
  Writer:
    "As a writer, you have permissions beyond the reader role, including creating and editing service-specific resources.",
  Manager:
    "As a manager, you have permissions beyond the writer role to complete privileged actions as defined by the service.",
};

const iamRoles = (service: string, names: Record<string, string>, kind: CatalogRole["kind"]) =>
  Object.entries(names).map(([name, description]) =>
    role(
      kind,
      `crn:v1:bluemix:public:iam::::${kind === "system" ? "role" : "serviceRole"}:${name}`,
      name,
      description,
      service,
    ),
  );
const own = (service: string, id: string, name: string, description: string) =>
  role("service", `crn:v1:bluemix:public:${service}::::serviceRole:${id}`, name, description, service);
const common = (service: string) => [
  ...iamRoles(service, PLATFORM, "system"),
  ...iamRoles(service, SHARED, "service"),
];
const sharedById = (service: string, id: string, name: string, description: string) =>
  role("service", `crn:v1:bluemix:public:iam::::serviceRole:${id}`, name, description, service);

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

/**
 * The roles that an authorization of a pair can grant; none for a pair that does not exist.
 *
 * @param source a service's name; absent for every service of a resource group
 * @param target a service's name; absent for resource groups
 */
export function rolesOf(source: string | undefined, target = "resource-controller"): CatalogRole[] {
  const offered = Object.hasOwn(TARGETS, target) ? (TARGETS[target] ?? []) : [];
  if (source === undefined) return offered;
  const exists =
    source === "event-notifications"
      ? DESTINATIONS.includes(target)
      : target === "event-notifications" && SOURCES.includes(source);
  return exists ? offered : [];
}

/** A role by its CRN, whatever it is offered for. */
export function roleById(crn: string): CatalogRole | undefined {
  return Object.values(TARGETS)
    .flat()
    .find((each) => each.crn === crn);
}
