import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator, type InstanceSeed } from "../../../src/emulator";
import { openIam } from "../../../src/iam";
import { authorizationProvider, type AuthorizationProvider } from "../../../src/provider/provider";
import { UNKNOWN } from "../../../src/provider/values";
import { bucketInputs, COS, crn, EN, GROUP, guidOf, KMS, OTHER_ACCOUNT } from "../../support/inputs";
import { closing } from "../../support/opened";
import { configFor } from "../../support/program";
import { QUICK } from "../../support/provider";

const ACCOUNT = { id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", apiKeys: ["home"], iamId: "iam-ServiceId-1" };
const OTHER = { id: OTHER_ACCOUNT, apiKeys: ["partner"], iamId: "iam-ServiceId-2" };
const COS_SERVICE = "cloud-object-storage";
const INSTANCES: InstanceSeed[] = [
  { name: "events", serviceName: "event-notifications", guid: EN },
  { name: "my-cos", serviceName: COS_SERVICE, guid: COS },
  { name: "keys", serviceName: "kms", guid: KMS },
  { name: "my-cos", serviceName: "logs", guid: guidOf(1) },
  { name: "theirs", serviceName: COS_SERVICE, guid: guidOf(2), accountId: OTHER.id },
  { name: "soon", serviceName: COS_SERVICE, guid: guidOf(3), state: "provisioning" },
  { name: "gone", serviceName: COS_SERVICE, guid: guidOf(4), state: "pending_reclamation" },
  ...[5, 6, 7, 8].map((at) => ({
    name: "twins",
    serviceName: COS_SERVICE,
    guid: guidOf(at),
    region: `r${at}`,
  })),
];
const valid = bucketInputs();
const toBucketOf = (serviceInstance: string, source: object = valid.source) => ({
  ...valid,
  source,
  target: { ...valid.target, serviceInstance },
});

let iam: IamEmulator;
let logged: string[];

/** Returns a provider whose account has the instances above. */
function providerFor(
  config: Record<string, string> = configFor(iam),
  preflightTimeout?: number,
): AuthorizationProvider {
  const provider = authorizationProvider({
    env: {},
    timeouts: { ...QUICK, retryTimeout: 60_000 },
    preflightTimeout,
    log: (message) => logged.push(message),
  });
  const get = (key: string) => config[key];
  void provider.configure({ config: { get, require: (key) => get(key) ?? "" } });
  return provider;
}

const operations = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { operation } of iam.calls()) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};

beforeEach(async () => {
  logged = [];
  const resourceGroups = [{ name: "production", id: GROUP }];
  iam = closing(await startIamEmulator({ accounts: [ACCOUNT, OTHER], instances: INSTANCES, resourceGroups }));
});

