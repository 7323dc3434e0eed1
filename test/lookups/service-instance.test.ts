import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { getServiceInstance, getServiceInstanceOutput, type GetServiceInstanceArgs } from "../../src";
import { startIamEmulator, type IamEmulator, type InstanceSeed } from "../../src/emulator";
import { closing } from "../support/opened";
import { allowRejections } from "../support/rejections";
import { configFor, inProgram } from "../support/program";
import { failure } from "../support/provider";

const OTHER = { id: "2".repeat(32), apiKeys: ["other"], iamId: "iam-ServiceId-2" };
const ACCOUNT = { id: "1".repeat(32), apiKeys: ["own"], iamId: "iam-ServiceId-1" };
const GROUP = "0123456789abcdef0123456789abcdef";
const EN = "3d7fca4b-0000-4000-8000-0000000000e1";
const COS = "5c1d2e3f-0000-4000-8000-0000000000c1";

/** What the account has; several of them have a name that another one has too. */
const INSTANCES: InstanceSeed[] = [
  { name: "events", serviceName: "event-notifications", guid: EN, resourceGroupId: GROUP },
  { name: "archive", serviceName: "cloud-object-storage", guid: COS },
  { name: "twice", serviceName: "kms", guid: "kms-guid" },
  { name: "twice", serviceName: "logs", guid: "logs-guid" },
  { name: "keys", serviceName: "kms", guid: "first-guid", resourceGroupId: GROUP },
  { name: "keys", serviceName: "kms", guid: "eu-guid", region: "eu-de" },
  { name: "gone", serviceName: "kms", state: "removed" },
  { name: "soon", serviceName: "kms", state: "provisioning" },
  { name: "theirs", serviceName: "kms", accountId: OTHER.id },
];

