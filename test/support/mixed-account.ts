import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Seed } from "../../src/emulator";
import { GROUP, OTHER_ACCOUNT } from "./inputs";
import { closing } from "./opened";
import {
  CREATED_AT,
  grant,
  guid,
  idAt,
  KINDS,
  OBJECT_WRITER,
  READER,
  role,
  SEEDED_ACCOUNT,
  seededAccount,
  seedsOf,
  SOURCE_MANAGER,
  type Kind,
  type Side,
} from "./seeded-account";

const THIRD_ACCOUNT = "00000000111111112222222233333333";
const SECOND_GROUP = "fedcba9876543210fedcba9876543210";
const VIEWER = "crn:v1:bluemix:public:iam::::role:Viewer";
const A_YEAR_AGO = new Date(Date.now() - 400.5 * 86_400_000).toISOString();

type Seeded = Omit<Seed, "id">;
type Attribute = Seed["resource"]["attributes"][0];

/** Returns a policy with more attributes on its target. */
function onTarget(seed: Seeded, ...attributes: Attribute[]): Seeded {
  const { resource } = seed;
  return { ...seed, resource: { ...resource, attributes: [...resource.attributes, ...attributes] } };
}

const where = (key: string, operator: string, value: Attribute["value"]) => ({ key, operator, value });
const ANY_GROUP = where("resourceGroupId", "stringExists", true);
const bucket = (at: number, resource: string): Side => ({ cos: at, resource });

/** The kind of `seededAccount` that is the same at each position. IAM refuses a second one. */
const ALL_TO_ALL = 2;
const TARGETS = ["kms", "cloud-object-storage", "codeengine", "hs-crypto", "messagehub"];

/** The kinds that `seededAccount` doesn't have. A deleted one has the scope of another kind. */
const MORE_KINDS: readonly Kind[] = [
  (at) => ({
    ...grant({ en: at }, { kms: at }, [READER], "生産の鍵, tagged\nsecond line"),
    ...tagged(grant({ en: at }, { kms: at }, [READER])),
  }),
  (at) => onTarget(grant({ en: at }, { kms: at }, [READER]), where("keyRing", "stringMatch", `ring-${at}-*`)),
  (at) =>
    onTarget(
      grant({ en: at }, { kms: at }, [READER], "=HYPERLINK(1)"),
      where("keyName", "stringEqualsAnyOf", ["one", "two"]),
    ),
  (at) => onTarget(grant({ en: at }, { serviceName: "kms" }, [READER]), ANY_GROUP),
  (at) =>
    onTarget(
      grant({ en: at }, { serviceName: "codeengine" }, [VIEWER]),
      where("resource", "stringExists", true),
    ),
  (at) =>
    grant({ en: at }, { serviceName: "codeengine", resourceGroupId: SECOND_GROUP }, [VIEWER], "A group"),
  (at) =>
    grant({ serviceName: "logs", accountId: THIRD_ACCOUNT }, { en: at }, [SOURCE_MANAGER], "Third account"),
  (at) =>
    grant(
      { serviceName: "secrets-manager", resourceGroupId: SECOND_GROUP },
      { en: at },
      [SOURCE_MANAGER],
      "x",
    ),
  (at) => ({
    ...grant({ en: at }, bucket(at, "Archive.2024"), [OBJECT_WRITER, READER]),
    created_at: A_YEAR_AGO,
  }),
  (at) => grant({ en: at + 1 }, { kms: at }, [READER, role("iam", "Writer")], "Writer too"),
  (at) => grant({ serviceName: "is", resourceType: "image" }, { cos: at }, [READER], "Images"),
  (at) => grant({ serviceName: "databases-for-postgresql" }, { kms: at }, [READER], "Disks"),
  (at) => ({
    ...grant({ serviceName: "cloud-object-storage" }, { kms: at }, [READER], "Made by Backup"),
    created_by_id: `crn-crn:v1:bluemix:public:backup:us-south:a/${SEEDED_ACCOUNT}:x::`,
  }),
  (at) => ({
    ...grant({ serviceName: "logs" }, { cos: at }, [role("iam", "Writer")], "From another template"),
    template: { id: `policyTemplate-b${at}`, version: "2" },
  }),
  (at) => ({
    ...grant({ en: at }, bucket(at, "gone"), [OBJECT_WRITER], "Deleted too"),
    state: "deleted" as const,
  }),
  (at) =>
    grant(
      { serviceName: "event-notifications", serviceInstance: guid(9, at) },
      { kms: at },
      [READER],
      "Gone",
    ),
];

function allToAll(at: number): Seeded {
  const region: Side = at < TARGETS.length ? {} : { region: "eu-de" };
  const serviceName = TARGETS[at % TARGETS.length] ?? "";
  return grant({ serviceName: "event-notifications" }, { serviceName, ...region }, [READER]);
}

function tagged({ resource }: Seeded): Pick<Seeded, "resource"> {
  return { resource: { ...resource, tags: [where("env", "stringEquals", "prod")] } };
}

