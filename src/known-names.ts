/**
 * Service names, as IAM spells them, of Event Notifications and of the services that IBM documents as its destinations
 * and sources. Offered by the editor; any other name is accepted too.
 */
export const SERVICE_NAMES = [
  "event-notifications",
  // Destinations and integrations: event-notifications docs, en-destination-*.md, en-integrations.md.
  "apprapp",
  "cloud-object-storage",
  "codeengine",
  "hs-crypto",
  "kms",
  "messagehub",
  // Sources: event-notifications docs, en-create-source.md, and each service's own page.
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
 * Display names of the roles that occur in these pairs. Offered by the editor and as canonical spelling; any other role
 * is accepted too. What IAM really offers for a pair is asked of IAM.
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
  // Event Notifications: account docs, iam-service-roles.md.
  "Channel Editor",
  "Device Manager",
  "Event Notification Publisher",
  "Event Source Manager",
] as const;
