import { expect } from "chai";
import { audit, RULES } from "../../src/audit";
import type { Facts } from "../../src/audit/types";
import type { Authorization } from "../../src/results";
import { ACCOUNT, COS, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";

type Change = Partial<Omit<Authorization, "source" | "target">> & { source?: object; target?: object };

/** Returns an authorization in which no rule finds anything, with changes. A property that is undefined is removed. */
function authorization({ source, target, ...change }: Change = {}): Authorization {
  const set = (side: object) =>
    Object.fromEntries(
      Object.entries(side).filter(([, value]) => value !== undefined),
    ) as Authorization["target"];
  return {
    id: "a",
    roles: ["Reader"],
    description: "Keys",
    createdAt: "2026-01-01T00:00:00Z",
    ...change,
    source: set({ serviceName: "event-notifications", serviceInstance: EN, accountId: ACCOUNT, ...source }),
    target: set({ serviceName: "kms", serviceInstance: KMS, accountId: ACCOUNT, ...target }),
  };
}

const ANY = { serviceInstance: "*" };
const EXISTS = [{ key: "serviceInstance", operator: "stringExists", value: true }];
const roleCrn = (end: string, service = "iam") => `crn:v1:bluemix:public:${service}::::${end}`;
const CUSTOM_READER = `crn:v1:bluemix:public:iam-access-management::a/${ACCOUNT}::customRole:Reader`;
const NOT_EXISTS = [{ key: "serviceInstance", operator: "stringExists", value: false }];
const COS_BUCKET = { serviceName: "cloud-object-storage", serviceInstance: COS };
const group = (resourceGroupId: string) => ({ serviceInstance: undefined, resourceGroupId });
const INSTANCES = new Map([
  [EN, { serviceName: "event-notifications" }],
  [KMS, { serviceName: "kms" }],
]);
/** Services whose instances Resource Controller isn't known to list, each with the id of one. */
const UNLISTED = [
  ["is", COS],
  ["is", `r006-${COS}`],
  ["project", COS],
  ["resource-controller", COS],
  ["containers-kubernetes", "8042b2a8af6a4a5cbf6dbe09e07311d2"],
  ["satellite", "c0rcidjw0s3rf9v8sms0"],
] as const;

interface Case {
  rule: string;
  /** Accounts that break the rule, with the ids of the findings. */
  breaks: { all: Authorization[]; facts?: Facts; ids?: string[] }[];
  /** Accounts that nearly do. */
  nearly: { all: Authorization[]; facts?: Facts }[];
}

const one = (change: Change, facts?: Facts) => ({ all: [authorization(change)], ...(facts && { facts }) });
const two = (first: Change, second: Change) => ({
  all: [authorization(first), authorization({ id: "b", createdAt: "2026-02-01T00:00:00Z", ...second })],
});

const CASES: readonly Case[] = [
  {
    rule: "all-to-all",
    breaks: [
      one({ source: ANY, target: ANY }),
      one({ source: { serviceInstance: undefined, attributes: EXISTS }, target: ANY }),
    ],
    nearly: [
      one({ source: ANY }),
      one({ target: ANY }),
      one({ source: ANY, target: { ...ANY, region: "us-south" } }),
      one({ source: ANY, target: { ...ANY, tags: [{ key: "env", value: "prod" }] } }),
      one({ source: ANY, target: group(GROUP) }),
      one({ source: { serviceInstance: undefined, attributes: NOT_EXISTS }, target: ANY }),
    ],
  },
  {
    rule: "any-resource-group",
    breaks: [one({ source: group("*") }), one({ target: group("*") })],
    nearly: [one({ source: group(GROUP) }), one({ target: group(GROUP) })],
  },
  {
    rule: "other-account",
    breaks: [
      one({ source: { accountId: OTHER_ACCOUNT } }),
      one({ source: { accountId: OTHER_ACCOUNT } }, { allowedAccounts: [ACCOUNT] }),
      one({ source: { accountId: undefined } }),
      one({ source: { accountId: undefined }, target: { accountId: undefined } }),
    ],
    nearly: [
      one({}),
      one({ source: { accountId: ACCOUNT.toUpperCase() } }),
      one({ source: { accountId: OTHER_ACCOUNT } }, { allowedAccounts: [OTHER_ACCOUNT] }),
      one({ source: { accountId: OTHER_ACCOUNT } }, { allowedAccounts: [OTHER_ACCOUNT.toUpperCase()] }),
    ],
  },
  {
    rule: "no-description",
    breaks: [one({ description: undefined }), one({ description: " " })],
    nearly: [one({ description: "x" }), one({ description: "", managedBy: "service" })],
  },
  {
    rule: "excess-roles",
    breaks: [
      one({ roles: ["Manager", "Reader"] }),
      one({ roles: ["Viewer"] }),
      one({ target: { serviceName: "messagehub" }, roles: ["Administrator"] }),
      one({ target: { serviceName: "messagehub" }, roles: ["administrator"] }),
      one({ target: { serviceName: "messagehub" }, roles: [roleCrn("role:Administrator")] }),
      one({ target: { serviceName: "messagehub" }, roles: [roleCrn("serviceRole:Manager")] }),
      one({ roles: [roleCrn("role:Viewer")] }),
      one({ roles: [CUSTOM_READER] }),
    ],
    nearly: [
      one({}),
      one({ target: { serviceName: "messagehub" }, roles: ["Writer"] }),
      one({ target: { serviceName: "messagehub" }, roles: [roleCrn("serviceRole:Writer")] }),
      one({ roles: [roleCrn("serviceRole:Reader")] }),
      one({ roles: ["reader"] }),
      one({
        target: COS_BUCKET,
        roles: [roleCrn("serviceRole:ObjectWriter", "cloud-object-storage"), "Reader"],
      }),
      one({
        source: { serviceName: "secrets-manager" },
        target: { serviceName: "event-notifications" },
        roles: [roleCrn("serviceRole:Event-Source-Manager", "event-notifications")],
      }),
    ],
  },
  {
    rule: "missing-roles",
    breaks: [
      one({ target: COS_BUCKET, roles: ["Object Writer"] }),
      one({ target: COS_BUCKET }),
      one({ target: COS_BUCKET, roles: [roleCrn("serviceRole:Reader")] }),
      one({ target: COS_BUCKET, roles: [roleCrn("serviceRole:ObjectWriter", "cloud-object-storage")] }),
    ],
    nearly: [
      one({ target: COS_BUCKET, roles: ["Object Writer", "Reader"] }),
      one({
        target: COS_BUCKET,
        roles: [roleCrn("serviceRole:ObjectWriter", "cloud-object-storage"), roleCrn("serviceRole:Reader")],
      }),
      one({ roles: ["Viewer"] }),
    ],
  },
  {
    rule: "unknown-service",
    breaks: [one({ target: { serviceName: "kmss" } }), one({ target: { serviceName: "new" } })],
    nearly: [
      one({ source: { serviceName: "*", ...group(GROUP) }, target: { serviceName: "event-notifications" } }),
      one({ target: { serviceName: "new" } }, { instances: new Map([["x", { serviceName: "new" }]]) }),
      // Neither side is Event Notifications, so the rule doesn't apply.
      one({ source: { serviceName: "codeengine" }, target: { serviceName: "new" } }),
    ],
  },
  {
    rule: "missing-instance",
    breaks: [
      one({ target: { serviceInstance: COS } }, { instances: INSTANCES }),
      one({ source: { serviceInstance: COS } }, { instances: INSTANCES }),
    ],
    nearly: [
      one({}, { instances: INSTANCES }),
      one({ target: ANY }, { instances: INSTANCES }),
      one({ target: { serviceInstance: COS } }),
      one({ source: { serviceInstance: COS, accountId: OTHER_ACCOUNT } }, { instances: INSTANCES }),
      ...UNLISTED.map(([serviceName, serviceInstance]) =>
        one({ source: { serviceName, serviceInstance } }, { instances: INSTANCES }),
      ),
      // A GUID can have upper-case letters, in an authorization and in Resource Controller.
      one({ target: { serviceInstance: KMS.toUpperCase() } }, { instances: INSTANCES }),
      one(
        {},
        {
          instances: new Map([...INSTANCES].map(([id, each]) => [id.toUpperCase(), each])),
        },
      ),
    ],
  },
  {
    rule: "missing-resource-group",
    breaks: [one({ target: group(GROUP) }, { groups: new Set(["other"]) })],
    nearly: [
      one({ target: group(GROUP) }, { groups: new Set([GROUP]) }),
      one({ target: group(GROUP.toUpperCase()) }, { groups: new Set([GROUP]) }),
      one({ target: group(GROUP) }, { groups: new Set([GROUP.toUpperCase()]) }),
      one({ target: group("*") }, { groups: new Set(["other"]) }),
      one({ source: { ...group(GROUP), accountId: OTHER_ACCOUNT } }, { groups: new Set(["other"]) }),
    ],
  },
  {
    rule: "covered",
    breaks: [
      { ...two({}, {}), ids: ["b"] },
      { ...two({}, { target: ANY }), ids: ["a"] },
      { ...two({ roles: ["Reader"] }, { roles: ["Reader", "Writer"] }), ids: ["a"] },
      { ...two({ target: ANY }, { target: { serviceInstance: undefined, attributes: EXISTS } }), ids: ["b"] },
      { ...two({ target: group("*") }, { target: group(GROUP) }), ids: ["b"] },
      { ...two({}, { target: { tags: [{ key: "env", value: "prod" }] } }), ids: ["b"] },
    ],
    nearly: [
      two({}, { target: { serviceInstance: COS } }),
      two({ roles: ["Reader"] }, { roles: ["Writer"] }),
      two({ target: ANY, roles: ["Reader"] }, { roles: ["Writer"] }),
      two({}, { source: { accountId: OTHER_ACCOUNT } }),
      two({}, { source: { accountId: undefined } }),
      two({ source: { accountId: undefined } }, { source: { accountId: undefined } }),
      two({ target: { region: "us-south" } }, { target: { region: "eu-de" } }),
      two({ target: ANY }, { managedBy: "service" }),
      two({}, { target: { serviceInstance: undefined, attributes: NOT_EXISTS } }),
    ],
  },
  {
    rule: "orphan",
    breaks: [one({}, { managed: new Map() }), one({}, { managed: new Map([["b", "stack x"]]) })],
    nearly: [
      one({}),
      one({}, { managed: new Map([["a", "stack x"]]) }),
      one({ managedBy: "template" }, { managed: new Map() }),
    ],
  },
  {
    rule: "gone-from-iam",
    breaks: [{ ...one({}, { managed: new Map([["b", "stack x"]]) }), ids: ["b"] }],
    nearly: [one({}), one({}, { managed: new Map([["a", "stack x"]]) })],
  },
];

describe("the rules of audit", () => {
  const idsOf = (rule: string, all: readonly Authorization[], facts: Facts = {}) =>
    audit(all, facts)
      .filter((each) => each.rule === rule)
      .map(({ id }) => id);

  it("are all tested", () => {
    expect(CASES.map(({ rule }) => rule)).to.have.members(RULES.map(({ id }) => id));
  });

  it("find nothing in a good authorization", () => {
    const facts = { instances: INSTANCES, managed: new Map([["a", "stack x"]]), groups: new Set([GROUP]) };
    expect(audit([authorization()], facts)).to.deep.equal([]);
  });

  for (const { rule, breaks, nearly } of CASES) {
    it(`${rule}: finds each violation, with a reason and a change`, () => {
      for (const [at, { all, facts, ids = ["a"] }] of breaks.entries()) {
        expect(idsOf(rule, all, facts), `account ${at}`).to.deep.equal(ids);
        const found = audit(all, facts ?? {}).find((each) => each.rule === rule);
        expect(found?.why).to.match(/\w/);
        expect(found?.change).to.match(/\w/);
      }
    });

    it(`${rule}: finds nothing in an account that nearly breaks it`, () => {
      for (const [at, { all, facts }] of nearly.entries())
        expect(idsOf(rule, all, facts), `account ${at}`).to.deep.equal([]);
    });
  }

  it("claim that the account has no instance only of services whose instances Resource Controller lists", () => {
    const reason = (serviceName: string) =>
      audit([authorization({ target: { serviceName } })], { instances: INSTANCES }).find(
        ({ rule }) => rule === "unknown-service",
      )?.why;
    expect(reason("new")).to.match(/no instance of it/);
    expect(reason("containers-kubernetes"))
      .to.match(/documents no service/)
      .and.not.match(/no instance/);
  });

  it("put the most severe findings first, and leave out authorizations that are not considered", () => {
    const all = [
      authorization({ description: "" }),
      authorization({ id: "b", source: ANY, target: ANY, roles: ["Writer"] }),
    ];
    expect(audit(all, {}).map(({ severity }) => severity)).to.deep.equal(["high", "high", "low"]);
    expect(audit(all, {}, ({ id }) => id === "a").map(({ rule }) => rule)).to.deep.equal(["no-description"]);
  });
});