/** Policies that are created through IAM's v1 API, in turn. */
const V1_KINDS: readonly ((at: number) => object)[] = [
  (at) =>
    v1(at, [
      ["serviceInstance", guid(2, at)],
      ["resourceType", "bucket"],
      ["resource", "made-by-v1"],
    ]),
  (at) =>
    v1(at, [
      ["serviceInstance", guid(2, at)],
      ["resourceType", "bucket"],
      ["resource", `v1-${at}-*`, "stringMatch"],
    ]),
  (at) =>
    v1(at, [
      ["resourceGroupId", GROUP],
      ["region", "us-south"],
    ]),
];

function v1(at: number, target: [name: string, value: string, operator?: string][]): object {
  const named = (name: string, value: string, operator?: string) => ({
    name,
    value,
    ...(operator && { operator }),
  });
  return {
    type: "authorization",
    description: `Made by v1, ${at}`,
    subjects: [
      {
        attributes: [
          named("accountId", SEEDED_ACCOUNT),
          named("serviceName", "event-notifications"),
          named("serviceInstance", guid(1, at)),
        ],
      },
    ],
    roles: [OBJECT_WRITER, READER].map((role_id) => ({ role_id })),
    resources: [
      {
        attributes: [
          named("accountId", SEEDED_ACCOUNT),
          named("serviceName", "cloud-object-storage"),
          ...target.map((each) => named(...each)),
        ],
      },
    ],
  };
}

/** Creates policies through IAM's v1 API. @returns them with the ids of these positions */
async function madeByV1(positions: readonly number[]): Promise<Seed[]> {
  const iam = await startIamEmulator();
  try {
    for (const at of positions.keys()) {
      const body = V1_KINDS[at % V1_KINDS.length]?.(Math.floor(at / V1_KINDS.length));
      const { status } = await fetch(`${iam.url}/v1/policies`, {
        method: "POST",
        headers: { authorization: `Bearer ${iam.token()}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect(status).to.equal(201);
    }
    return iam.policies().map(({ href, last_modified_at, ...policy }, at) => ({
      ...policy,
      id: idAt(positions[at] ?? 0),
      created_at: CREATED_AT,
    }));
  } finally {
    await iam.close();
  }
}

/** The number of policies in `startMixedAccount`, and of those that were created through the v1 API. */
export const MIXED = { policies: 300, madeByV1: 30 };

/**
 * Starts an emulator with 300 policies of every kind: made by v1 and v2, of other services, several accounts and resource
 * groups, with wildcards, tags, templates, made by services, and deleted. Another account has policies of its own.
 */
export async function startMixedAccount(): Promise<IamEmulator> {
  const { anyPair = true, instances = [], resourceGroups = [] } = seededAccount(0);
  const count = MIXED.policies - MIXED.madeByV1;
  const others = seedsOf([(at) => ofAccount(OTHER_ACCOUNT, grant({ en: at }, { kms: at }, [READER]))], 3);
  return closing(
    await startIamEmulator({
      anyPair,
      accounts: [
        { id: SEEDED_ACCOUNT, apiKeys: ["emulator-api-key"], iamId: "IBMid-5500000001" },
        { id: OTHER_ACCOUNT, apiKeys: ["other-api-key"], iamId: "IBMid-5500000002" },
      ],
      seed: [
        ...seedsOf([...KINDS.with(ALL_TO_ALL, allToAll), ...MORE_KINDS], count),
        ...(await madeByV1(Array.from({ length: MIXED.madeByV1 }, (_, at) => count + at))),
        ...others.map((each, at) => ({ ...each, id: idAt(90_000_000 + at) })),
      ],
      instances: [...instances],
      resourceGroups: [...resourceGroups, { id: SECOND_GROUP, name: "second group" }],
    }),
  );
}

function ofAccount(accountId: string, seed: Seeded): Seeded {
  const moved = (attributes: Attribute[]) =>
    attributes.map((each) => (each.key === "accountId" ? { ...each, value: accountId } : each));
  const { subject, resource } = seed;
  return {
    ...seed,
    subject: { attributes: moved(subject.attributes) },
    resource: { ...resource, attributes: moved(resource.attributes) },
  };
}

/** Returns the ids of the policies that `generate` takes over: of Event Notifications, and neither a template's nor a service's. */
export function adoptableIn(iam: IamEmulator): string[] {
  const has = ({ attributes }: Seed["resource"], wanted: string) =>
    attributes.some(({ value }) => value === wanted);
  return iam.policies().flatMap(({ id, subject, resource, template, created_by_id: author }) => {
    const isOfEvents = [subject, resource].some((side) => has(side, "event-notifications"));
    // A target is always in the account that holds the policy.
    const isHere = has(resource, iam.accountId);
    return isOfEvents && isHere && !template && !author.startsWith("crn-") ? [id] : [];
  });
}
