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

/** The emulator's instances. Some share a name, some are not active, and one is in another account. */
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

  const lookUp = (args: GetServiceInstanceArgs) =>
    inProgram({ config: configFor(iam) }, () => getServiceInstance(args));
  const refusal = (args: GetServiceInstanceArgs) => failure(lookUp(args));
  const operations = () => iam.calls().map(({ operation }) => operation);

  it("returns an instance's GUID, CRN, service, resource group, region and account by its name", async () => {
    expect(await lookUp({ name: "events" })).to.deep.equal({
      guid: EN,
      crn: `crn:v1:bluemix:public:event-notifications:us-south:a/${ACCOUNT.id}:${EN}::`,
      name: "events",
      serviceName: "event-notifications",
      resourceGroupId: GROUP,
      region: "us-south",
      accountId: ACCOUNT.id,
    });
    expect(operations()).to.deep.equal(["token", "listResourceInstances"]);
  });

  it("searches the account of the named credentials", async () => {
    const config = {
      ...configFor(iam),
      "ibmcloud:credentials": JSON.stringify({ PARTNER: { apikey: "other" } }),
    };
    const partnerLookUp = () => getServiceInstance({ name: "theirs", credentials: "PARTNER" });
    expect((await inProgram({ config }, partnerLookUp)).accountId).to.equal(OTHER.id);
    expect((await refusal({ name: "theirs" })).cause).to.include({ code: "not-found" });
  });

  const FILTERED: [filter: string, args: GetServiceInstanceArgs, guid: string][] = [
    ["service", { name: "twice", serviceName: "logs" }, "logs-guid"],
    ["resource group", { name: "keys", resourceGroupId: GROUP }, "first-guid"],
    ["region", { name: "keys", region: "eu-de" }, "eu-guid"],
    ["undefined, which matches all", { name: "archive", serviceName: undefined }, COS],
  ];
  for (const [filter, args, guid] of FILTERED) {
    it(`filters by ${filter}`, async () => {
      expect((await lookUp(args)).guid).to.equal(guid);
    });
  }

  /** The code of an error, the first GUIDs that it lists, and texts that its message includes. */
  interface Refusal {
    code: string;
    guids?: string[];
    texts?: string[];
  }
  const REFUSED: [title: string, args: GetServiceInstanceArgs, expected: Refusal][] = [
    [
      "a misspelled name, and lists the closest name first",
      { name: "evnts" },
      {
        code: "not-found",
        guids: [EN],
        texts: [
          '"evnts"',
          ACCOUNT.id,
          `"events" (event-notifications in us-south, resource group ${GROUP}, guid ${EN})`,
          '"archive" (cloud-object-storage in global, resource group ',
        ],
      },
    ],
    ["a name with another case or a space", { name: " Events" }, { code: "not-found", guids: [EN] }],
    [
      "an instance of another service",
      { name: "events", serviceName: "event-notification" },
      { code: "not-found", guids: [EN], texts: [" of event-notification:"] },
    ],
    [
      "an instance in another resource group and region",
      { name: "keys", resourceGroupId: "other", region: "jp-tok" },
      { code: "not-found", guids: ["first-guid", "eu-guid"], texts: [" in jp-tok", "other"] },
    ],
    [
      "several matches, and names the argument that distinguishes them",
      { name: "twice" },
      { code: "ambiguous", guids: ["kms-guid", "logs-guid"], texts: [" serviceName "] },
    ],
    [
      "several matches of one service, and names the arguments that distinguish them",
      { name: "keys", serviceName: "kms" },
      { code: "ambiguous", guids: ["first-guid", "eu-guid"], texts: [" resourceGroupId or region "] },
    ],
    ["a removed instance", { name: "gone" }, { code: "not-found" }],
    ["an instance that is still provisioning", { name: "soon" }, { code: "not-found" }],
    ["an instance in another account", { name: "theirs" }, { code: "not-found", texts: [ACCOUNT.id] }],
  ];
  for (const [title, args, { code, guids = [], texts = [] }] of REFUSED) {
    it(`refuses ${title}`, async () => {
      const { message, cause } = await refusal(args);
      expect(cause).to.include({ code });
      expect(message).to.match(new RegExp(` \\[${code}\\]$`));
      expect(listed(message).slice(0, guids.length)).to.deep.equal(guids);
      for (const text of texts) expect(message).to.include(text);
      expect(message).not.to.match(/(gone|soon|theirs)" \(/);
    });
  }

  it("refuses a name that is empty, undefined or an output, without a call", async () => {
    for (const name of ["", undefined, pulumi.output("events")]) {
      const { message } = await refusal({ name } as unknown as GetServiceInstanceArgs);
      expect(message).to.include("[invalid-argument]");
    }
    expect(operations()).to.deep.equal([]);
  });

  it("suggests the GUID if the matches differ only in their GUIDs", async () => {
    iam.addInstances(["a", "b"].map((guid) => ({ name: "same", serviceName: "kms", guid })));
    const { message, cause } = await refusal({ name: "same" });
    expect(cause).to.include({ code: "ambiguous" });
    expect(listed(message)).to.deep.equal(["a", "b"]);
    expect(message)
      .to.include("GUID")
      .and.not.to.match(/serviceName|resourceGroupId|region/);
  });

  it("lists the instances of the given service first among equally close names", async () => {
    iam.reset();
    iam.addInstances(
      ["kms", "logs", "kms"].map((serviceName, at) => ({ name: `x${at}`, serviceName, guid: `guid-${at}` })),
    );
    const { message } = await refusal({ name: "xx", serviceName: "logs" });
    expect(listed(message)).to.deep.equal(["guid-1", "guid-0", "guid-2"]);
  });

  it("lists ten instances, and counts the others", async () => {
    iam.addInstances(Array.from({ length: 20 }, (_, at) => ({ name: `more-${at}`, serviceName: "kms" })));
    const { message } = await refusal({ name: "more-99" });
    expect(listed(message)).to.have.length(10);
    expect(message).to.include(" 16 more");
  });

  it("finds and counts instances on later pages", async () => {
    iam.reset();
    const many = Array.from({ length: 120 }, (_, at) => ({
      name: "many",
      serviceName: "kms",
      guid: `guid-${at}`,
    }));
    iam.addInstances([...many, { name: "many", serviceName: "logs", guid: "last" }]);
    expect((await lookUp({ name: "many", serviceName: "logs" })).guid).to.equal("last");
    expect(operations()).to.deep.equal(["token", "listResourceInstances", "listResourceInstances"]);
    expect((await refusal({ name: "else" })).message).to.include(" 111 more");
  });

  it("names the account and the required role if the credentials see no instance", async () => {
    iam.reset();
    const { message, cause } = await refusal({ name: "events" });
    expect(cause).to.include({ code: "not-found" });
    expect(message).to.include(ACCOUNT.id).and.to.include("Viewer");
  });

  it("fails with Resource Controller's refusal as the cause", async () => {
    iam.inject({ operation: "listResourceInstances", status: 403, message: "You may not." });
    const { message, cause } = await refusal({ name: "events" });
    expect(cause).to.include({ code: "not-permitted" });
    for (const text of ["Resource Controller", "403 RC-NotAuthorized", "You may not.", "Transaction-Id: "]) {
      expect(message).to.include(text);
    }
  });

  it("retries after a 503", async () => {
    iam.inject({ operation: "listResourceInstances", status: 503 });
    expect((await lookUp({ name: "events" })).guid).to.equal(EN);
  });

  const DAMAGED: [title: string, fault: { status?: number; body?: string }, code: string][] = [
    ["a proxy's page", { body: "<html>" }, "not-iam"],
    ["a page with status 404", { status: 404, body: "<html>" }, "not-iam"],
    ["the refusal of another IAM's token", { status: 401 }, "token-refused"],
  ];
  for (const [title, fault, code] of DAMAGED) {
    it(`fails with ${code} for ${title}`, async () => {
      iam.inject({ operation: "listResourceInstances", times: Infinity, ...fault });
      const { message, cause } = await refusal({ name: "events" });
      expect(cause).to.include({ code });
      expect(message).to.include("Resource Controller");
    });
  }

  it("names the endpoint's settings if nothing listens there", async () => {
    const config = { ...configFor(iam), "ibmcloud:resourceControllerEndpoint": "http://127.0.0.1:9" };
    const lookedUp = inProgram({ config }, () => getServiceInstance({ name: "events" }));
    const { message, cause } = await failure(lookedUp);
    expect(cause).to.include({ code: "no-answer" });
    expect(message).to.include("ECONNREFUSED").and.to.include("ibmcloud:resourceControllerEndpoint");
    expect(message).to.include("IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT");
  });

  it("fails with a RunError, whose stack Pulumi hides, and keeps its cause", async () => {
    const error = await refusal({ name: "evnts" });
    expect(pulumi.RunError.isInstance(error)).to.equal(true);
    expect(error.cause).to.be.instanceOf(Error);
  });
});

