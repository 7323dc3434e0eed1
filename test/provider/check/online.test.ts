import { expect } from "chai";
import { startIamEmulator, type Fault } from "../../../src/emulator";
import { authorizationProvider } from "../../../src/provider/provider";
import { UNKNOWN } from "../../../src/provider/values";
import { bucketInputs, COS, crn, EN, guidOf, KMS, OTHER_ACCOUNT } from "../../support/inputs";
import { closing } from "../../support/opened";
import { configured, QUICK, startRig, type Rig } from "../../support/provider";

function operations(rig: Rig): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of rig.iam.calls()) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

describe("check with credentials", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  /** Mistakes of users, and their failures. */
  const REFUSED: [title: string, inputs: object, property: string, reason: RegExp][] = [
    [
      "event-notification instead of event-notifications",
      {
        source: { serviceName: "secrets-manager", serviceInstance: "*" },
        target: { serviceName: "event-notification", serviceInstance: EN },
      },
      "target.serviceName",
      /event-notifications/,
    ],
    [
      "secret-manager instead of secrets-manager",
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
      "a misspelled role by its index",
      { ...bucketInputs(), roles: ["Reader", "Obect Writer"] },
      "roles[1]",
      /did you mean Object Writer\?/,
    ],
    ["a role with a trailing space", { ...bucketInputs(), roles: ["reader "] }, "roles[0]", /write "reader"/],
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
      expect(`${property} ${found?.reason ?? ""}`, JSON.stringify(failures)).to.match(reason);
      expect(Object.keys(operations(rig))).not.to.include("createV2Policy");
    });
  }

  const known = bucketInputs();
  /** Inputs of a program before its instances exist. */
  const UNKNOWNS: [title: string, uncertain: object][] = [
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
  for (const [title, uncertain] of UNKNOWNS) {
    it(`refuses a misspelled role and a misspelled service while ${title} unknown`, async () => {
      const inputs = { ...known, ...uncertain };
      const { failures = [] } = await rig.provider.check({}, { ...inputs, roles: ["Object Writter"] });
      expect(failures.map(({ property }) => property)).to.deep.equal(["roles[0]"]);
      expect(failures[0]?.reason).to.include("did you mean Object Writer?");
      const misspelled = { ...inputs, target: { ...inputs.target, serviceName: "cloud-object-storge" } };
      const { failures: others = [] } = await rig.provider.check({}, { ...misspelled });
      expect(others.map(({ property }) => property)).to.deep.equal(["target.serviceName"]);
      expect(others[0]?.reason).to.include("did you mean cloud-object-storage?");
    });
  }

  const NOT_CHECKED: [title: string, uncertain: object][] = [
    ["the whole source", { source: UNKNOWN }],
    ["the whole target", { target: UNKNOWN }],
    ["the source's service", { source: { serviceName: UNKNOWN, serviceInstance: EN } }],
    ["the target's service", { target: { ...known.target, serviceName: UNKNOWN } }],
    ["a whole CRN", { target: { crn: UNKNOWN } }],
  ];
  for (const [title, uncertain] of NOT_CHECKED) {
    it(`asks for no roles and refuses none while ${title} is unknown`, async () => {
      const { roles, ...without } = { ...known, ...uncertain };
      const written = await rig.provider.check({}, { ...without, roles: ["Object Writter"] });
      const absent = await rig.provider.check({}, { ...without });
      expect([written.failures, absent.failures]).to.deep.equal([[], []]);
      expect(absent.inputs).to.deep.include({ roles: UNKNOWN });
      expect(operations(rig)).to.deep.equal({ token: 1 });
    });
  }

  it("sets the source's service once the target's is known, and keeps an unknown side", async () => {
    const source = { serviceInstance: UNKNOWN };
    const { inputs } = await rig.provider.check({}, { ...known, source });
    expect(inputs).to.deep.include({ source: { serviceName: "event-notifications", ...source } });
    expect((await rig.provider.check({}, { ...known, source: UNKNOWN })).inputs).to.deep.include({
      source: UNKNOWN,
    });
  });

  it("logs that IAM offers no roles for a pair of unknown services, and accepts it", async () => {
    const inputs = {
      source: { serviceInstance: EN },
      target: { serviceName: "my-service", serviceInstance: "*" },
      roles: ["Reader"],
    };
    expect((await rig.provider.check({}, inputs)).failures).to.deep.equal([]);
    expect(rig.logged).to.have.length(1);
    expect(rig.logged[0]).to.include("IAM offers no roles for event-notifications -> my-service");
  });

  it("requests one token, and one list of roles for each pair", async () => {
    const sources = ["secrets-manager", "project", "is", "compliance"];
    const all = Array.from({ length: 100 }, (_, at) =>
      at % 5 === 0
        ? { ...bucketInputs(), target: { ...bucketInputs().target, resource: `b-${at}` } }
        : {
            source: { serviceName: sources[(at % 5) - 1], serviceInstance: guidOf(at) },
            target: { serviceName: "event-notifications", serviceInstance: EN },
          },
    );
    const checked = await Promise.all(all.map((each) => rig.provider.check({}, { ...each })));
    expect(checked.flatMap(({ failures }) => failures)).to.deep.equal([]);
    expect(operations(rig)).to.deep.equal({ token: 1, listRoles: 5, listV2Policies: 1 });
  });

  it("refuses credentials of an account other than the configured one", async () => {
    const other = await startRig({ "ibmcloud:accountId": OTHER_ACCOUNT });
    const { failures = [] } = await other.provider.check({}, { ...bucketInputs() });
    expect(failures[0]?.reason).to.include(`ibmcloud:accountId is ${OTHER_ACCOUNT}`);
  });
});

