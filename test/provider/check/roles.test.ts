import { expect } from "chai";
import { startIamEmulator, type Fault } from "../../../src/emulator";
import { authorizationProvider } from "../../../src/provider/provider";
import { UNKNOWN } from "../../../src/provider/values";
import { bucketInputs, COS, crn, EN, KMS, OTHER_ACCOUNT } from "../../support/inputs";
import { closing } from "../../support/opened";
import { configured, QUICK, startRig, type Rig } from "../../support/provider";

function operations(rig: Rig): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { operation } of rig.iam.calls()) found[operation] = (found[operation] ?? 0) + 1;
  return found;
}

describe("check, with credentials", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  /** What a user gets wrong, and what the failure says. */
  const REFUSED: [title: string, inputs: object, property: string, reason: RegExp][] = [
    [
      "event-notification for event-notifications",
      {
        source: { serviceName: "secrets-manager", serviceInstance: "*" },
        target: { serviceName: "event-notification", serviceInstance: EN },
      },
      "target.serviceName",
      /event-notifications/,
    ],
    [
      "secret-manager for secrets-manager",
      {
        source: { serviceName: "secret-manager", serviceInstance: "*" },
        target: { serviceName: "event-notifications", serviceInstance: EN },
      },
      "source.serviceName",
      /is secret-manager, for which IAM offers no roles: did you mean secrets-manager\?/,
    ],
    [
      "a role of the wrong service",
      { ...bucketInputs(), roles: ["Event Source Manager"] },
      "roles[0]",
      /which IAM does not offer for event-notifications -> cloud-object-storage.* It offers .*Object Writer/,
    ],
    [
      "a misspelt role, by its place",
      { ...bucketInputs(), roles: ["Reader", "Obect Writer"] },
      "roles[1]",
      /did you mean Object Writer\?/,
    ],
    ["a role with a space", { ...bucketInputs(), roles: ["reader "] }, "roles[0]", /write "reader"/],
    [
      "a key's CRN as instance",
      {
        source: { serviceInstance: EN },
        target: { serviceName: "kms", serviceInstance: crn("kms", KMS, OTHER_ACCOUNT, "key:k-1") },
      },
      "target.serviceInstance",
      new RegExp(`write serviceInstance: "${KMS}", resourceType: "key", resource: "k-1"`),
    ],
    [
      "a target of another account",
      {
        ...bucketInputs(),
        target: {
          ...bucketInputs().target,
          serviceInstance: crn("cloud-object-storage", COS, OTHER_ACCOUNT),
        },
      },
      "target.serviceInstance",
      new RegExp(`use credentials of ${OTHER_ACCOUNT}`),
    ],
  ];
  for (const [title, inputs, property, reason] of REFUSED) {
    it(`refuses ${title}`, async () => {
      const { failures = [] } = await rig.provider.check({}, { ...inputs });
      const found = failures.find((each) => each.property === property);
      expect(found?.reason, JSON.stringify(failures)).to.match(reason);
      expect(Object.keys(operations(rig))).not.to.include("createV2Policy");
    });
  }

  const known = bucketInputs();
  /** What a program says before its instances are made. */
  const UNKNOWNS: [title: string, unsure: object][] = [
    ["the source's instance is", { source: { serviceInstance: UNKNOWN } }],
    ["the target's instance is", { target: { ...known.target, serviceInstance: UNKNOWN } }],
    [
      "both instances and a bucket are",
      {
        source: { serviceInstance: UNKNOWN },
        target: { ...known.target, serviceInstance: UNKNOWN, resource: UNKNOWN },
      },
    ],
    ["attributes are", { target: { ...known.target, attributes: UNKNOWN } }],
    ["the description is", { description: UNKNOWN }],
  ];
  for (const [title, unsure] of UNKNOWNS) {
    it(`refuses a misspelt role and a misspelt service while ${title} unknown`, async () => {
      const inputs = { ...known, ...unsure };
      const { failures = [] } = await rig.provider.check({}, { ...inputs, roles: ["Object Writter"] });
      expect(failures.map(({ property }) => property)).to.deep.equal(["roles[0]"]);
      expect(failures[0]?.reason).to.include("did you mean Object Writer?");
      const misspelt = { ...inputs, target: { ...inputs.target, serviceName: "cloud-object-storge" } };
      const { failures: others = [] } = await rig.provider.check({}, { ...misspelt });
      expect(others.map(({ property }) => property)).to.deep.equal(["target.serviceName"]);
      expect(others[0]?.reason).to.include("did you mean cloud-object-storage?");
    });
  }

  const NOT_YET: [title: string, unsure: object][] = [
    ["the whole source", { source: UNKNOWN }],
    ["the whole target", { target: UNKNOWN }],
    ["the source's service", { source: { serviceName: UNKNOWN, serviceInstance: EN } }],
    ["the target's service", { target: { ...known.target, serviceName: UNKNOWN } }],
    ["a whole CRN", { target: { crn: UNKNOWN } }],
  ];
  for (const [title, unsure] of NOT_YET) {
    it(`asks for no roles and refuses none while ${title} is unknown`, async () => {
      const { roles, ...without } = { ...known, ...unsure };
      const written = await rig.provider.check({}, { ...without, roles: ["Object Writter"] });
      const absent = await rig.provider.check({}, { ...without });
      expect([written.failures, absent.failures]).to.deep.equal([[], []]);
      expect(absent.inputs).to.deep.include({ roles: UNKNOWN });
      expect(operations(rig)).to.deep.equal({ token: 1 });
    });
  }

  it("fills in the source's service once the target's is known, and leaves an unknown side as it is", async () => {
    const source = { serviceInstance: UNKNOWN };
    const { inputs } = await rig.provider.check({}, { ...known, source });
    expect(inputs).to.deep.include({ source: { serviceName: "event-notifications", ...source } });
    expect((await rig.provider.check({}, { ...known, source: UNKNOWN })).inputs).to.deep.include({
      source: UNKNOWN,
    });
  });

  it("says that a pair of unknown services is not offered, and lets it pass", async () => {
    const inputs = {
      source: { serviceInstance: EN },
      target: { serviceName: "my-service", serviceInstance: "*" },
      roles: ["Reader"],
    };
    expect((await rig.provider.check({}, inputs)).failures).to.deep.equal([]);
    expect(rig.logged).to.have.length(1);
    expect(rig.logged[0]).to.include("IAM offers no roles for event-notifications -> my-service");
  });

  it("asks for one token and one look-up a pair, however many there are", async () => {
    const sources = ["secrets-manager", "project", "is", "compliance"];
    const all = Array.from({ length: 100 }, (_, at) =>
      at % 5 === 0
        ? { ...bucketInputs(), target: { ...bucketInputs().target, resource: `b-${at}` } }
        : {
            source: { serviceName: sources[(at % 5) - 1], serviceInstance: `s-${at}` },
            target: { serviceName: "event-notifications", serviceInstance: EN },
          },
    );
    const checked = await Promise.all(all.map((each) => rig.provider.check({}, { ...each })));
    expect(checked.flatMap(({ failures }) => failures)).to.deep.equal([]);
    expect(operations(rig)).to.deep.equal({ token: 1, listRoles: 5 });
  });

  it("refuses credentials of another account than the stack says", async () => {
    const other = await startRig({ "ibmcloud:accountId": OTHER_ACCOUNT });
    const { failures = [] } = await other.provider.check({}, { ...bucketInputs() });
    expect(failures[0]?.reason).to.include(`ibmcloud:accountId is ${OTHER_ACCOUNT}`);
  });
});

