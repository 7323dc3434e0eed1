import { expect } from "chai";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { getResourceGroup, getServiceInstance } from "../../src";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { closing } from "../support/opened";
import { configFor, inProgram } from "../support/program";
import { failure } from "../support/provider";

const ROOT = join(__dirname, "..", "..");
const ONE = { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" };
const TWO = { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" };

/** The modules that a program has loaded after some statements, by the paths of those that matter here. */
async function loadedAfter(statements: string): Promise<string[]> {
  const told = `console.log(JSON.stringify(Object.keys(require.cache)))`;
  const args = ["--require", "tsx/cjs", "--eval", `(async () => { ${statements}; ${told} })()`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 1 << 24 });
  const all = JSON.parse(stdout) as string[];
  return all.filter((path) => /@ibm-cloud|ibm-cloud-sdk-core|src.(iam|provider|emulator)\b/.test(path));
}

describe("importing the package", () => {
  it("loads neither IBM's SDK nor the provider", async () => {
    expect(await loadedAfter(`require("./src")`)).to.deep.equal([]);
  });

  it("leaves the loading of IBM's SDK to the first look-up", async () => {
    const lookUp = `await require("./src").getResourceGroup({ name: "x" }).catch(() => undefined)`;
    const loaded = await loadedAfter(lookUp);
    expect(loaded.some((path) => path.includes("ibm-cloud-sdk-core"))).to.equal(true);
    expect(loaded.filter((path) => /src.(provider|emulator)\b/.test(path))).to.deep.equal([]);
  });
});

describe("look-ups", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    const instances = [
      { name: "events", serviceName: "event-notifications" },
      { name: "archive", serviceName: "cloud-object-storage" },
      { name: "theirs", serviceName: "kms", accountId: TWO.id },
    ];
    iam = closing(await startIamEmulator({ accounts: [ONE, TWO], instances }));
  });

  const operations = () => iam.calls().map(({ operation }) => operation);
  const events = () => getServiceInstance({ name: "events" });
  const endpoints = () => ({
    IBMCLOUD_IAM_API_ENDPOINT: iam.url,
    IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: iam.url,
    IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: iam.url,
  });

  it("share one token, and equal ones share their answer", async () => {
    await inProgram({ config: configFor(iam) }, async () => {
      const [one, same] = await Promise.all([events(), events(), getResourceGroup({ name: "Default" })]);
      await getServiceInstance({ name: "archive" });
      await events();
      await getResourceGroup({ name: "Default" });
      expect(one).to.deep.equal(same);
      expect(one).not.to.equal(same);
    });
    expect(operations().sort()).to.deep.equal([
      "listResourceGroups",
      "listResourceInstances",
      "listResourceInstances",
      "token",
    ]);
  });

  it("ask again in the next run of a program", async () => {
    await inProgram({ config: configFor(iam) }, events);
    iam.reset();
    const { guid = "" } = iam.addInstances([{ name: "events", serviceName: "event-notifications" }])[0] ?? {};
    expect((await inProgram({ config: configFor(iam) }, events)).guid).to.equal(guid);
  });

  it("ask again after one that failed", async () => {
    iam.inject({ operation: "listResourceInstances", status: 403 });
    await inProgram({ config: configFor(iam) }, async () => {
      expect((await failure(events())).message).to.match(/403/);
      expect((await events()).name).to.equal("events");
    });
  });

  it("see the account of the credentials that count when they are made", async () => {
    await inProgram({ env: { ...endpoints(), IC_API_KEY: "one" } }, async () => {
      expect((await events()).accountId).to.equal(ONE.id);
      process.env["IC_API_KEY"] = "two";
      expect((await getServiceInstance({ name: "theirs" })).accountId).to.equal(TWO.id);
      expect((await failure(events())).message).to.match(/there is none in the account 2{32}/);
    });
  });

  const PLACES: [where: string, config: Record<string, string>, env: Record<string, string>][] = [
    ["ibmcloud:apiKey", { "ibmcloud:apiKey": "one" }, {}],
    ["IC_API_KEY", {}, { IC_API_KEY: "one" }],
    ["IBMCLOUD_API_KEY", {}, { IBMCLOUD_API_KEY: "one" }],
    ["what ibm-cloud-sdk-core finds", {}, { IAM_POLICY_MANAGEMENT_APIKEY: "one" }],
  ];
  for (const [where, config, env] of PLACES) {
    it(`take the credentials of ${where}`, async () => {
      const surroundings = { config, env: { ...endpoints(), ...env } };
      expect((await inProgram(surroundings, events)).accountId).to.equal(ONE.id);
    });
  }

  it("without credentials name every place where they may be set", async () => {
    for (const lookUp of [events, () => getResourceGroup({ name: "Default" })]) {
      const { message } = await failure(inProgram<unknown>({ env: endpoints() }, lookUp));
      expect(message).to.match(/^Cannot look up the .*: No IBM Cloud credentials were found\. /);
      expect(message)
        .to.include("ibmcloud:apiKey")
        .and.to.include("IC_API_KEY")
        .and.to.include("IAM_POLICY_MA");
    }
    expect(operations()).to.deep.equal([]);
  });

  it("with a key that IAM does not know say so as IAM, and do not show it", async () => {
    const config = { ...configFor(iam), "ibmcloud:apiKey": "not-a-key-of-anybody" };
    const { message } = await failure(inProgram({ config }, events));
    expect(message)
      .to.match(/^Cannot look up the service instance "events": IAM refused \(400 BXNIM0415E\)/)
      .and.not.to.include("not-a-key-of-anybody");
  });

  it("with credentials of another account than the stack says are refused", async () => {
    const config = { ...configFor(iam), "ibmcloud:accountId": TWO.id };
    const { message } = await failure(inProgram({ config }, events));
    expect(message).to.match(/credentials are of the account 1{32}, and ibmcloud:accountId is 2{32}/);
  });
});
