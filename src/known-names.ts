/**
 * The IAM service names of Event Notifications and of its documented destinations and sources. Editors suggest them; any
 * other name is accepted too.
 */
export const SERVICE_NAMES = [
  "event-notifications",
  // Destinations and integrations. Source: event-notifications docs, en-destination-*.md and en-integrations.md.
  "apprapp",
  "cloud-object-storage",
  "codeengine",
  "hs-crypto",
  "kms",
  "messagehub",
  // Sources of events. Source: event-notifications docs, en-create-source.md, and each service's own page.
  "compliance",
  "is",
  "lakehouse",
  "logs",
  "openpages",
  "project",
  "secrets-manager",
  "software-defined-storage",
  "sysdig-monitor",
  "toolchain",
] as const;

/**
 * Display names of the roles that these services use, in their canonical spelling. Editors suggest them; any other role is
 * accepted too. The provider asks IAM which roles it offers for a pair of services.
 */
export const ROLE_NAMES = [
  // Platform roles.
  "Viewer",
  "Operator",
  "Editor",
  "Administrator",
  // Service roles that many services share.
  "Reader",
  "Writer",
  "Manager",
  "Key Manager",
  "Service Configuration Reader",
  // Cloud Object Storage.
  "Object Reader",
  "Object Writer",
  // App Configuration.
  "Config Operator",
  // Event Notifications. Source: account docs, iam-service-roles.md.
  "Channel Editor",
  "Device Manager",
  "Event Notification Publisher",
  "Event Source Manager",
] as const;

/**
 * Types of resources in these services. Editors suggest them; any other type is accepted too. Sources: the pages above, and
 * account docs, serviceauth.md.
 */
export const RESOURCE_TYPES = [
  "backup-policy",
  "bucket",
  "key",
  "load-balancer",
  "resource-group",
  "topic",
] as const;
