import Ajv from "ajv";
import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SEED_SCHEMA, seedSchema } from "../../scripts/docs/seed-schema";
import { readSeedFile, startIamEmulator, type Policy } from "../../src/emulator";
import { golden } from "../support/golden";
import { connect, describeEmulator } from "../support/iam-target";
import { COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { temporaryFolder } from "../support/temporary";
import { WHAT_EXISTS } from "../support/what-exists";
import { errorIn } from "./answers";

const ACCOUNT = { id: "a".repeat(32), apiKeys: ["key"], iamId: "iam-ServiceId-1" };
const ID = "00000000-0000-4000-8000-000000000001";
const BUCKET = {
  source: { serviceInstance: EN },
  target: {
    serviceName: "cloud-object-storage",
    serviceInstance: COS,
    resourceType: "bucket",
    resource: "failed",
  },
  roles: ["Reader", "Object Writer"],
};
const POLICY = WHAT_EXISTS["bucket"];

/** Seed files that can be used. */
const GOOD: [what: string, file: object][] = [
  ["nothing", {}],
  ["a schema", { $schema: "./seed.schema.json" }],
  ["an authorization", { authorizations: [BUCKET] }],
  [
    "an authorization with an id and a description",
    { authorizations: [{ ...BUCKET, id: ID, description: "why" }] },
  ],
  [
    "roles in any case, and by CRN",
    {
      authorizations: [
        { ...BUCKET, roles: ["object writer", "crn:v1:bluemix:public:iam::::serviceRole:Reader"] },
      ],
    },
  ],
  [
    "all instances",
    {
      authorizations: [
        {
          source: { serviceName: "secrets-manager", serviceInstance: "*" },
          target: { serviceName: "event-notifications", serviceInstance: EN },
          roles: ["Event Source Manager"],
        },
      ],
    },
  ],
  [
    "every service of a resource group",
    {
      authorizations: [
        {
          source: { serviceName: "*", resourceGroupId: GROUP },
          target: { serviceName: "event-notifications", serviceInstance: EN },
          roles: ["Event Source Manager"],
        },
      ],
    },
  ],
  [
    "all resource groups as the target",
    {
      authorizations: [
        {
          source: { serviceInstance: EN },
          target: { serviceName: "*", resourceType: "resource-group", resourceGroupId: "*" },
          roles: ["Viewer"],
        },
      ],
    },
  ],
  [
    "a source of another account",
    { authorizations: [{ ...BUCKET, source: { serviceInstance: EN, accountId: OTHER_ACCOUNT } }] },
  ],
  [
    "two accounts",
    {
      accounts: [
        { ...ACCOUNT, profiles: [{ id: "Profile-1", name: "ci", iamId: "iam-Profile-1", crToken: "token" }] },
        { id: OTHER_ACCOUNT, apiKeys: [{ apiKey: "other", iamId: "IBMid-1" }], iamId: "iam-ServiceId-2" },
      ],
      authorizations: [{ ...BUCKET, target: { ...BUCKET.target, accountId: OTHER_ACCOUNT } }],
      instances: [{ name: "keys", serviceName: "kms", accountId: OTHER_ACCOUNT }],
    },
  ],
  [
    "instances and resource groups",
    {
      resourceGroups: [{ name: "production", id: GROUP, default: true }],
      instances: [
        {
          name: "events",
          serviceName: "event-notifications",
          guid: EN,
          region: "eu-de",
          resourceGroupId: GROUP,
          state: "provisioning",
        },
        { name: "network", serviceName: "is", guid: `r006-${KMS}` },
      ],
    },
  ],
  [
    "the ids of clusters, locations and VPC resources",
    {
      instances: [
        ["is", `r006-${KMS}`],
        ["is", `0717_${COS}`],
        ["is", `02h7-${KMS}`],
        ["is", EN],
        ["containers-kubernetes", "8042b2a8af6a4a5cbf6dbe09e07311d2"],
        ["satellite", "c0rcidjw0s3rf9v8sms0"],
      ].map(([serviceName, guid]) => ({ name: "one", serviceName, guid })),
      authorizations: [
        {
          source: { serviceName: "is", serviceInstance: `02h7_${KMS}` },
          target: { serviceName: "event-notifications", serviceInstance: EN },
          roles: ["Event Source Manager"],
        },
      ],
    },
  ],
  [
    "a policy of IAM, with unknown properties",
    { policies: [{ ...POLICY, last_permit_at: null }, WHAT_EXISTS["template"], WHAT_EXISTS["tagged"]] },
  ],
];

/** Seed files that are refused, and whether the JSON Schema refuses them too. */
const BAD: [what: string, file: unknown, bySchema: boolean][] = [
  ["a list", [], true],
  ["a misspelt section", { authorisations: [] }, true],
  ["an instance without a service", { instances: [{ name: "events" }] }, true],
  ["a misspelt property", { instances: [{ name: "events", servicename: "kms" }] }, true],
  ["a name as GUID", { instances: [{ name: "events", serviceName: "kms", guid: "events" }] }, true],
  ["an unknown state", { instances: [{ name: "events", serviceName: "kms", state: "deleted" }] }, true],
  ["a resource group's name as its id", { resourceGroups: [{ name: "production", id: "production" }] }, true],
  [
    "a GUID that is listed twice",
    { instances: [1, 2].map(() => ({ name: "events", serviceName: "kms", guid: KMS })) },
    false,
  ],
  ["a name as instance", { authorizations: [{ ...BUCKET, source: { serviceInstance: "events" } }] }, true],
  [
    "a name as resource group",
    { authorizations: [{ ...BUCKET, source: { resourceGroupId: "production" } }] },
    true,
  ],
  [
    "the id of a VPC resource for another service",
    { authorizations: [{ ...BUCKET, source: { serviceInstance: `r006-${EN}` } }] },
    false,
  ],
  [
    "a name that is as long as the id of a cluster",
    { instances: [{ name: "keys", serviceName: "kms", guid: "keysOfTheProduction1" }] },
    false,
  ],
  [
    "the id of a VPC resource as that of a policy",
    { authorizations: [{ ...BUCKET, id: `r006-${ID}` }] },
    true,
  ],
  ["a misspelt role", { authorizations: [{ ...BUCKET, roles: ["Reader", "Object Wirter"] }] }, false],
  ["no role", { authorizations: [{ ...BUCKET, roles: [] }] }, true],
  ["a source without a scope", { authorizations: [{ ...BUCKET, source: {} }] }, false],
  [
    "a target with two scopes",
    { authorizations: [{ ...BUCKET, target: { ...BUCKET.target, resourceGroupId: GROUP } }] },
    false,
  ],
  ["a target without a service", { authorizations: [{ ...BUCKET, target: { serviceInstance: COS } }] }, true],
  [
    "services that IAM cannot authorize",
    { authorizations: [{ ...BUCKET, source: { serviceName: "kms", serviceInstance: "*" } }] },
    false,
  ],
  [
    "no service and no resource group as source",
    { authorizations: [{ ...BUCKET, source: { serviceName: "*", serviceInstance: "*" } }] },
    false,
  ],
  [
    "no service as target",
    { authorizations: [{ ...BUCKET, target: { serviceName: "*", serviceInstance: "*" } }] },
    false,
  ],
  [
    "a target of another account",
    { authorizations: [{ ...BUCKET, target: { ...BUCKET.target, accountId: OTHER_ACCOUNT } }] },
    false,
  ],
  [
    "an instance of another account",
    { instances: [{ name: "keys", serviceName: "kms", accountId: OTHER_ACCOUNT }] },
    false,
  ],
  ["a policy of another account", { accounts: [ACCOUNT], policies: [POLICY] }, false],
  ["a policy without roles", { policies: [{ ...POLICY, control: {} }] }, true],
  [
    "a policy whose value is a number",
    {
      policies: [
        { ...POLICY, subject: { attributes: [{ key: "region", operator: "stringEquals", value: 1 }] } },
      ],
    },
    true,
  ],
  ["an id that is listed twice", { authorizations: [{ ...BUCKET, id: ID }], policies: [POLICY] }, false],
  ["no account", { accounts: [] }, true],
  ["an account without an API key", { accounts: [{ ...ACCOUNT, apiKeys: [] }] }, true],
  ["an account with a key that is a number", { accounts: [{ ...ACCOUNT, apiKeys: [1] }] }, true],
];

/** Writes a seed file. */
function written(content: string): string {
  const path = join(temporaryFolder(), "seed.json");
  writeFileSync(path, content);
  return path;
}

function problemOf(content: string): string {
  try {
    readSeedFile(written(content));
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("docs/emulator-seed.schema.json", () => {
  const text = readFileSync(SEED_SCHEMA, "utf8");
  const ajv = new Ajv();
  const isValid = ajv.compile(JSON.parse(text) as object);

  it("matches the schema in the sources: npx tsx scripts/docs/seed-schema.ts", async () => {
    expect(text).to.equal(await seedSchema());
  });

  for (const [what, file] of GOOD) {
    it(`accepts ${what}`, () => expect(isValid(file), ajv.errorsText(isValid.errors)).to.equal(true));
  }
  for (const [what, file, bySchema] of BAD) {
    it(`${bySchema ? "refuses" : "cannot refuse"} ${what}`, () => expect(isValid(file)).to.equal(!bySchema));
  }
});

describeEmulator("readSeedFile()", () => {
  for (const [what, file] of GOOD) {
    it(`accepts ${what}`, async () => {
      const path = written(JSON.stringify(file));
      const iam = closing(await startIamEmulator(readSeedFile(path)));
      const { authorizations = [], policies = [] } = file as {
        authorizations?: object[];
        policies?: object[];
      };
      expect(iam.policies()).to.have.length(authorizations.length + policies.length);
    });
  }

  for (const [what, file] of GOOD.filter(([, file]) => "authorizations" in file && !("accounts" in file))) {
    it(`seeds the same policy that IAM's API accepts: ${what}`, async () => {
      const iam = closing(await startIamEmulator(readSeedFile(written(JSON.stringify(file)))));
      const [policy] = iam.policies() as [Policy];
      const { type, subject, resource, control } = policy;
      const { send } = connect(iam);
      const duplicate = await send("POST", "/v2/policies", { json: { type, subject, resource, control } });
      expect(duplicate.status).to.equal(409);
      expect(errorIn(duplicate).details?.conflicts_with?.policy).to.deep.equal(policy);
      iam.reset();
      const created = await send("POST", "/v2/policies", { json: { type, subject, resource, control } });
      expect(created.status).to.equal(201);
    });
  }

  it("seeds authorizations that authorizations() returns unchanged", async () => {
    const [one, other] = [BUCKET, { ...BUCKET, source: { resourceGroupId: "*" }, description: "why" }];
    const path = written(JSON.stringify({ authorizations: [one, other] }));
    const iam = closing(await startIamEmulator(readSeedFile(path)));
    const { accountId } = iam;
    const filledIn = ({ source, target, ...rest }: typeof one | typeof other) => ({
      ...rest,
      source: { serviceName: "event-notifications", accountId, ...source },
      target: { accountId, ...target },
      roles: ["Object Writer", "Reader"],
    });
    expect(iam.authorizations()).to.deep.equal([filledIn(one), filledIn(other)]);
  });

  it("accepts the file that docs/emulator.md shows", () => {
    const page = readFileSync(join(dirname(SEED_SCHEMA), "emulator.md"), "utf8");
    const [, shown = ""] = /^```json\n(.*?)^```$/ms.exec(page) ?? [];
    const { seed, instances } = readSeedFile(written(shown));
    expect([seed.length, instances.length]).to.deep.equal([1, 1]);
  });

  it("allows more pairs with anyPair", () => {
    const source = { serviceName: "cloud-object-storage", serviceInstance: "*" };
    const target = { serviceName: "kms", serviceInstance: KMS };
    const path = written(JSON.stringify({ authorizations: [{ source, target, roles: ["Reader"] }] }));
    expect(() => readSeedFile(path)).to.throw("cloud-object-storage to kms");
    expect(readSeedFile(path, { anyPair: true }).seed).to.have.length(1);
  });

  it("uses the default account if the file has none", async () => {
    const iam = closing(await startIamEmulator());
    expect(readSeedFile(written("{}")).accounts.map(({ id }) => id)).to.deep.equal([iam.accountId]);
  });

  it("refuses a file that cannot be read or is not JSON", () => {
    expect(() => readSeedFile(join(tmpdir(), "no", "such", "file"))).to.throw("ENOENT");
    expect(problemOf("{")).to.match(/^the seed must be JSON: /);
  });

  for (const [what, file] of BAD) {
    it(`refuses ${what}`, () => expect(problemOf(JSON.stringify(file))).to.match(/ must | is /));
  }

  golden("bad seed files of the emulator", () =>
    BAD.map(([what, file]) => `${what}\n  ${problemOf(JSON.stringify(file))}.`).join("\n"),
  );
});
