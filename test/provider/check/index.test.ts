import { inspect } from "node:util";
import { expect } from "chai";
import * as fc from "fast-check";
import { authorizationProvider } from "../../../src/provider/provider";
import { UNKNOWN } from "../../../src/provider/values";
import { ACCOUNT, bucketInputs, COS, crn, EN, GROUP, KMS, OTHER_ACCOUNT } from "../../support/inputs";

type Tree = Record<string, unknown>;

const provider = authorizationProvider({ env: {}, log: () => undefined });

async function check(news: Tree) {
  const { inputs, failures } = await provider.check({}, news);
  return { inputs: inputs as Tree, failures: failures ?? [] };
}

/** Returns valid inputs with some properties replaced. */
function inputs({
  source,
  target,
  ...rest
}: {
  source?: unknown;
  target?: unknown;
  [key: string]: unknown;
}): Tree {
  const valid = bucketInputs();
  const side = (given: object, changed: unknown) =>
    typeof changed === "object" && changed !== null && !Array.isArray(changed)
      ? { ...given, ...changed }
      : changed;
  return {
    ...valid,
    ...(source !== undefined && { source: side(valid.source, source) }),
    ...(target !== undefined && { target: side(valid.target, target) }),
    ...rest,
  };
}

const LONG = "x".repeat(1001);
const TO_EN = { serviceName: "event-notifications", serviceInstance: EN, resourceType: null, resource: null };