describe("a name in place of an id", () => {
  const ADVICE =
    'write the instance\'s GUID, its CRN, or "*" for all instances. getServiceInstance of this package';
  const REFUSED: [title: string, inputs: object, property: string, sentences: (string | RegExp)[]][] = [
    [
      "is answered with the instance's GUID",
      toBucketOf("my-cos"),
      "target.serviceInstance",
      [
        `is neither a GUID nor a CRN: write "${COS}", the GUID of the cloud-object-storage instance "my-cos" [`,
      ],
    ],
    [
      "of the source is answered with the GUID of an instance of Event Notifications, the default service",
      toBucketOf(COS, { serviceInstance: "events" }),
      "source.serviceInstance",
      [`write "${EN}", the GUID of the event-notifications instance "events" [`],
    ],
    [
      "of several instances is answered with three GUIDs and the number of the others",
      toBucketOf("twins"),
      "target.serviceInstance",
      [
        `write the GUID of one of the 4 cloud-object-storage instances named "twins": "${guidOf(5)}" (cloud-object-storage in r5), `,
        `"${guidOf(7)}" (cloud-object-storage in r7) and 1 more [`,
      ],
    ],
    [
      "of no instance is answered with the ways to find one",
      toBucketOf("my-coz"),
      "target.serviceInstance",
      [
        ADVICE,
        `Account ${ACCOUNT.id} has no cloud-object-storage instance named "my-coz" that these credentials may see`,
      ],
    ],
    [
      "of another service's instance is answered with the ways to find one",
      toBucketOf("keys"),
      "target.serviceInstance",
      [ADVICE, 'no cloud-object-storage instance named "keys"'],
    ],
    [
      "of a resource group is answered with its id",
      { ...valid, source: { resourceGroupId: "production" } },
      "source.resourceGroupId",
      [`which has 32 hexadecimal digits: write "${GROUP}", the id of the resource group "production" [`],
    ],
    [
      "of no resource group is answered with the ways to find one",
      { ...valid, source: { resourceGroupId: "prod" } },
      "source.resourceGroupId",
      ["getResourceGroup of this package", `Account ${ACCOUNT.id} has no resource group named "prod"`],
    ],
  ];
  for (const [title, inputs, property, sentences] of REFUSED) {
    it(title, async () => {
      const { failures = [] } = await providerFor().check({}, inputs as Record<string, unknown>);
      expect(failures.map((each) => each.property)).to.deep.equal([property]);
      for (const sentence of sentences) expect(failures[0]?.reason).to.include(sentence);
    });
  }

  it("is looked up once, with one token, and the other failures stay", async () => {
    const inputs = { ...toBucketOf("my-cos", { serviceInstance: "my-cos" }), roles: [] };
    const { failures = [] } = await providerFor().check({}, inputs);
    expect(failures.map(({ property }) => property)).to.have.members([
      "roles",
      "source.serviceInstance",
      "target.serviceInstance",
    ]);
    expect(operations()).to.deep.equal({ token: 1, listResourceInstances: 1 });
  });

  it("of another account's source is not looked up", async () => {
    const theirs = { accountId: OTHER.id, serviceInstance: "events" };
    const { failures = [] } = await providerFor().check({}, toBucketOf(COS, theirs));
    expect(failures[0]?.reason).to.include(ADVICE).and.not.include("Account");
    expect(operations()).to.deep.equal({ token: 1 });
  });

  const SILENT: [title: string, fault: Fault][] = [
    ["never answers", { operation: "listResourceInstances", latency: Infinity }],
    ["fails", { operation: "listResourceInstances", status: 503 }],
    ["refuses the credentials", { operation: "token", status: 400, code: "BXNIM0415E" }],
  ];
  for (const [title, fault] of SILENT) {
    it(`is refused without a GUID if IBM Cloud ${title}`, async () => {
      iam.inject({ ...fault, times: Infinity });
      const provider = providerFor(configFor(iam), 300);
      const { failures = [] } = await provider.check({}, toBucketOf("my-cos"));
      expect(failures[0]?.reason).to.include(ADVICE);
      const before = iam.calls().length;
      await provider.check({}, toBucketOf("my-cos"));
      expect(iam.calls(), "asks once").to.have.length(before);
    });
  }

  it("in the state of an earlier release is refused, and the authorization can still be read and deleted", async () => {
    const provider = providerFor();
    // Earlier releases accepted a name, and so does IAM.
    const { id, outs } = await provider.create({ ...toBucketOf("my-cos"), source: valid.source });
    const state = JSON.parse(JSON.stringify(outs)) as Record<string, unknown>;
    const { failures = [] } = await providerFor().check(state, toBucketOf("my-cos"));
    expect(failures[0]?.reason).to.include(`write "${COS}"`);
    const read = await providerFor().read(id, state);
    expect(read.props).to.deep.include({ target: state["target"] });
    await providerFor().delete(id, state);
    expect(iam.policies()).to.deep.equal([]);
  });
});

