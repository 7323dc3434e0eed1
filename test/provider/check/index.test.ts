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

/** Valid inputs with some properties of the source, the target or themselves replaced. */
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
  ["nothing at all", {}, "source", /source is missing/],
  ["no target", { source: { serviceInstance: EN }, roles: ["Reader"] }, "target", /target is missing/],
  ["a text for a source", inputs({ source: "x" }), "source", /must be an object, not a string/],
  ["an array for a target", inputs({ target: [] }), "target", /must be an object, not an array/],
  ["a text for roles", inputs({ roles: "Reader" }), "roles", /must be an array, not a string/],
  ["no roles", inputs({ roles: [] }), "roles", /roles must not be empty/],
  [
    "missing roles where IBM documents none",
    inputs({ target: { serviceName: "messagehub" }, roles: null }),
    "roles",
    /roles is missing: IBM documents no roles for event-notifications -> messagehub/,
  ],
  ["a number for a role", inputs({ roles: [1] }), "roles[0]", /must be a string, not a number/],
  ["an empty role", inputs({ roles: ["Reader", ""] }), "roles[1]", /must not be empty/],
  [
    "a role with a space",
    inputs({ roles: ["Reader "] }),
    "roles[0]",
    /must not begin or end with white space/,
  ],
  [
    "a number for a region",
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
  ["a number for a description", inputs({ description: 1 }), "description", /must be a string, not a number/],
  ["a mis-typed argument", inputs({ role: [] }), "role", /role is not a property: did you mean roles\?/],
  [
    "a mis-typed property",
    inputs({ target: { serviceInstnace: "x" } }),
    "target.serviceInstnace",
    /target.serviceInstance\?/,
  ],
  [
    "an odd property",
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
    "a source without breadth",
    inputs({ source: { serviceInstance: undefined } }),
    "source.serviceInstance",
    /"\*" for all/,
  ],
  [
    "a target without breadth",
    inputs({ target: { serviceInstance: null } }),
    "target.serviceInstance",
    /is missing/,
  ],
  [
    "a target narrowed, but by no instance",
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
    "a CRN of another account than the one beside it",
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
    "what only begins like a CRN, as resource",
    inputs({ target: { resource: "crn:x" } }),
    "target.resource",
    /the id alone/,
  ],
  [
    "any source service of an instance",
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
    "no side of Event Notifications",
    inputs({ source: { serviceName: "logs" } }),
    "source.serviceName",
    /one of the two services must be event-notifications/,
  ],
  [
    "a target nearly Event Notifications",
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
    "an odd operator",
    inputs({ target: { attributes: [{ key: "a", operator: "is", value: "x" }] } }),
    "target.attributes[0].operator",
    /must be one of stringEquals/,
  ],
  [
    "a text that exists",
    inputs({ target: { attributes: [{ key: "a", operator: "stringExists", value: "true" }] } }),
    "target.attributes[0].value",
    /must be true or false, not a string/,
  ],
  [
    "any of none",
    inputs({ target: { attributes: [{ key: "a", operator: "stringEqualsAnyOf", value: [] }] } }),
    "target.attributes[0].value",
    /must not be empty/,
  ],
  [
    "any of eleven",
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
    "a CRN as an attribute, which would go round the rules",
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
    "a text for a source's attributes",
    inputs({ source: { attributes: "resource" } }),
    "source.attributes",
    /must be an array, not a string/,
  ],
  [
    "a CRN whose instance is all of them",
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
    "an account that is none",
    inputs({ source: { accountId: `a/${OTHER_ACCOUNT}` } }),
    "source.accountId",
    /has 32 hexadecimal digits/,
  ],
  [
    "a whole CRN that is none",
    { ...inputs({}), target: { crn: "crn:v1:x" } },
    "target.crn",
    /is not a valid CRN/,
  ],
  [
    "a whole CRN beside what it says",
    { ...inputs({}), target: { crn: crn("kms", KMS, ACCOUNT, "key:k"), resource: "k" } },
    "target.crn",
    /already sets resource/,
  ],
  [
    "a whole CRN without an instance",
    { ...inputs({}), target: { crn: crn("kms", "") } },
    "target.serviceInstance",
    /without an instance/,
  ],
  [
    "a whole CRN of neither side's service",
    { ...inputs({}), source: { crn: crn("logs", EN) } },
    "source.serviceName",
    /one of the two services must be event-notifications/,
  ],
  ["null as a role", inputs({ roles: [null] }), "roles[0]", /must be a string, not null/],
  ["a number to adopt", inputs({ adopt: 1 }), "adopt", /adopt must be true, false or a policy's id/],
  ["an empty id to adopt", inputs({ adopt: "" }), "adopt", /adopt must not be empty/],
  [
    "a wait of no number",
    inputs({ settle: { afterCreate: "30" } }),
    "settle.afterCreate",
    /must be a number/,
  ],
  [
    "a wait below nothing",
    inputs({ settle: { beforeDelete: -1 } }),
    "settle.beforeDelete",
    /from 0 to 3,600/,
  ],
  ["an array for waits", inputs({ settle: [] }), "settle", /must be an object, not an array/],
  ["too long a wait", inputs({ settle: { afterCreate: 3601 } }), "settle.afterCreate", /from 0 to 3,600/],
  [
    "a mis-typed wait",
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
      expect(found?.reason, JSON.stringify(failures)).to.match(reason).and.include(property);
    });
  }

  it("refuses everything at once, and nothing else for what is refused already", async () => {
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

  it("takes an empty description for none", async () => {
    const { inputs: taken, failures } = await check(inputs({ description: "" }));
    expect(failures).to.deep.equal([]);
    expect(taken).not.to.have.property("description");
  });

  it("takes account ids in any case", async () => {
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
    it(`refuses ${inspect(settle)} for settle`, async () => {
      const { failures } = await check(inputs({ settle }));
      expect(failures.map((each) => each.property)).to.deep.equal([property]);
      expect(failures[0]?.reason).to.match(reason);
    });
  }

  it("says what is wrong with thousands of elements in a few short sentences", async () => {
    const { failures } = await check(inputs({ roles: Array.from({ length: 10_000 }, () => 1) }));
    expect(failures).to.have.length(20);
    expect(failures.at(-1)?.reason).to.include("(and 9980 more failures)");
    const long = await check(inputs({ target: { ["x".repeat(5_000)]: 1 } }));
    for (const { property, reason } of long.failures) {
      expect(property).to.have.length.at.most(1_000);
      expect(reason).to.have.length.at.most(1_100);
    }
  });

  it("refuses what is nested thousands of levels deep", async () => {
    let deep: unknown = "x";
    for (let level = 0; level < 20_000; level += 1) deep = level % 2 ? [deep] : { deep };
    for (const name of ["source", "roles", "other"]) {
      const { failures } = await check(inputs({ [name]: deep }));
      expect(failures).to.deep.equal([
        {
          property: name,
          reason: `${name} is nested more than 32 levels deep, and no argument is that deep [invalid-argument]`,
        },
      ]);
    }
  });

  it("never throws, and says of each failure where it is and why, in a few words", async () => {
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

  it("names every property that is not known, those of parts before those of the whole", async () => {
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

  it("says nothing of a value while its key is no text, nor of the elements of too many", async () => {
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

  it("never shows what a description says", async () => {
    const { failures } = await check(inputs({ description: "hush".repeat(300) }));
    expect(JSON.stringify(failures)).not.to.include("hush");
  });

  it("hands back what it refuses as it came", async () => {
    const news = { ...inputs({ roles: [] }), __provider: "text" };
    expect((await check(news)).inputs).to.deep.equal(news);
  });

  it("takes the provider's text through", async () => {
    expect((await check({ ...inputs({}), __provider: "text" })).inputs).to.include({ __provider: "text" });
  });

  describe("brings inputs to their normal form", () => {
    const NORMAL: [title: string, news: Tree, normal: Tree][] = [
      [
        "the source's service is Event Notifications, roles are canonical and sorted",
        inputs({ roles: ["object WRITER", "reader", "Reader"] }),
        inputs({ source: { serviceName: "event-notifications" }, roles: ["Object Writer", "Reader"] }),
      ],
      [
        "null is absent",
        inputs({ description: null, target: { region: null } }),
        inputs({ source: { serviceName: "event-notifications" }, roles: ["Object Writer", "Reader"] }),
      ],
      [
        "a CRN beside its account is a GUID",
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
        "a CRN stays while nobody knows whose account it is of",
        inputs({ target: { serviceInstance: crn("cloud-object-storage", COS) }, roles: ["Reader"] }),
        inputs({
          source: { serviceName: "event-notifications" },
          target: { serviceInstance: crn("cloud-object-storage", COS) },
          roles: ["Reader"],
        }),
      ],
      [
        "an attribute that says what a property says becomes it",
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
        "a whole CRN is what it says",
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
        "lists are sets",
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
        "every service of a resource group into Event Notifications",
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
        "resource groups as a target",
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
        const { inputs: found, failures } = await check(news);
        expect(failures).to.deep.equal([]);
        expect(JSON.parse(JSON.stringify(found))).to.deep.equal(JSON.parse(JSON.stringify(normal)));
      });
    }
  });

  describe("skips what is still unknown", () => {
    const UNKNOWNS: [title: string, news: Tree][] = [
      ["a whole source", inputs({ source: UNKNOWN })],
      ["a whole target", inputs({ target: UNKNOWN })],
      ["both sides", inputs({ source: UNKNOWN, target: UNKNOWN })],
      ["all roles", inputs({ roles: UNKNOWN })],
      ["one role", inputs({ roles: ["Reader", UNKNOWN] })],
      ["the description", inputs({ description: UNKNOWN })],
      ["an instance", inputs({ target: { serviceInstance: UNKNOWN } })],
      ["a service", inputs({ target: { serviceName: UNKNOWN } })],
      [
        "an instance of which one or the other will be known",
        inputs({ target: { resourceGroupId: UNKNOWN } }),
      ],
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
      ["what to adopt", inputs({ adopt: UNKNOWN })],
      ["all waits", inputs({ settle: UNKNOWN })],
      ["a whole CRN", { ...inputs({}), target: { crn: UNKNOWN } }],
      ["one wait", inputs({ settle: { afterCreate: UNKNOWN } })],
    ];
    for (const [title, news] of UNKNOWNS) {
      it(title, async () => {
        expect((await check(news)).failures).to.deep.equal([]);
      });
    }

    it("and still refuses what is known", async () => {
      const { failures } = await check(
        inputs({ source: UNKNOWN, target: { region: "" }, roles: [UNKNOWN, ""] }),
      );
      expect(failures.map(({ property }) => property)).to.have.members(["target.region", "roles[1]"]);
    });
  });
});
