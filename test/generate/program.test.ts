import { expect } from "chai";
import fc from "fast-check";
import { format } from "prettier";
import { resourceNames, typeScriptProgram } from "../../src/generate";
import type { Authorization } from "../../src/results";
import { golden } from "../support/golden";
import { COS, EN, GROUP, guidOf, KMS, OTHER_ACCOUNT } from "../support/inputs";

const ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";
const NAMES = new Map([
  [EN, "my-en"],
  [COS, "my-cos"],
  [KMS, "My Keys"],
  [GROUP, "production"],
]);
type Sides = { source: object; target: object; roles?: string[]; description?: string };

function authorization(
  { source, target, roles = ["Reader"], description }: Sides,
  at: number,
): Authorization {
  return {
    id: `3fa80000-0000-4000-8000-${String(at).padStart(12, "0")}`,
    source: { accountId: ACCOUNT, ...source },
    target: { serviceName: "", accountId: ACCOUNT, ...target },
    roles,
    ...(description !== undefined && { description }),
  };
}

const FROM_EN = { serviceName: "event-notifications", serviceInstance: EN };
const bucket = (resource: string) => ({
  serviceName: "cloud-object-storage",
  serviceInstance: COS,
  resourceType: "bucket",
  resource,
});
const ALL = [
  ...["failed-events", "archive", "audit", "it's"].map((resource) => ({
    source: FROM_EN,
    target: bucket(resource),
    roles: ["Object Writer", "Reader"],
    description: `For ${resource}`,
  })),
  {
    source: FROM_EN,
    target: { serviceName: "kms", serviceInstance: KMS, resourceType: "key", resource: "k1" },
  },
  { source: FROM_EN, target: { serviceName: "kms", serviceInstance: "*" } },
  {
    source: { ...FROM_EN, serviceInstance: "*" },
    target: { serviceName: "codeengine", resourceGroupId: GROUP },
  },
  ...[1, 2, 3, 4].map((at) => ({
    source: { serviceName: "secrets-manager", serviceInstance: guidOf(at) },
    target: { serviceName: "event-notifications", serviceInstance: at % 2 ? EN : guidOf(9) },
    roles: ["Event Source Manager"],
  })),
  { source: { serviceName: "*", resourceGroupId: GROUP }, target: FROM_EN, roles: ["Event Source Manager"] },
  { source: { serviceName: "logs", serviceInstance: "*" }, target: FROM_EN, roles: ["Event Source Manager"] },
  {
    source: { serviceName: "logs", serviceInstance: "*", accountId: OTHER_ACCOUNT },
    target: FROM_EN,
    roles: ["Event Source Manager"],
  },
  {
    source: FROM_EN,
    target: {
      serviceName: "kms",
      serviceInstance: KMS,
      attributes: [{ key: "keyRing", operator: "stringMatch", value: "events-*" }],
      tags: [{ key: "env", operator: "stringEquals", value: "prod" }],
    },
  },
].map(authorization);

function programOf(all: readonly Authorization[]): string {
  const names = resourceNames(all, NAMES);
  return typeScriptProgram(
    all.map((each, at) => ({ name: names[at] ?? "", authorization: each })),
    NAMES,
  );
}

