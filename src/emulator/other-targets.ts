import { common, iamRoles, own, PLATFORM, type CatalogRole } from "./role-forms";

/** Targets whose own roles, if there are any, are left out. */
const PLAIN = [
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

/** The roles of targets that Event Notifications has nothing to do with. Source: each service's own page. */
export const OTHER_TARGETS: Record<string, CatalogRole[]> = {
  ...Object.fromEntries(PLAIN.map((service) => [service, common(service)])),
  "secrets-manager": [
    ...common("secrets-manager"),
    own(
      "secrets-manager",
      "SecretsReader",
      "SecretsReader",
      "As a secrets reader, you can read secrets, their values included.",
    ),
  ],
  is: [
    ...iamRoles("is", PLATFORM, "system"),
    own(
      "is",
      "DNSBindingConnector",
      "DNS Binding Connector",
      "Can bind the DNS of a VPC to that of another.",
    ),
    own("is", "ShareSnapshotOperator", "Share Snapshot Operator", "Can make snapshots of file shares."),
    // Its CRN is not documented: by analogy with the ones above.
    own(
      "is",
      "ShareRemoteAccountAccessor",
      "Share Remote Account Accessor",
      "Can use a file share from another account.",
    ),
  ],
};