describe("getServiceInstance", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ accounts: [ACCOUNT, OTHER], instances: INSTANCES }));
  });

  const found = (args: GetServiceInstanceArgs) =>
    inProgram({ config: configFor(iam) }, () => getServiceInstance(args));
  const refused = async (args: GetServiceInstanceArgs) => (await failure(found(args))).message;
  const called = () => iam.calls().map(({ operation }) => operation);

  it("tells an instance's GUID, CRN, service, group, region and account by its name", async () => {
    expect(await found({ name: "events" })).to.deep.equal({
      guid: EN,
      crn: `crn:v1:bluemix:public:event-notifications:us-south:a/${ACCOUNT.id}:${EN}::`,
      name: "events",
      serviceName: "event-notifications",
      resourceGroupId: GROUP,
      region: "us-south",
      accountId: ACCOUNT.id,
    });
    expect(called()).to.deep.equal(["token", "listResourceInstances"]);
  });

  it("looks into the account of other credentials, by their name", async () => {
    const config = {
      ...configFor(iam),
      "ibmcloud:credentials": JSON.stringify({ PARTNER: { apikey: "other" } }),
    };
    const look = () => getServiceInstance({ name: "theirs", credentials: "PARTNER" });
    expect((await inProgram({ config }, look)).accountId).to.equal(OTHER.id);
    await failure(found({ name: "theirs" }));
  });

  const NARROWED: [how: string, args: GetServiceInstanceArgs, guid: string][] = [
    ["service", { name: "twice", serviceName: "logs" }, "logs-guid"],
    ["resource group", { name: "keys", resourceGroupId: GROUP }, "first-guid"],
    ["region", { name: "keys", region: "eu-de" }, "eu-guid"],
    ["a property that is undefined, which is any", { name: "archive", serviceName: undefined }, COS],
  ];
  for (const [how, args, guid] of NARROWED) {
    it(`narrows several of one name by ${how}`, async () => {
      expect((await found(args)).guid).to.equal(guid);
    });
  }

  const REFUSED: [what: string, args: GetServiceInstanceArgs, says: RegExp[]][] = [
    [
      "a name that is not there, with the nearest spelling first",
      { name: "evnts" },
      [
        /^Cannot look up the service instance "evnts": there is none in the account 1{32} of these credentials, which has "events" \(event-notifications in us-south, resource group 0123456789abcdef0123456789abcdef, guid 3d7fca4b-/,
        /"archive" \(cloud-object-storage in global, resource group [0-9a-f]{32}, guid 5c1d2e3f-/,
      ],
    ],
    ["a name in another case, or with a space", { name: " Events" }, [/which has "events" \(/]],
    [
      "an instance of another service, with that service",
      { name: "events", serviceName: "event-notification" },
      [/^Cannot look up the service instance "events" of event-notification: /, /has "events" \(event-notif/],
    ],
    [
      "an instance of another group and region",
      { name: "keys", resourceGroupId: "other", region: "jp-tok" },
      [/"keys" in jp-tok in the resource group other: /, /which has "keys" \(kms .*, "keys" \(kms /],
    ],
    [
      "several of one name, with what tells them apart",
      { name: "twice" },
      [
        /"twice": there are 2: "twice" \(kms .* guid kms-guid\), "twice" \(logs .*\)\. Say which one by serviceName \[ambiguous\]$/,
      ],
    ],
    [
      "several of one name and service",
      { name: "keys", serviceName: "kms" },
      [/ of kms: there are 2: .*\. Say which one by resourceGroupId or region \[ambiguous\]$/],
    ],
    ["a removed one", { name: "gone" }, [/there is none/]],
    ["one that is not active yet", { name: "soon" }, [/there is none/]],
    ["another account's", { name: "theirs" }, [/there is none in the account 1{32}/]],
    ["an empty name", { name: "" }, [/^Cannot look up the service instance: it needs a name/]],
  ];
  for (const [what, args, says] of REFUSED) {
    it(`refuses ${what}`, async () => {
      const message = await refused(args);
      for (const each of says) expect(message).to.match(each);
      expect(message).not.to.match(/(gone|soon|theirs)" \(/);
    });
  }

  it("refuses a name that is no text, as a program in JavaScript can give it", async () => {
    const args = { name: pulumi.output("events") } as unknown as GetServiceInstanceArgs;
    expect(await refused(args)).to.match(/known later goes to the function whose name ends in Output/);
    expect(await refused({ name: undefined } as unknown as GetServiceInstanceArgs)).to.match(/needs a name/);
    expect(called()).to.deep.equal([]);
  });

  it("says that only the GUID tells apart what differs in nothing else", async () => {
    iam.addInstances(["a", "b"].map((guid) => ({ name: "same", serviceName: "kms", guid })));
    expect(await refused({ name: "same" })).to.match(
      /guid a\), .* guid b\)\. Nothing but the guid tells them apart/,
    );
  });

  it("tells which service's instances are meant first, among equally near ones", async () => {
    iam.reset();
    iam.addInstances(["kms", "logs", "kms"].map((serviceName, at) => ({ name: `x${at}`, serviceName })));
    expect(await refused({ name: "xx", serviceName: "logs" })).to.match(/which has "x1" .*"x0" .*"x2" /);
  });

  it("tells ten of many, and how many more there are", async () => {
    iam.addInstances(Array.from({ length: 20 }, (_, at) => ({ name: `more-${at}`, serviceName: "kms" })));
    const message = await refused({ name: "more-99" });
    expect(message.match(/guid /g)).to.have.length(10);
    expect(message).to.match(/ and 16 more \[not-found\]$/);
  });

  it("finds what is on a later page, and lists it", async () => {
    iam.reset();
    const many = Array.from({ length: 120 }, (_, at) => ({
      name: "many",
      serviceName: "kms",
      guid: `guid-${at}`,
    }));
    iam.addInstances([...many, { name: "many", serviceName: "logs", guid: "last" }]);
    expect((await found({ name: "many", serviceName: "logs" })).guid).to.equal("last");
    expect(called()).to.deep.equal(["token", "listResourceInstances", "listResourceInstances"]);
    expect(await refused({ name: "else" })).to.match(/ and 111 more \[not-found\]$/);
  });

  it("says what the credentials need when they see nothing", async () => {
    iam.reset();
    expect(await refused({ name: "events" })).to.match(
      /there is none in the account 1{32} of these credentials that they may see: .* role Viewer on it \[not-found\]$/,
    );
  });

  it("is refused in one sentence by whom it asks, and is tried again where that helps", async () => {
    iam.inject({ operation: "listResourceInstances", status: 403, message: "You may not." });
    expect(await refused({ name: "events" })).to.match(
      /^Cannot look up the service instance "events": Resource Controller refused \(403 RC-NotAuthorized\): You may not\. The credentials need the platform role Viewer on what is looked up\. Transaction-Id: \w+ \[not-permitted\]$/,
    );
    iam.inject({ operation: "listResourceInstances", status: 503 });
    expect((await found({ name: "events" })).guid).to.equal(EN);
  });

  const ANSWERS: [what: string, fault: { status?: number; body?: string }, says: RegExp][] = [
    [
      "a proxy's page",
      { body: "<html>" },
      /Resource Controller's answer cannot be read.* is not JSON.* in its place: check proxies/,
    ],
    ["a page with status 404", { status: 404, body: "<html>" }, /The response is not from in its place/],
    ["a token of another IAM", { status: 401 }, /Resource Controller refused \(401 .*another IAM/],
  ];
  for (const [what, fault, says] of ANSWERS) {
    it(`says what to do next for ${what}`, async () => {
      iam.inject({ operation: "listResourceInstances", times: Infinity, ...fault });
      expect(await refused({ name: "events" })).to.match(says);
    });
  }

  it("names the endpoint's settings when nobody answers there", async () => {
    const config = { ...configFor(iam), "ibmcloud:resourceControllerEndpoint": "http://127.0.0.1:9" };
    const message = (await failure(inProgram({ config }, () => getServiceInstance({ name: "events" }))))
      .message;
    expect(message).to.match(
      /Resource Controller could not be asked \(ECONNREFUSED\).*ibmcloud:resourceControllerEndpoint, IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT\) \[no-answer\]$/,
    );
  });

  it("fails as an error whose stack Pulumi does not show, and keeps its cause", async () => {
    const error = await failure(found({ name: "evnts" }));
    expect(pulumi.RunError.isInstance(error)).to.equal(true);
    expect(error.cause).to.be.instanceOf(Error);
  });
});

describe("getServiceInstanceOutput", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ accounts: [ACCOUNT, OTHER], instances: INSTANCES }));
  });

  interface Told {
    value: unknown;
    isKnown: boolean;
    isSecret: boolean;
  }

  /** What an output holds; `promise`, `isKnown` and `isSecret` are what Pulumi itself reads of it. */
  async function told<Value>(make: () => pulumi.Output<Value>, preview = false): Promise<Told> {
    return inProgram({ config: configFor(iam), preview }, async () => {
      const { promise, isKnown, isSecret } = make() as unknown as {
        promise: () => Promise<unknown>;
        isKnown: Promise<boolean>;
        isSecret: Promise<boolean>;
      };
      return { value: await promise(), isKnown: await isKnown, isSecret: await isSecret };
    });
  }
  const guidOf = ({ value }: Told) => (value as { guid: string } | undefined)?.guid;

  it("looks up by values that are known later", async () => {
    const args = () => ({ name: pulumi.output("twice"), serviceName: Promise.resolve("logs") });
    const both = await told(() => getServiceInstanceOutput(args()));
    expect(guidOf(both)).to.equal("logs-guid");
    expect(both).to.include({ isKnown: true, isSecret: false });
  });

  it("gives an output whose properties are outputs", async () => {
    const { value } = await told(() => getServiceInstanceOutput({ name: "archive" }).guid);
    expect(value).to.equal(COS);
  });

  it("is unknown in preview where a value is, and asks nothing", async () => {
    const later = () => pulumi.output(pulumi.unknown) as pulumi.Output<string>;
    const result = await told(
      () => getServiceInstanceOutput({ name: "keys", resourceGroupId: later() }),
      true,
    );
    expect(result.isKnown).to.equal(false);
    expect(iam.calls()).to.deep.equal([]);
  });

  it("looks up in preview what is known", async () => {
    expect(guidOf(await told(() => getServiceInstanceOutput({ name: "archive" }), true))).to.equal(COS);
  });

  it("is secret where a value is", async () => {
    const result = await told(() => getServiceInstanceOutput({ name: pulumi.secret("archive") }));
    expect(guidOf(result)).to.equal(COS);
    expect(result.isSecret).to.equal(true);
  });

  it("fails as the other one does", async () => {
    allowRejections(/Cannot look up the service instance "evnts"/);
    const error = await failure(told(() => getServiceInstanceOutput({ name: "evnts" })));
    expect(error.message).to.match(/^Cannot look up the service instance "evnts": .* has "events"/);
  });
});