describe("an instance that Resource Controller doesn't know", () => {
  const UNKNOWN_ID = guidOf(99);
  const shown = (id: string) =>
    `Resource Controller shows no instance ${id} in account ${ACCOUNT.id}: check its GUID, unless these credentials may not see it`;

  it("gives one note for all resources that use it, with one call per id", async () => {
    const provider = providerFor();
    for (const resource of ["a", "b", "c"]) {
      const inputs = toBucketOf(UNKNOWN_ID);
      const { failures } = await provider.check({}, { ...inputs, target: { ...inputs.target, resource } });
      expect(failures).to.deep.equal([]);
    }
    expect(logged).to.deep.equal([shown(UNKNOWN_ID)]);
    expect(operations()).to.deep.equal({
      token: 1,
      listRoles: 1,
      listV2Policies: 1,
      listResourceInstances: 2,
    });
  });

  const NOTED: [title: string, inputs: object, notes: string[]][] = [
    ["none for known instances", valid, []],
    ["none for an instance that is being created", toBucketOf(guidOf(3)), []],
    ["one for a deleted instance", toBucketOf(guidOf(4)), [shown(guidOf(4))]],
    ["one for an instance of another account in this one", toBucketOf(guidOf(2)), [shown(guidOf(2))]],
    ["one for a CRN", toBucketOf(crn(COS_SERVICE, UNKNOWN_ID, ACCOUNT.id)), [shown(UNKNOWN_ID)]],
    [
      "one for an instance of another service",
      toBucketOf(KMS),
      [`According to Resource Controller, ${KMS} is an instance of kms, not of cloud-object-storage`],
    ],
    [
      "none for another account's source",
      toBucketOf(COS, { accountId: OTHER.id, serviceInstance: UNKNOWN_ID }),
      [],
    ],
    ["none for all instances", toBucketOf("*", { serviceInstance: "*" }), []],
    ["none for an instance that is not known yet", toBucketOf(UNKNOWN, { serviceInstance: UNKNOWN }), []],
    [
      "none for VPC, whose resources Resource Controller doesn't list",
      {
        source: { serviceName: "is", serviceInstance: `r006-${UNKNOWN_ID}`, resourceType: "backup-policy" },
        target: { serviceName: "event-notifications", serviceInstance: EN },
      },
      [],
    ],
  ];
  for (const [title, inputs, notes] of NOTED) {
    it(`gives ${title}`, async () => {
      const { failures } = await providerFor().check({}, inputs as Record<string, unknown>);
      expect(failures).to.deep.equal([]);
      expect(logged).to.deep.equal(notes);
    });
  }

  it("is not looked up for a resource that exists", async () => {
    const provider = providerFor();
    const { inputs } = await provider.check({}, { ...valid });
    const before = operations();
    await providerFor().check(inputs ?? {}, toBucketOf(UNKNOWN_ID));
    expect(logged).to.deep.equal([]);
    expect(operations()["listResourceInstances"]).to.equal(before["listResourceInstances"]);
  });

  const LATE: [title: string, fault: Fault, asked: number, reason: RegExp][] = [
    [
      "never answers",
      { operation: "listResourceInstances", latency: Infinity },
      2,
      /: Resource Controller did not respond \(ETIMEDOUT\)/,
    ],
    [
      "refuses",
      { operation: "listResourceInstances", status: 403 },
      2,
      /: Resource Controller refused \(403/,
    ],
    ["is slow", { operation: "listResourceInstances", latency: 400 }, 4, /: it is slow$/],
  ];
  for (const [title, fault, asked, reason] of LATE) {
    it(`is not looked up again if Resource Controller ${title}, and one note explains it`, async () => {
      let count = 0;
      const counting = () => ((count += 1), false);
      iam.inject({ operation: "listResourceInstances", when: counting });
      iam.inject({ ...fault, times: Infinity });
      const provider = providerFor(configFor(iam), 1_000);
      for (const at of [20, 21, 22, 23, 24]) {
        expect((await provider.check({}, toBucketOf(guidOf(at)))).failures).to.deep.equal([]);
      }
      expect(count).to.be.within(1, asked);
      const notes = logged.filter((note) => !note.startsWith("Resource Controller shows no instance"));
      expect(notes).to.have.length(1);
      expect(notes[0])
        .to.match(/^Resource Controller is not asked for further instances, /)
        .and.match(reason);
    });
  }
});

describe("the resources of an IAM", () => {
  const open = (config: Record<string, string>, env: Record<string, string> = {}) =>
    openIam({ config: (key) => (key === "ibmcloud:apiKey" ? "k" : config[key]), env }).resources();

  it("are those of IBM Cloud for its own endpoints", () => {
    for (const endpoint of ["", "https://iam.cloud.ibm.com", "https://private.us-south.iam.cloud.ibm.com"]) {
      expect(open({ "ibmcloud:iamEndpoint": endpoint }), endpoint).not.to.equal(undefined);
    }
    expect(open({ "ibmcloud:visibility": "private" })).not.to.equal(undefined);
  });

  it("are unknown for another endpoint, unless both services have one too", () => {
    const own = { "ibmcloud:iamEndpoint": "http://127.0.0.1:1" };
    expect(open(own)).to.equal(undefined);
    expect(open({ "ibmcloud:iamEndpoint": "https://iam.cloud.ibm.com.example" })).to.equal(undefined);
    expect(open({ ...own, "ibmcloud:resourceControllerEndpoint": "http://127.0.0.1:1" })).to.equal(undefined);
    const both = {
      IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: "http://127.0.0.1:1",
      IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: "http://127.0.0.1:1",
    };
    expect(open(own, both)).not.to.equal(undefined);
  });
});