/** Returns the GUIDs of the instances that an error message lists. */
function listed(message: string): string[] {
  return [...message.matchAll(/guid ([\w-]+)/g)].map(([, guid = ""]) => guid);
}

describe("getServiceInstanceOutput", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ accounts: [ACCOUNT, OTHER], instances: INSTANCES }));
  });

  interface Resolved {
    value: unknown;
    isKnown: boolean;
    isSecret: boolean;
  }

  /** Resolves an output as Pulumi does, by its internal `promise`, `isKnown` and `isSecret`. */
  async function resolved<Value>(make: () => pulumi.Output<Value>, preview = false): Promise<Resolved> {
    return inProgram({ config: configFor(iam), preview }, async () => {
      const { promise, isKnown, isSecret } = make() as unknown as {
        promise: () => Promise<unknown>;
        isKnown: Promise<boolean>;
        isSecret: Promise<boolean>;
      };
      return { value: await promise(), isKnown: await isKnown, isSecret: await isSecret };
    });
  }
  const guidOf = ({ value }: Resolved) => (value as { guid: string } | undefined)?.guid;

  it("accepts outputs and promises", async () => {
    const args = () => ({ name: pulumi.output("twice"), serviceName: Promise.resolve("logs") });
    const output = await resolved(() => getServiceInstanceOutput(args()));
    expect(guidOf(output)).to.equal("logs-guid");
    expect(output).to.include({ isKnown: true, isSecret: false });
  });

  it("returns an output with properties that are outputs", async () => {
    const { value } = await resolved(() => getServiceInstanceOutput({ name: "archive" }).guid);
    expect(value).to.equal(COS);
  });

  it("is unknown in preview if an argument is, and makes no call", async () => {
    const unknown = () => pulumi.output(pulumi.unknown) as pulumi.Output<string>;
    const output = await resolved(
      () => getServiceInstanceOutput({ name: "keys", resourceGroupId: unknown() }),
      true,
    );
    expect(output.isKnown).to.equal(false);
    expect(iam.calls()).to.deep.equal([]);
  });

  it("looks up in preview if all arguments are known", async () => {
    expect(guidOf(await resolved(() => getServiceInstanceOutput({ name: "archive" }), true))).to.equal(COS);
  });

  it("is secret if an argument is", async () => {
    const output = await resolved(() => getServiceInstanceOutput({ name: pulumi.secret("archive") }));
    expect(guidOf(output)).to.equal(COS);
    expect(output.isSecret).to.equal(true);
  });

  it("fails with the same code as getServiceInstance", async () => {
    allowRejections(/Cannot look up the service instance "evnts"/);
    const error = await failure(resolved(() => getServiceInstanceOutput({ name: "evnts" })));
    expect(error.cause).to.include({ code: "not-found" });
    expect(listed(error.message)[0]).to.equal(EN);
  });
});
