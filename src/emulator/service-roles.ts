/** A role that an authorization can grant. */
export interface CatalogRole {
  kind: "system" | "service" | "custom";
  crn: string;
  display_name: string;
  description: string;
  actions: string[];
}

type RoleRow = readonly [id: string, name: string, description: string];

/** The platform roles. Source: account docs, iam-service-roles.md. */
const PLATFORM: RoleRow[] = [
  ["Viewer", "Viewer", "As a viewer, you can view service instances, but you can't modify them."],
  [
    "Operator",
    "Operator",
    "As an operator, you can perform platform actions required to configure and operate service instances.",
  ],
  [
    "Editor",
    "Editor",
    "As an editor, you can perform all platform actions except for managing the account and assigning access policies.",
  ],
  [
    "Administrator",
    "Administrator",
    "As an administrator, you can perform all platform actions based on the resource this role is being assigned.",
  ],
];

/** The service roles that nearly every service has. Source: the same page. */
const SERVICE: RoleRow[] = [
  [
    "Reader",
    "Reader",
    "As a reader, you can perform read-only actions within a service such as viewing service-specific resources.",
  ],
  [
    "Writer",
    "Writer",
    "As a writer, you have permissions beyond the reader role, including creating and editing service-specific resources.",
  ],
  [
    "Manager",
    "Manager",
    "As a manager, you have permissions beyond the writer role to complete privileged actions as defined by the service.",
  ],
];

/** Creates a role. Its action is made up. */
function role(
  kind: CatalogRole["kind"],
  crn: string,
  display_name: string,
  description: string,
  service: string,
): CatalogRole {
  const action = display_name.toLowerCase().replaceAll(" ", "-");
  return { kind, crn, display_name, description, actions: [`${service}.emulated.${action}`] };
}

function platformRoles(service: string): CatalogRole[] {
  return PLATFORM.map(([id, name, description]) =>
    role("system", `crn:v1:bluemix:public:iam::::role:${id}`, name, description, service),
  );
}

/** Creates service roles that several services share. */
function sharedRoles(service: string, rows: readonly RoleRow[]): CatalogRole[] {
  return rows.map(([id, name, description]) =>
    role("service", `crn:v1:bluemix:public:iam::::serviceRole:${id}`, name, description, service),
  );
}

/** Creates service roles that one service defines. */
function ownRoles(service: string, rows: readonly RoleRow[]): CatalogRole[] {
  return rows.map(([id, name, description]) =>
    role("service", `crn:v1:bluemix:public:${service}::::serviceRole:${id}`, name, description, service),
  );
}

function commonRoles(service: string): CatalogRole[] {
  return [...platformRoles(service), ...sharedRoles(service, SERVICE)];
}

/**
 * The roles of each target of an authorization from or to Event Notifications. Source: account docs,
 * iam-service-roles.md, and each service's own page.
 */