const REFUSED: [title: string, news: Tree, property: string, reason: RegExp][] = [
  ["empty inputs", {}, "source", /source is missing/],
  ["no target", { source: { serviceInstance: EN }, roles: ["Reader"] }, "target", /target is missing/],
  ["a string as source", inputs({ source: "x" }), "source", /must be an object, not a string/],
  ["an array as target", inputs({ target: [] }), "target", /must be an object, not an array/],
  ["a string as roles", inputs({ roles: "Reader" }), "roles", /must be an array, not a string/],
  ["empty roles", inputs({ roles: [] }), "roles", /roles must not be empty/],
  [
    "missing roles if IBM documents none",
    inputs({ target: { serviceName: "messagehub" }, roles: null }),
    "roles",
    /roles is missing: IBM documents no roles for event-notifications -> messagehub/,
  ],
  ["a number as a role", inputs({ roles: [1] }), "roles[0]", /must be a string, not a number/],
  ["an empty role", inputs({ roles: ["Reader", ""] }), "roles[1]", /must not be empty/],
  [
    "a role with a trailing space",
    inputs({ roles: ["Reader "] }),
    "roles[0]",
    /must not begin or end with white space/,
  ],
  [
    "a number as region",
    inputs({ target: { region: 7 } }),
    "target.region",
    /must be a string, not a number/,
  ],
  [
    "an empty instance",
    inputs({ source: { serviceInstance: "" } }),
    "source.serviceInstance",
    /not be empty/,
  ],
  ["white space", inputs({ target: { resource: "  " } }), "target.resource", /white space only/],
  [
    "1,001 characters",
    inputs({ target: { resource: LONG } }),
    "target.resource",
    /longer than 1000 .* has 1001/,
  ],
  [
    "a long description",
    inputs({ description: LONG }),
    "description",
    /longer than 1000 characters, and has 1001/,
  ],
  ["a number as description", inputs({ description: 1 }), "description", /must be a string, not a number/],
  ["a misspelled argument", inputs({ role: [] }), "role", /role is not a property: did you mean roles\?/],
  [
    "a misspelled property",
    inputs({ target: { serviceInstnace: "x" } }),
    "target.serviceInstnace",
    /target.serviceInstance\?/,
  ],
  [
    "an unknown property",
    inputs({ source: { zzzzzzzzzzzz: 1 } }),
    "source.zzzzzzzzzzzz",
    /not a property: Use one of crn, serviceName/,
  ],
  ["tags on a source", inputs({ source: { tags: [] } }), "source.tags", /source.tags is not a property/],
  [
    "an instance and a resource group",
    inputs({ target: { resourceGroupId: GROUP } }),
    "target.resourceGroupId",
    /must not be combined with target.serviceInstance/,
  ],
  [
    "a source without an instance or a resource group",
    inputs({ source: { serviceInstance: undefined } }),
    "source.serviceInstance",
    /"\*" for all/,
  ],
  [
    "a target without an instance or a resource group",
    inputs({ target: { serviceInstance: null } }),
    "target.serviceInstance",
    /is missing/,
  ],
  [
    "a target with a resource but no instance",
    { ...inputs({}), target: { serviceName: "cloud-object-storage", resourceType: "bucket", resource: "b" } },
    "target.serviceInstance",
    /is missing/,
  ],
  [
    "an instance's name",
    inputs({ target: { serviceInstance: "my cos" } }),
    "target.serviceInstance",
    /neither a GUID nor/,
  ],
  [
    "an instance's name that looks like an id",
    inputs({ source: { serviceInstance: "my-cos-1" } }),
    "source.serviceInstance",
    /neither a GUID nor/,
  ],
  [
    "an id of VPC for another service",
    inputs({ target: { serviceInstance: `r006-${COS}` } }),
    "target.serviceInstance",
    /neither a GUID nor/,
  ],
  [
    "a resource group's name",
    { ...inputs({}), source: { resourceGroupId: "production" } },
    "source.resourceGroupId",
    /is not the id of a resource group, which has 32 hexadecimal digits/,
  ],
  [
    "a GUID as a resource group",
    { ...inputs({}), source: { resourceGroupId: EN } },
    "source.resourceGroupId",
    /is not the id of a resource group/,
  ],
  [
    "a name in a list of instances",
    inputs({
      target: {
        serviceInstance: null,
        attributes: [{ key: "serviceInstance", operator: "stringEqualsAnyOf", value: [COS, "my-cos"] }],
      },
    }),
    "target.attributes[0].value[1]",
    /is not an id: write ids/,
  ],
  [
    "a CRN in a list of instances",
    inputs({
      target: {
        serviceInstance: null,
        attributes: [
          {
            key: "serviceInstance",
            operator: "stringEqualsAnyOf",
            value: [crn("cloud-object-storage", COS)],
          },
        ],
      },
    }),
    "target.attributes[0].value[0]",
    /is not an id/,
  ],
  [
    "a name in a list of resource groups",
    inputs({
      target: {
        serviceInstance: null,
        attributes: [{ key: "resourceGroupId", operator: "stringEqualsAnyOf", value: [GROUP, "production"] }],
      },
    }),
    "target.attributes[0].value[1]",
    /is not an id/,
  ],
  [
    "a malformed CRN",
    inputs({ target: { serviceInstance: "crn:v1:x" } }),
    "target.serviceInstance",
    /not a valid CRN/,
  ],
  [
    "a bucket's CRN",
    inputs({ target: { serviceInstance: crn("cloud-object-storage", COS, ACCOUNT, "bucket:b") } }),
    "target.serviceInstance",
    /write serviceInstance: "5c1d.*", resourceType: "bucket", resource: "b"/,
  ],
  [
    "a key's CRN",
    inputs({ target: { serviceName: "kms", serviceInstance: crn("kms", KMS, ACCOUNT, "key:k") } }),
    "target.serviceInstance",
    /resourceType: "key", resource: "k"/,
  ],
  [
    "a CRN without an instance",
    inputs({ target: { serviceName: "is", serviceInstance: crn("is", "") } }),
    "target.serviceInstance",
    /without an instance/,
  ],
  [
    "a CRN of another service",
    inputs({ target: { serviceInstance: crn("kms", KMS) } }),
    "target.serviceInstance",
    /is a CRN of kms, but target.serviceName is cloud-object-storage/,
  ],
  [
    "a CRN of another service than the default",
    inputs({ source: { serviceInstance: crn("kms", KMS) } }),
    "source.serviceInstance",
    /is a CRN of kms, but source.serviceName is event-notifications/,
  ],
  [
    "a CRN of an account other than the one beside it",
    inputs({ source: { accountId: OTHER_ACCOUNT, serviceInstance: crn("event-notifications", EN) } }),
    "source.serviceInstance",
    /is a CRN of account a0b1/,
  ],
  [
    "all regions",
    inputs({ target: { region: "*" } }),
    "target.region",
    /remove it, which has the same effect/,
  ],
  ["all accounts", inputs({ source: { accountId: "*" } }), "source.accountId", /must not be "\*"/],
  [
    "a resource group's CRN",
    {
      ...inputs({}),
      source: { resourceGroupId: crn("resource-controller", "", ACCOUNT, `resource-group:${GROUP}`) },
    },
    "source.resourceGroupId",
    /write "0123/,
  ],
  [
    "a key's CRN as resource",
    inputs({ target: { resource: crn("kms", KMS, ACCOUNT, "key:k") } }),
    "target.resource",
    /write "k"/,
  ],
  [
    "a resource that begins like a CRN",
    inputs({ target: { resource: "crn:x" } }),
    "target.resource",
    /the id alone/,
  ],
  [
    "any source service with an instance",
    inputs({ source: { serviceName: "*" } }),
    "source.serviceName",
    /only with source.resourceGroupId/,
  ],
  [
    "any target service",
    inputs({ target: { serviceName: "*" } }),
    "target.serviceName",
    /only with target.resourceType: "resource-group"/,
  ],
  [
    "two sides without Event Notifications",
    inputs({ source: { serviceName: "logs" } }),
    "source.serviceName",
    /one of the two services must be event-notifications/,
  ],
  [
    "a misspelled Event Notifications as target",
    inputs({ source: { serviceName: "logs" }, target: { serviceName: "event-notification" } }),
    "target.serviceName",
    /is event-notification, but one of the two/,
  ],
  [
    "a target of Event Notifications without a source service",
    inputs({ target: TO_EN }),
    "source.serviceName",
    /write the service that may call event-notifications/,
  ],
  [
    "an attribute without a key",
    inputs({ target: { attributes: [{ value: "x" }] } }),
    "target.attributes[0].key",
    /is missing: it is required/,
  ],
  [
    "an unknown operator",
    inputs({ target: { attributes: [{ key: "a", operator: "is", value: "x" }] } }),
    "target.attributes[0].operator",
    /must be one of stringEquals/,
  ],
  [
    "stringExists with a string",
    inputs({ target: { attributes: [{ key: "a", operator: "stringExists", value: "true" }] } }),
    "target.attributes[0].value",
    /must be true or false, not a string/,
  ],
  [
    "stringEqualsAnyOf with no values",
    inputs({ target: { attributes: [{ key: "a", operator: "stringEqualsAnyOf", value: [] }] } }),
    "target.attributes[0].value",
    /must not be empty/,
  ],
  [
    "stringEqualsAnyOf with eleven values",
    inputs({
      target: { attributes: [{ key: "a", operator: "stringEqualsAnyOf", value: Array(11).fill("x") }] },
    }),
    "target.attributes[0].value",
    /more than 10 elements/,
  ],
  [
    "an attribute twice",
    inputs({
      target: {
        attributes: [
          { key: "a", value: "x" },
          { key: "a", value: "y" },
        ],
      },
    }),
    "target.attributes[1].key",
    /is a, which this side already has/,
  ],
  [
    "an attribute beside its property",
    inputs({ target: { attributes: [{ key: "resource", value: "x" }] } }),
    "target.attributes[0].key",
    /already has/,
  ],
  [
    "a wildcard on a source",
    inputs({ source: { attributes: [{ key: "a", operator: "stringMatch", value: "x*" }] } }),
    "source.attributes[0].operator",
    /stringEquals or stringExists/,
  ],
  [
    "a CRN as an attribute, which would bypass the rules",
    inputs({
      target: {
        serviceInstance: null,
        attributes: [{ key: "serviceInstance", value: crn("kms", KMS, ACCOUNT, "key:k") }],
      },
    }),
    "target.attributes[0]",
    /sets serviceInstance, which has a property: use target.serviceInstance/,
  ],
  [
    "a region as an attribute",
    inputs({ source: { attributes: [{ key: "region", operator: "stringEquals", value: "eu-de" }] } }),
    "source.attributes[0]",
    /sets region, which has a property: use source.region/,
  ],
  [
    "an attribute that a source cannot have",
    inputs({ source: { attributes: [{ key: "volumeId", value: "x" }] } }),
    "source.attributes[0].key",
    /is volumeId, which IAM does not support on a source/,
  ],
  [
    "a string as a source's attributes",
    inputs({ source: { attributes: "resource" } }),
    "source.attributes",
    /must be an array, not a string/,
  ],
  [
    "a CRN with a wildcard instance",
    inputs({ source: { serviceInstance: crn("event-notifications", "*") } }),
    "source.serviceInstance",
    /without an instance/,
  ],
  [
    "a CRN without an account",
    inputs({ source: { serviceInstance: `crn:v1:bluemix:public:event-notifications:us-south::${EN}::` } }),
    "source.serviceInstance",
    /without an account/,
  ],
  [
    "an invalid account id",
    inputs({ source: { accountId: `a/${OTHER_ACCOUNT}` } }),
    "source.accountId",
    /has 32 hexadecimal digits/,
  ],
  ["an invalid crn", { ...inputs({}), target: { crn: "crn:v1:x" } }, "target.crn", /is not a valid CRN/],
  [
    "a crn together with a property that it sets",
    { ...inputs({}), target: { crn: crn("kms", KMS, ACCOUNT, "key:k"), resource: "k" } },
    "target.crn",
    /already sets resource/,
  ],
  [
    "a crn without an instance",
    { ...inputs({}), target: { crn: crn("kms", "") } },
    "target.serviceInstance",
    /without an instance/,
  ],
  [
    "a crn of a service that fits neither side",
    { ...inputs({}), source: { crn: crn("logs", EN) } },
    "source.serviceName",
    /one of the two services must be event-notifications/,
  ],
  ["null as a role", inputs({ roles: [null] }), "roles[0]", /must be a string, not null/],
  ["a number as adopt", inputs({ adopt: 1 }), "adopt", /adopt must be true, false or a policy's id/],
  ["an empty id as adopt", inputs({ adopt: "" }), "adopt", /adopt must not be empty/],
  [
    "a wait that is not a number",
    inputs({ settle: { afterCreate: "30" } }),
    "settle.afterCreate",
    /must be a number/,
  ],
  ["a negative wait", inputs({ settle: { beforeDelete: -1 } }), "settle.beforeDelete", /from 0 to 3,600/],
  ["an array as settle", inputs({ settle: [] }), "settle", /must be an object, not an array/],
  ["too long a wait", inputs({ settle: { afterCreate: 3601 } }), "settle.afterCreate", /from 0 to 3,600/],
  [
    "a misspelled wait",
    inputs({ settle: { aftercreate: 30 } }),
    "settle.aftercreate",
    /did you mean settle.afterCreate\?/,
  ],
  [
    "a tag without a value",
    inputs({ target: { tags: [{ key: "env" }] } }),
    "target.tags[0].value",
    /is missing/,
  ],
];

describe("check", () => {
  for (const [title, news, property, reason] of REFUSED) {
    it(`refuses ${title}`, async () => {
      const { failures } = await check(news);
      const found = failures.find((each) => each.property === property);
      expect(`${property} ${found?.reason ?? ""}`, JSON.stringify(failures)).to.match(reason);
      expect(found?.reason, "Pulumi prints the property").not.to.match(/^(source|target|roles)\b/);
    });
  }

  it("returns all failures at once, and one for each refused value", async () => {
    const { failures } = await check({
      source: { serviceInstance: EN, region: 1 },
      target: { servceName: "kms", serviceInstance: KMS, resourceGroupId: GROUP },
      roles: [],
      description: 1,
    });
    expect(failures.map(({ property }) => property)).to.have.members([
      "source.region",
      "target.servceName",
      "target.resourceGroupId",
      "roles",
      "description",
    ]);
  });

  it("ends each reason with a code", async () => {
    const codes = async (news: Tree) => {
      const { failures } = await check(news);
      return failures.map(({ reason }) => /\[([a-z-]+)\]$/.exec(reason)?.[1]);
    };
    expect(await codes(inputs({ roles: [1], target: { plan: "2" } }))).to.deep.equal([
      "invalid-argument",
      "invalid-argument",
    ]);
    expect(await codes(inputs({ target: { serviceName: "messagehub" }, roles: null }))).to.deep.equal([
      "roles-missing",
    ]);
  });

  it("treats an empty description as none", async () => {
    const { inputs: normalized, failures } = await check(inputs({ description: "" }));
    expect(failures).to.deep.equal([]);
    expect(normalized).not.to.have.property("description");
  });

  it("accepts account ids in upper and lower case", async () => {
    const written = (accountId: string, instance: string) =>
      check(inputs({ source: { accountId, serviceInstance: instance } }));
    const lower = await written(OTHER_ACCOUNT, crn("event-notifications", EN, OTHER_ACCOUNT));
    const upper = await written(
      OTHER_ACCOUNT.toUpperCase(),
      crn("event-notifications", EN, OTHER_ACCOUNT.toUpperCase()),
    );
    expect(upper).to.deep.equal(lower);
    expect(upper.inputs["source"]).to.include({ accountId: OTHER_ACCOUNT, serviceInstance: EN });
  });

  const NUMBERS: [settle: unknown, property: string, reason: RegExp][] = [
    [{ afterCreate: NaN }, "settle.afterCreate", /must be a number, not NaN/],
    [{ afterCreate: Infinity }, "settle.afterCreate", /must be seconds, from 0 to 3,600/],
    [NaN, "settle", /must be an object, not NaN/],
  ];
  for (const [settle, property, reason] of NUMBERS) {
    it(`refuses ${inspect(settle)} as settle`, async () => {
      const { failures } = await check(inputs({ settle }));
      expect(failures.map((each) => each.property)).to.deep.equal([property]);
      expect(failures[0]?.reason).to.match(reason);
    });
  }

  it("limits the number and length of failures for thousands of invalid elements", async () => {
    const { failures } = await check(inputs({ roles: Array.from({ length: 10_000 }, () => 1) }));
    expect(failures).to.have.length(20);
    expect(failures.at(-1)?.reason).to.include("(and 9980 more failures)");
    const long = await check(inputs({ target: { ["x".repeat(5_000)]: 1 } }));
    for (const { property, reason } of long.failures) {
      expect(property).to.have.length.at.most(1_000);
      expect(reason).to.have.length.at.most(1_100);
    }
  });

  it("refuses a value that is nested thousands of levels deep", async () => {
    let deep: unknown = "x";
    for (let level = 0; level < 20_000; level += 1) deep = level % 2 ? [deep] : { deep };
    for (const name of ["source", "roles", "other"]) {
      const { failures } = await check(inputs({ [name]: deep }));
      expect(failures).to.deep.equal([
        {
          property: name,
          reason: `is nested more than 32 levels deep, and no argument is that deep [invalid-argument]`,
        },
      ]);
    }
  });

  it("never throws, and returns a short property and reason for each failure", async () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const odd = fc.oneof(json, fc.constantFrom(NaN, Infinity, UNKNOWN, "*", "crn:v1:x", null));
    const key = fc.oneof(
      fc.constantFrom("source", "target", "roles", "settle", "attributes", "crn", "serviceName"),
      fc.constantFrom("__proto__", "constructor", "toString"),
    );
    const tree = fc.dictionary(key, fc.oneof(odd, fc.dictionary(key, odd)));
    await fc.assert(
      fc.asyncProperty(tree, fc.boolean(), async (given, beside) => {
        const { failures } = await check(beside ? inputs(given) : given);
        for (const { property, reason } of failures) {
          expect(property).to.be.a("string").with.length.at.most(1_000);
          expect(reason).to.be.a("string").with.length.within(1, 1_100);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("lists every unknown property, nested ones first", async () => {
    const attributes = [{ key: "a", value: "x", kay: 1, valu: 2 }];
    const { failures } = await check(inputs({ target: { attributes, zone: "1", plan: "2" }, a: 1, b: 2 }));
    expect(failures.map(({ property }) => property)).to.deep.equal([
      "target.attributes[0].kay",
      "target.attributes[0].valu",
      "target.zone",
      "target.plan",
      "a",
      "b",
    ]);
  });

  it("reports no value whose key is invalid, and no elements of a list that is too long", async () => {
    const attributes = [
      { key: 1, value: 1 },
      { key: "a", operator: "stringEqualsAnyOf", value: Array(11).fill(1) },
      { key: "", value: 1 },
    ];
    const { failures } = await check(inputs({ target: { attributes } }));
    expect(failures.map(({ property }) => property)).to.deep.equal([
      "target.attributes[0].key",
      "target.attributes[1].value",
      "target.attributes[2].key",
      "target.attributes[2].value",
    ]);
  });

  it("never includes the description in a failure", async () => {
    const { failures } = await check(inputs({ description: "hush".repeat(300) }));
    expect(JSON.stringify(failures)).not.to.include("hush");
  });

  it("returns refused inputs unchanged", async () => {
    const news = { ...inputs({ roles: [] }), __provider: "text" };
    expect((await check(news)).inputs).to.deep.equal(news);
  });

  it("keeps the __provider property", async () => {
    expect((await check({ ...inputs({}), __provider: "text" })).inputs).to.include({ __provider: "text" });
  });

  describe("normalizes inputs", () => {
    const NORMAL: [title: string, news: Tree, normal: Tree][] = [
      [
        "sets the source's service to Event Notifications, and writes roles in their canonical spelling",
        inputs({ roles: ["object WRITER", "reader", "Reader"] }),
        inputs({ source: { serviceName: "event-notifications" }, roles: ["Object Writer", "Reader"] }),
      ],
      [
        "removes null",
        inputs({ description: null, target: { region: null } }),
        inputs({ source: { serviceName: "event-notifications" }, roles: ["Reader", "Object Writer"] }),
      ],
      [
        "replaces a CRN with its GUID if accountId is set",
        inputs({
          source: {
            accountId: OTHER_ACCOUNT,
            serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT),
          },
          roles: ["Reader"],
        }),
        inputs({
          source: { serviceName: "event-notifications", accountId: OTHER_ACCOUNT, serviceInstance: EN },
          roles: ["Reader"],
        }),
      ],
      [
        "keeps a CRN while the account of the credentials is unknown",
        inputs({ target: { serviceInstance: crn("cloud-object-storage", COS) }, roles: ["Reader"] }),
        inputs({
          source: { serviceName: "event-notifications" },
          target: { serviceInstance: crn("cloud-object-storage", COS) },
          roles: ["Reader"],
        }),
      ],
      [
        "replaces an attribute with the equivalent property",
        inputs({
          source: {
            serviceInstance: null,
            attributes: [{ key: "resourceGroupId", operator: "stringExists", value: true }],
          },
          roles: ["x"],
        }),
        {
          source: { serviceName: "event-notifications", resourceGroupId: "*" },
          target: bucketInputs().target,
          roles: ["x"],
        },
      ],
      [
        "replaces crn with the properties that it sets",
        {
          source: {
            crn: crn("event-notifications", EN, OTHER_ACCOUNT),
            accountId: OTHER_ACCOUNT,
            region: "us-south",
          },
          target: { serviceName: "kms", serviceInstance: "*" },
          roles: ["Reader"],
        },
        {
          source: {
            serviceName: "event-notifications",
            accountId: OTHER_ACCOUNT,
            serviceInstance: EN,
            region: "us-south",
          },
          target: { serviceName: "kms", serviceInstance: "*" },
          roles: ["Reader"],
        },
      ],
      [
        "treats null beside crn as absent",
        {
          source: {
            crn: crn("event-notifications", EN, OTHER_ACCOUNT),
            accountId: OTHER_ACCOUNT,
            region: null,
          },
          target: {
            crn: null,
            serviceName: "kms",
            serviceInstance: "*",
            resourceType: null,
            resource: null,
          },
          roles: ["Reader"],
        },
        {
          source: { serviceName: "event-notifications", accountId: OTHER_ACCOUNT, serviceInstance: EN },
          target: { serviceName: "kms", serviceInstance: "*" },
          roles: ["Reader"],
        },
      ],
      [
        "keeps what a CRN sets beside null, and beside undefined",
        inputs({
          target: {
            crn: crn("kms", KMS, ACCOUNT, "key:1"),
            ...Object.fromEntries(Object.keys(bucketInputs().target).map((key) => [key, null])),
            resourceType: undefined,
            accountId: null,
          },
          roles: ["Reader"],
        }),
        inputs({
          source: { serviceName: "event-notifications" },
          target: {
            serviceName: "kms",
            serviceInstance: crn("kms", KMS),
            resourceType: "key",
            resource: "1",
          },
          roles: ["Reader"],
        }),
      ],
      [
        "sorts lists and removes duplicates",
        inputs({
          target: {
            attributes: [
              { key: "b", operator: "stringMatchAnyOf", value: ["y", "x", "y"] },
              { key: "a", value: "1" },
            ],
            tags: [
              { key: "env", value: "prod" },
              { key: "app", operator: "stringMatch", value: "*" },
            ],
          },
          roles: ["Reader"],
        }),
        inputs({
          source: { serviceName: "event-notifications" },
          target: {
            attributes: [
              { key: "a", operator: "stringEquals", value: "1" },
              { key: "b", operator: "stringMatchAnyOf", value: ["x", "y"] },
            ],
            tags: [
              { key: "app", operator: "stringMatch", value: "*" },
              { key: "env", operator: "stringEquals", value: "prod" },
            ],
          },
          roles: ["Reader"],
        }),
      ],
      [
        "accepts every service of a resource group as source",
        {
          source: { serviceName: "*", resourceGroupId: GROUP },
          target: { serviceName: "event-notifications", serviceInstance: "*" },
          roles: ["Reader"],
        },
        {
          source: { serviceName: "*", resourceGroupId: GROUP },
          target: { serviceName: "event-notifications", serviceInstance: "*" },
          roles: ["Reader"],
        },
      ],
      [
        "accepts resource groups as target",
        {
          source: { serviceInstance: "*" },
          target: { serviceName: "*", serviceInstance: "*", resourceType: "resource-group" },
          roles: ["Viewer"],
        },
        {
          source: { serviceName: "event-notifications", serviceInstance: "*" },
          target: { serviceName: "*", serviceInstance: "*", resourceType: "resource-group" },
          roles: ["Viewer"],
        },
      ],
    ];
    for (const [title, news, normal] of NORMAL) {
      it(title, async () => {
        const { inputs: normalized, failures } = await check(news);
        expect(failures).to.deep.equal([]);
        expect(JSON.parse(JSON.stringify(normalized))).to.deep.equal(JSON.parse(JSON.stringify(normal)));
      });
    }
  });

  describe("accepts an unknown value", () => {
    const UNKNOWNS: [title: string, news: Tree][] = [
      ["the source", inputs({ source: UNKNOWN })],
      ["the target", inputs({ target: UNKNOWN })],
      ["both sides", inputs({ source: UNKNOWN, target: UNKNOWN })],
      ["all roles", inputs({ roles: UNKNOWN })],
      ["one role", inputs({ roles: ["Reader", UNKNOWN] })],
      ["the description", inputs({ description: UNKNOWN })],
      ["an instance", inputs({ target: { serviceInstance: UNKNOWN } })],
      ["a service", inputs({ target: { serviceName: UNKNOWN } })],
      ["the resource group beside an instance", inputs({ target: { resourceGroupId: UNKNOWN } })],
      ["all attributes", inputs({ target: { serviceInstance: null, attributes: UNKNOWN } })],
      ["one attribute", inputs({ target: { serviceInstance: null, attributes: [UNKNOWN] } })],
      [
        "an attribute's key",
        inputs({ target: { serviceInstance: null, attributes: [{ key: UNKNOWN, value: "x" }] } }),
      ],
      [
        "an attribute's operator",
        inputs({ target: { attributes: [{ key: "a", operator: UNKNOWN, value: "x" }] } }),
      ],
      [
        "an attribute's value",
        inputs({ target: { attributes: [{ key: "a", operator: "stringExists", value: UNKNOWN }] } }),
      ],
      ["tags", inputs({ target: { tags: UNKNOWN } })],
      ["a source's attributes", inputs({ source: { attributes: UNKNOWN } })],
      ["adopt", inputs({ adopt: UNKNOWN })],
      ["settle", inputs({ settle: UNKNOWN })],
      ["crn", { ...inputs({}), target: { crn: UNKNOWN } }],
      ["one wait", inputs({ settle: { afterCreate: UNKNOWN } })],
    ];
    for (const [title, news] of UNKNOWNS) {
      it(`for ${title}`, async () => {
        expect((await check(news)).failures).to.deep.equal([]);
      });
    }

    it("and still refuses known invalid values", async () => {
      const { failures } = await check(
        inputs({ source: UNKNOWN, target: { region: "" }, roles: [UNKNOWN, ""] }),
      );
      expect(failures.map(({ property }) => property)).to.have.members(["target.region", "roles[1]"]);
    });
  });
});
