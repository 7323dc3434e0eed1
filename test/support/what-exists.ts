import type { Seed } from "../../src/emulator";
import { COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "./inputs";

const ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";
const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";
const OBJECT_WRITER = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";
const EVENT_SOURCE_MANAGER = "crn:v1:bluemix:public:event-notifications::::serviceRole:Event-Source-Manager";

const equals = (side: Record<string, string>) =>
  Object.entries({ accountId: ACCOUNT, ...side }).map(([key, value]) => ({
    key,
    operator: "stringEquals",
    value,
  }));
const grants = (...ids: string[]) => ({ grant: { roles: ids.map((role_id) => ({ role_id })) } });
const EVENTS = { serviceName: "event-notifications", serviceInstance: EN };

/** Policies that others created, oldest first: one of each kind, and one without Event Notifications. */
export const WHAT_EXISTS: Record<string, Seed & { id: string }> = {
  bucket: {
    id: "00000000-0000-4000-8000-000000000001",
    created_at: "2026-01-01T00:00:00.001Z",
    description: `the "failed" ones,\nit's a long story`,
    subject: { attributes: equals(EVENTS) },
    resource: {
      attributes: equals({
        serviceName: "cloud-object-storage",
        serviceInstance: COS,
        resourceType: "bucket",
        resource: "failed-events",
      }),
    },
    control: grants(OBJECT_WRITER, READER),
  },
  wide: {
    id: "00000000-0000-4000-8000-000000000002",
    created_at: "2026-01-01T00:00:00.002Z",
    subject: { attributes: equals(EVENTS) },
    resource: { attributes: equals({ serviceName: "kms" }) },
    control: grants(READER),
  },
  tagged: {
    id: "00000000-0000-4000-8000-000000000003",
    created_at: "2026-01-01T00:00:00.003Z",
    subject: { attributes: equals(EVENTS) },
    resource: {
      attributes: [
        ...equals({ serviceName: "kms", serviceInstance: KMS }),
        { key: "keyRing", operator: "stringMatch", value: "events-*" },
      ],
      tags: [{ key: "env", operator: "stringEquals", value: "prod" }],
    },
    control: grants(READER),
  },
  group: {
    id: "00000000-0000-4000-8000-000000000004",
    created_at: "2026-01-01T00:00:00.004Z",
    subject: { attributes: equals({ resourceGroupId: GROUP }) },
    resource: { attributes: equals(EVENTS) },
    control: grants(EVENT_SOURCE_MANAGER),
  },
  elsewhere: {
    id: "00000000-0000-4000-8000-000000000005",
    created_at: "2026-01-01T00:00:00.005Z",
    subject: { attributes: equals({ serviceName: "secrets-manager", accountId: OTHER_ACCOUNT }) },
    resource: { attributes: equals(EVENTS) },
    control: grants(EVENT_SOURCE_MANAGER),
  },
  template: {
    id: "00000000-0000-4000-8000-000000000006",
    created_at: "2026-01-01T00:00:00.006Z",
    template: { id: "policyTemplate-1", version: "1" },
    subject: { attributes: equals({ serviceName: "secrets-manager" }) },
    resource: { attributes: equals(EVENTS) },
    control: grants(EVENT_SOURCE_MANAGER),
  },
  service: {
    id: "00000000-0000-4000-8000-000000000007",
    created_at: "2026-01-01T00:00:00.007Z",
    created_by_id: `crn-crn:v1:bluemix:public:project:us-south:a/${ACCOUNT}:x::`,
    subject: { attributes: equals({ serviceName: "project" }) },
    resource: { attributes: equals(EVENTS) },
    control: grants(EVENT_SOURCE_MANAGER),
  },
  unrelated: {
    id: "00000000-0000-4000-8000-000000000008",
    created_at: "2026-01-01T00:00:00.008Z",
    subject: { attributes: equals({ serviceName: "secrets-manager" }) },
    resource: { attributes: equals({ serviceName: "kms" }) },
    control: grants(READER),
  },
};
