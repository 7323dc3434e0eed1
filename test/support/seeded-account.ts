import type { IamEmulatorOptions, Seed } from "../../src/emulator";
import { GROUP, OTHER_ACCOUNT } from "./inputs";

export const SEEDED_ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";
export const role = (service: string, name: string) =>
  `crn:v1:bluemix:public:${service}::::serviceRole:${name}`;
export const READER = role("iam", "Reader");
const WRITER = role("iam", "Writer");
const MANAGER = role("iam", "Manager");
export const OBJECT_WRITER = role("cloud-object-storage", "ObjectWriter");
export const SOURCE_MANAGER = role("event-notifications", "Event-Source-Manager");

/** Twelve days ago, whenever the tests run. */
export const CREATED_AT = new Date(Date.now() - 12.5 * 86_400_000).toISOString();

/** Returns a GUID for an instance of one kind: 1 for Event Notifications, 2 for Cloud Object Storage, 3 for Key Protect. */
export function guid(kind: number, at: number): string {
  return `${String(kind).padStart(8, "0")}-0000-4000-8000-${String(at).padStart(12, "0")}`;
}

const INSTANCES = 20;

/** Returns an authorization of one kind. The number is the position of its instances. */
export type Kind = (at: number) => Omit<Seed, "id">;

/** The kinds of authorizations, in turn. */
export const KINDS: readonly Kind[] = [
  (at) => grant({ en: at }, { cos: at, resource: "failed-events" }, [OBJECT_WRITER, READER], "Failed events"),
  (at) => grant({ en: at }, { kms: at }, [READER], "Keys of the instance"),
  () => grant({ serviceName: "event-notifications" }, { serviceName: "kms" }, [READER]),
  (at) => grant({ en: at }, { cos: at }, [OBJECT_WRITER], "Without Reader"),
  (at) => grant({ en: at }, { kms: at }, [READER, MANAGER], "More than documented"),
  (at) =>
    grant({ serviceName: "secrets-manager", accountId: OTHER_ACCOUNT }, { en: at }, [SOURCE_MANAGER], "x"),
  (at) => grant({ resourceGroupId: GROUP }, { en: at }, [SOURCE_MANAGER], "The group's sources"),
  (at) => ({
    ...grant({ serviceName: "project" }, { en: at }, [SOURCE_MANAGER], "Made by Projects"),
    created_by_id: `crn-crn:v1:bluemix:public:project:us-south:a/${SEEDED_ACCOUNT}:x::`,
  }),
  (at) => ({
    ...grant({ serviceName: "secrets-manager" }, { en: at }, [SOURCE_MANAGER], "From a template"),
    template: { id: `policyTemplate-${at}`, version: "1" },
  }),
  (at) => grant({ serviceName: "codeengine" }, { kms: at }, [READER], "Not Event Notifications"),
  (at) => ({ ...grant({ en: at }, { kms: at }, [WRITER], "Deleted"), state: "deleted" as const }),
];

export type Side = Record<string, string | number>;

/** Returns an authorization from its scope, in short: `{ en: 3 }` is the third instance of Event Notifications. */
export function grant(source: Side, target: Side, roles: string[], description?: string): Omit<Seed, "id"> {
  return {
    created_at: CREATED_AT,
    created_by_id: "IBMid-5500000001",
    ...(description !== undefined && { description }),
    subject: { attributes: attributesOf(source) },
    resource: { attributes: attributesOf(target) },
    control: { grant: { roles: roles.map((role_id) => ({ role_id })) } },
  };
}

const SERVICES = {
  en: ["event-notifications", 1],
  cos: ["cloud-object-storage", 2],
  kms: ["kms", 3],
} as const;

function attributesOf({ resource, ...side }: Side) {
  const values = Object.entries(side).flatMap(([key, value]): [string, string][] => {
    if (!(key in SERVICES)) return [[key, String(value)]];
    const [name, kind] = SERVICES[key as keyof typeof SERVICES];
    return [
      ["serviceName", name],
      ["serviceInstance", guid(kind, Number(value) % INSTANCES)],
    ];
  });
  const inside =
    resource === undefined
      ? []
      : [
          ["resourceType", "bucket"],
          ["resource", String(resource)],
        ];
  return Object.entries({
    accountId: SEEDED_ACCOUNT,
    ...(Object.fromEntries([...values, ...inside]) as Record<string, string>),
  }).map(([key, value]) => ({ key, operator: "stringEquals", value }));
}

/** Returns authorizations of these kinds in turn. Each id starts with its position. */
export function seedsOf(kinds: readonly Kind[], count: number): (Seed & { id: string })[] {
  return Array.from({ length: count }, (_, at) => {
    const kind = kinds[at % kinds.length] as Kind;
    return { ...kind(Math.floor(at / kinds.length)), id: idAt(at) };
  });
}

/** Returns the id of the authorization at a position. */
export function idAt(at: number): string {
  return `${String(at).padStart(8, "0")}-5717-4562-b3fc-2c963f66afa6`;
}

/** Returns an account with this many authorizations of every kind, and the instances and the group that they name. */
export function seededAccount(count: number): IamEmulatorOptions {
  return {
    anyPair: true,
    seed: seedsOf(KINDS, count),
    resourceGroups: [{ id: GROUP, name: "イベント group" }],
    instances: Object.entries(SERVICES).flatMap(([prefix, [serviceName, kind]]) =>
      Array.from({ length: INSTANCES }, (_, at) => ({
        name: `${prefix}-${at === 0 ? "生産" : at}`,
        serviceName,
        guid: guid(kind, at),
      })),
    ),
  };
}