export const TARGET_ROLES: Record<string, CatalogRole[]> = {
  kms: commonRoles("kms"),
  "hs-crypto": commonRoles("hs-crypto"),
  "cloud-object-storage": [
    ...commonRoles("cloud-object-storage"),
    ...ownRoles("cloud-object-storage", [
      [
        "ContentReader",
        "Content Reader",
        "As a content reader, one can read and list objects in the bucket.",
      ],
      ["ObjectReader", "Object Reader", "As an object reader, one can only read objects."],
      ["ObjectWriter", "Object Writer", "As an object writer, one can only write objects."],
    ]),
  ],
  codeengine: commonRoles("codeengine"),
  messagehub: commonRoles("messagehub"),
  apprapp: [
    ...commonRoles("apprapp"),
    // IBM doesn't document this CRN. It follows the pattern of other services' own roles.
    ...ownRoles("apprapp", [
      ["ConfigOperator", "Config Operator", "As a config operator, you can toggle the feature state."],
    ]),
  ],
  "event-notifications": [
    ...commonRoles("event-notifications"),
    ...sharedRoles("event-notifications", [
      [
        "KeyManager",
        "Key Manager",
        "As a key manager, the service can perform platform actions required to manage resource keys.",
      ],
      [
        "ConfigReader",
        "Service Configuration Reader",
        "The ability to read services configuration for Governance management.",
      ],
    ]),
    // IBM documents only the first of these CRNs. The others follow its pattern.
    ...ownRoles("event-notifications", [
      ["Event-Notification-Publisher", "Event Notification Publisher", "Custom role to send notifications"],
      [
        "Event-Source-Manager",
        "Event Source Manager",
        "Custom role to handle source integration with the event-notifications service",
      ],
      ["Channel-Editor", "Channel Editor", "Custom role to handle subscription activities"],
      ["Device-Manager", "Device Manager", "Custom role to handle push device registration"],
      ["Email-Sender", "Email Sender", "Custom role to send email events from classic to VPC"],
      ["Status-Reporter", "Status Reporter", "Custom role to handle messaging api callbacks"],
      [
        "Custom-Email-Status-Reporter",
        "Custom Email Status Reporter",
        "Custom role to handle vpc api callbacks",
      ],
      ["SMTP-Manager", "SMTP Manager", "Custom role is to manage SMTP Configurations"],
      ["SMTP-Sender", "SMTP Sender", "Custom role to send emails using SMTP interface"],
      ["Pool-ID-Manager", "Pool ID Manager", "Custom role is to manage apis related to pool id for sms"],
    ]),
  ],
  // A resource group as target is not part of a service.
  "resource-controller": platformRoles("resource-controller"),
};

/** Targets with only the common roles listed here. Some of them also define service-specific roles. */
const TARGETS_WITH_COMMON_ROLES = [
  "atracker",
  "cloudantnosqldb",
  "cloudcerts",
  "compliance",
  "container-registry",
  "containers-kubernetes",
  "databases-for-elasticsearch",
  "databases-for-mongodb",
  "databases-for-mysql",
  "databases-for-postgresql",
  "databases-for-redis",
  "dns-svcs",
  "internet-svcs",
  "lakehouse",
  "logs",
  "messages-for-rabbitmq",
  "metrics-router",
  "openpages",
  "power-iaas",
  "project",
  "schematics",
  "software-defined-storage",
  "sysdig-monitor",
  "toolchain",
  "transit",
];

/** The roles of other targets, for which only `anyPair` allows authorizations. Source: each service's own page. */
export const OTHER_TARGET_ROLES: Record<string, CatalogRole[]> = {
  ...Object.fromEntries(TARGETS_WITH_COMMON_ROLES.map((service) => [service, commonRoles(service)])),
  "secrets-manager": [
    ...commonRoles("secrets-manager"),
    ...ownRoles("secrets-manager", [
      ["SecretsReader", "SecretsReader", "As a secrets reader, you can read secrets, their values included."],
    ]),
  ],
  is: [
    ...platformRoles("is"),
    // IBM doesn't document the last of these CRNs. It follows the pattern of the others.
    ...ownRoles("is", [
      ["DNSBindingConnector", "DNS Binding Connector", "Can bind the DNS of a VPC to that of another."],
      ["ShareSnapshotOperator", "Share Snapshot Operator", "Can make snapshots of file shares."],
      [
        "ShareRemoteAccountAccessor",
        "Share Remote Account Accessor",
        "Can use a file share from another account.",
      ],
    ]),
  ],
};

/** The roles of service groups. The only one is `IAM`, for account management. */
export const GROUP_ROLES: Record<string, CatalogRole[]> = {
  IAM: [
    ...platformRoles("iam"),
    // IBM documents only the first of these CRNs. The other follows its pattern.
    ...ownRoles("iam-identity", [
      ["ServiceIdCreator", "Service ID creator", "As a creator, you can create service IDs."],
      ["UserApiKeyCreator", "User API key creator", "As a creator, you can create API keys."],
    ]),
  ],
};

/** The role that lets a service pass its authorization on. Source: the pages of VPC and Event Streams. */
export const AUTHORIZATION_DELEGATOR = role(
  "system",
  "crn:v1:bluemix:public:iam::::role:AuthorizationDelegator",
  "Authorization Delegator",
  "As an authorization delegator, a service can authorize the services that it depends on.",
  "iam",
);