describe("a generated program", () => {
  golden("a generated program", () => programOf(ALL));

  it("is as prettier formats it", async () => {
    const text = programOf(ALL);
    expect(await format(text, { parser: "typescript" })).to.equal(text);
  });

  it("declares each authorization once, under a name of its own, in any combination", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ALL), (some) => {
        const text = programOf(some);
        for (const { id } of ALL)
          expect(text.split(id)).to.have.length(some.some((each) => each.id === id) ? 2 : 1);
        const names = resourceNames(some, NAMES);
        expect(new Set(names).size).to.equal(names.length);
      }),
    );
  });

  it("names an instance by its service and GUID if its name has no letter or digit for the resource's name", () => {
    const wide = new Map([...NAMES, [KMS, "生産"], [GROUP, "—"]]);
    const found = ALL.filter(
      ({ target }) => target.serviceInstance === KMS || target.resourceGroupId === GROUP,
    );
    expect(resourceNames(found, wide)).to.deep.equal(["k1-key", "codeengine-in-01234567", "kms-77aa11bb"]);
  });

  it("distinguishes authorizations of the same instances by their other limits, then by roles, and last by a number", () => {
    const kms = (limits: object, roles?: string[]) => ({
      source: FROM_EN,
      target: { serviceName: "kms", serviceInstance: KMS, ...limits },
      ...(roles && { roles }),
    });
    const ring = { attributes: [{ key: "keyRing", operator: "stringMatch", value: "events-*" }] };
    const tags = { tags: [{ key: "env", value: "prod" }] };
    const alike = [
      kms({}),
      kms(ring),
      kms(ring, ["Writer"]),
      kms(tags),
      kms({ region: "us-south" }),
      kms({}),
    ];
    expect(resourceNames(alike.map(authorization), NAMES)).to.deep.equal([
      "my-keys",
      "my-keys-keyring-events-reader",
      "my-keys-keyring-events-writer",
      "my-keys-env-prod",
      "my-keys-us-south",
      "my-keys-2",
    ]);
  });

  it("names resources of the same name in several instances by their instance", () => {
    const inInstance = (serviceInstance: string) => ({
      source: FROM_EN,
      target: { ...bucket("failed"), serviceInstance },
    });
    const buckets = [inInstance(COS), inInstance(guidOf(7))].map(authorization);
    expect(resourceNames(buckets, NAMES)).to.deep.equal([
      "failed-bucket-in-my-cos",
      "failed-bucket-in-cloud-object-storage-00000000",
    ]);
  });

  it("has one table for authorizations whose descriptions differ, even if one has none", () => {
    const buckets = ["a", "b", "c", "d"].map((resource, at) => ({
      source: FROM_EN,
      target: bucket(resource),
      ...(at > 0 && { description: `For ${resource}` }),
    }));
    const text = programOf(buckets.map(authorization));
    expect(text.split("new EnAuthorization(")).to.have.length(2);
    expect(text)
      .to.include('resource: "a",\n    description: "",')
      .and.include('resource: "b",\n    description: "For b",')
      .and.include("description: each.description,");
  });

  it("has one table for services whose authorizations are too few for tables of their own", () => {
    const services = ["project", "logs", "toolchain", "is"].map((serviceName) => ({
      source: { serviceName, serviceInstance: "*" },
      target: FROM_EN,
    }));
    const text = programOf(services.map(authorization));
    expect(text.split("new EnAuthorization(")).to.have.length(2);
    expect(text)
      .to.include("const sourceGrants = {")
      .and.include('source: { serviceName: each.serviceName, serviceInstance: "*" },');
  });

  it("gives each named id a key of its own in a variable, and keeps ids without a name", () => {
    const names = new Map([...NAMES, [guidOf(1), "my-cos"], [guidOf(2), "2 keys"], [guidOf(3), "生産"]]);
    const some = [COS, ...[1, 2, 3].map(guidOf)].map((serviceInstance, at) => ({
      source: FROM_EN,
      target: { serviceName: "kms", serviceInstance },
      roles: [`Role ${at}`],
    }));
    const taken = some.map(authorization).map((each, at) => ({ name: `n${at}`, authorization: each }));
    const text = typeScriptProgram(taken, names);
    for (const line of [
      `  myEn: "${EN}",`,
      `  myCos: "${COS}",`,
      `  myCos2: "${guidOf(1)}",`,
      `  _2Keys: "${guidOf(2)}",`,
      "serviceInstance: instances.myCos2",
      `serviceInstance: "${guidOf(3)}",`,
    ])
      expect(text).to.include(line);
  });

  it("keeps the names of another tool", () => {
    const [first] = ALL;
    const given = new Map([[first?.id ?? "", "bucket"]]);
    expect(resourceNames(ALL, NAMES, given)[0]).to.equal("bucket");
  });
});