describe("check without a response of IAM", () => {
  it("succeeds, and logs the missing response once", async () => {
    const logged: string[] = [];
    const nowhere = { "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": "http://127.0.0.1:1" };
    const provider = configured(nowhere, {}, QUICK, (each) => logged.push(each));
    for (const resource of ["a", "b"]) {
      const target = { ...bucketInputs().target, resource };
      expect((await provider.check({}, { ...bucketInputs(), target })).failures).to.deep.equal([]);
    }
    expect(logged).to.have.length(1);
    expect(logged[0]).to.match(
      /^IAM did not return the account of the credentials, so roles, accounts and existing authorizations are not checked before pulumi up: .*ECONNREFUSED/,
    );
  });

  /** Resources of five pairs. The engine checks them in sequence. */
  const MANY = Array.from({ length: 20 }, (_, at) => {
    const serviceName = ["secrets-manager", "project", "is", "compliance"][at % 5];
    return serviceName === undefined
      ? { ...bucketInputs(), target: { ...bucketInputs().target, resource: `b-${at}` } }
      : {
          source: { serviceName, serviceInstance: guidOf(at) },
          target: { serviceName: "event-notifications", serviceInstance: EN },
        };
  });
  const SHORT = { ...QUICK, requestTimeout: 200, retryTimeout: 2_000 };
  const ALL =
    /^IAM did not return the account of the credentials, so roles, accounts and existing authorizations are not checked before pulumi up: /;
  const ROLES =
    /^IAM did not return the roles that it offers, so roles and existing authorizations are not checked before pulumi up: /;

  /** Permanent faults, the logged message, and a preflight timeout where needed. */
  const SILENT: [title: string, fault: Fault, message: RegExp, preflightTimeout?: number][] = [
    ["never answers for a token", { operation: "token", latency: Infinity }, ALL],
    ["resets every connection", { operation: "*", reset: true }, ALL],
    ["fails with 503", { operation: "token", status: 503 }, ALL],
    ["never answers for roles", { operation: "listRoles", latency: Infinity }, ROLES],
    ["takes too long for roles", { operation: "listRoles", latency: Infinity }, ROLES, 1_000],
  ];
  for (const [title, fault, message, preflightTimeout] of SILENT) {
    it(`stops asking after the first check and logs once if IAM ${title}`, async () => {
      const iam = closing(await startIamEmulator());
      let asked = 0;
      const count = () => {
        asked += 1;
        return false;
      };
      iam.inject({ operation: "*", when: count });
      iam.inject({ ...fault, times: Infinity });
      const logged: string[] = [];
      const settings: Record<string, string> = {
        "ibmcloud:apiKey": iam.apiKey,
        "ibmcloud:iamEndpoint": iam.url,
      };
      const provider = authorizationProvider({
        env: {},
        timeouts:
          preflightTimeout === undefined ? SHORT : { ...QUICK, requestTimeout: 60_000, retryTimeout: 60_000 },
        preflightTimeout,
        log: (message: string) => logged.push(message),
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
      expect(logged).to.have.length(1);
      expect(logged[0]).to.match(message);
    });
  }

  it("checks accounts if only the roles are unavailable", async () => {
    const rig = await startRig();
    rig.iam.inject({ operation: "listRoles", reset: true, times: Infinity });
    const theirs = crn("cloud-object-storage", COS, OTHER_ACCOUNT);
    for (const time of ["at the first check", "at the second check"]) {
      const target = { ...bucketInputs().target, serviceInstance: theirs };
      const { failures = [] } = await rig.provider.check({}, { ...bucketInputs(), target });
      expect(failures[0]?.reason, time).to.include(`use credentials of ${OTHER_ACCOUNT}`);
    }
    expect(rig.logged).to.have.length(1);
    expect(rig.logged[0]).to.match(ROLES);
  });

  it("succeeds without credentials, and logs their absence once", async () => {
    const logged: string[] = [];
    const provider = configured({}, {}, QUICK, (each) => logged.push(each));
    await provider.check({}, { ...bucketInputs() });
    await provider.check({}, { ...bucketInputs(), roles: ["Reader", "Object Writer"] });
    expect(logged).to.deep.equal([
      "No IBM Cloud credentials were found, so roles, accounts and existing authorizations are not checked before pulumi up",
    ]);
  });
});