describe("check, without an answer of IAM", () => {
  it("goes on, and says so once", async () => {
    const said: string[] = [];
    const nowhere = { "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": "http://127.0.0.1:1" };
    const provider = configured(nowhere, {}, QUICK, (each) => said.push(each));
    for (const resource of ["a", "b"]) {
      const target = { ...bucketInputs().target, resource };
      expect((await provider.check({}, { ...bucketInputs(), target })).failures).to.deep.equal([]);
    }
    expect(said).to.have.length(1);
    expect(said[0]).to.match(
      /^IAM did not return the account of the credentials, so roles and accounts are not checked before pulumi up: .*ECONNREFUSED/,
    );
  });

  /** Resources of five pairs, checked one after the other as the engine does. */
  const MANY = Array.from({ length: 20 }, (_, at) => {
    const serviceName = ["secrets-manager", "project", "is", "compliance"][at % 5];
    return serviceName === undefined
      ? { ...bucketInputs(), target: { ...bucketInputs().target, resource: `b-${at}` } }
      : {
          source: { serviceName, serviceInstance: `s-${at}` },
          target: { serviceName: "event-notifications", serviceInstance: EN },
        };
  });
  const SHORT = { ...QUICK, requestTimeout: 200, retryTimeout: 2_000 };
  const ALL =
    /^IAM did not return the account of the credentials, so roles and accounts are not checked before pulumi up: /;
  const ROLES = /^IAM did not return the roles that it offers, so roles are not checked before pulumi up: /;

  /** What goes wrong for good, and what is said of it; a patience where it takes too long. */
  const SILENT: [title: string, fault: Fault, says: RegExp, patience?: number][] = [
    ["never answers for a token", { operation: "token", latency: Infinity }, ALL],
    ["resets every connection", { operation: "*", reset: true }, ALL],
    ["has a problem of its own", { operation: "token", status: 503 }, ALL],
    ["never answers for roles", { operation: "listRoles", latency: Infinity }, ROLES],
    ["takes too long for roles", { operation: "listRoles", latency: Infinity }, ROLES, 1_000],
  ];
  for (const [title, fault, says, patience] of SILENT) {
    it(`asks no more and says so once, however many there are, where IAM ${title}`, async () => {
      const iam = closing(await startIamEmulator());
      let asked = 0;
      const count = () => {
        asked += 1;
        return false;
      };
      iam.inject({ operation: "*", when: count });
      iam.inject({ ...fault, times: Infinity });
      const said: string[] = [];
      const settings: Record<string, string> = {
        "ibmcloud:apiKey": iam.apiKey,
        "ibmcloud:iamEndpoint": iam.url,
      };
      const provider = authorizationProvider({
        env: {},
        timeouts: patience === undefined ? SHORT : { ...QUICK, requestTimeout: 60_000, retryTimeout: 60_000 },
        preflightTimeout: patience,
        log: (sentence: string) => said.push(sentence),
      });
      const config = { get: (key: string) => settings[key], require: (key: string) => settings[key] ?? "" };
      await provider.configure({ config });

      let first = 0;
      for (const inputs of MANY) {
        expect((await provider.check({}, { ...inputs })).failures).to.deep.equal([]);
        first ||= asked;
      }
      expect(first).to.be.greaterThan(0);
      expect(asked, "after the first one").to.equal(first);
      expect(said).to.have.length(1);
      expect(said[0]).to.match(says);
    });
  }

  it("checks accounts where only the roles are not told", async () => {
    const rig = await startRig();
    rig.iam.inject({ operation: "listRoles", reset: true, times: Infinity });
    const theirs = crn("cloud-object-storage", COS, OTHER_ACCOUNT);
    for (const time of ["when it is asked", "and when it is asked no more"]) {
      const target = { ...bucketInputs().target, serviceInstance: theirs };
      const { failures = [] } = await rig.provider.check({}, { ...bucketInputs(), target });
      expect(failures[0]?.reason, time).to.include(`use credentials of ${OTHER_ACCOUNT}`);
    }
    expect(rig.logged).to.have.length(1);
    expect(rig.logged[0]).to.match(ROLES);
  });

  it("goes on without credentials, and says so once", async () => {
    const said: string[] = [];
    const provider = configured({}, {}, QUICK, (each) => said.push(each));
    await provider.check({}, { ...bucketInputs() });
    await provider.check({}, { ...bucketInputs(), roles: ["Reader", "Object Writer"] });
    expect(said).to.deep.equal([
      "No IBM Cloud credentials were found, so roles and accounts are not checked before pulumi up",
    ]);
  });
});
