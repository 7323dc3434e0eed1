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

/** Runs statements in a new process, and returns the modules of IBM's SDK and of this package that they load. */
async function loadedAfter(statements: string): Promise<string[]> {
  const print = `console.log(JSON.stringify(Object.keys(require.cache)))`;
  const args = ["--require", "tsx/cjs", "--eval", `(async () => { ${statements}; ${print} })()`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 1 << 24 });
  const all = JSON.parse(stdout) as string[];
  return all.filter((path) => /@ibm-cloud|ibm-cloud-sdk-core|src.(iam|provider|emulator)\b/.test(path));
}

describe("importing the package", () => {
  it("loads neither IBM's SDK nor the provider", async () => {
    expect(await loadedAfter(`require("./src")`)).to.deep.equal([]);
  });

  it("loads IBM's SDK with the first lookup", async () => {
    const lookUp = `await require("./src").getResourceGroup({ name: "x" }).catch(() => undefined)`;
    const loaded = await loadedAfter(lookUp);
    expect(loaded.some((path) => path.includes("ibm-cloud-sdk-core"))).to.equal(true);
    expect(loaded.filter((path) => /src.(provider|emulator)\b/.test(path))).to.deep.equal([]);
  });
});

describe("a test with Pulumi's mocks", () => {
  it("loads the provider's rules with the first resource, and neither IBM's SDK nor the emulator", async () => {
    const loaded = await loadedAfter(`
      const pulumi = require("@pulumi/pulumi");
      const { EnAuthorization, getResourceGroup } = require("./src");
      const newResource = ({ inputs }) => ({ id: "1", state: inputs });
      await pulumi.runtime.setMocks({ newResource, call: () => ({ id: "1" }) });
      await getResourceGroup({ name: "x" });
      const target = { serviceName: "kms", serviceInstance: "*" };
      new EnAuthorization("x", { source: { serviceInstance: "*" }, target })`);
    expect(loaded.some((path) => /src.provider\b/.test(path))).to.equal(true);
    expect(loaded.filter((path) => /@ibm-cloud|ibm-cloud-sdk-core|src.emulator\b/.test(path))).to.deep.equal(
      [],
    );
  });
});

describe("lookups", () => {
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

  it("share one token, and share answers to equal lookups", async () => {
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

  it("call again in the next run of a program", async () => {
    await inProgram({ config: configFor(iam) }, events);
    iam.reset();
    const { guid = "" } = iam.addInstances([{ name: "events", serviceName: "event-notifications" }])[0] ?? {};
    expect((await inProgram({ config: configFor(iam) }, events)).guid).to.equal(guid);
  });

  it("call again after a failed lookup", async () => {
    iam.inject({ operation: "listResourceInstances", status: 403 });
    await inProgram({ config: configFor(iam) }, async () => {
      expect((await failure(events())).cause).to.include({ code: "not-permitted" });
      expect((await events()).name).to.equal("events");
    });
  });

  it("use the credentials that are set at the time of the lookup", async () => {
    await inProgram({ env: { ...endpoints(), IC_API_KEY: "one" } }, async () => {
      expect((await events()).accountId).to.equal(ONE.id);
      process.env["IC_API_KEY"] = "two";
      expect((await getServiceInstance({ name: "theirs" })).accountId).to.equal(TWO.id);
      const error = await failure(events());
      expect(error.cause).to.include({ code: "not-found" });
      expect(error.message).to.include(TWO.id).and.not.to.include(ONE.id);
    });
  });

  const PLACES: [place: string, config: Record<string, string>, env: Record<string, string>][] = [
    ["ibmcloud:apiKey", { "ibmcloud:apiKey": "one" }, {}],
    ["IC_API_KEY", {}, { IC_API_KEY: "one" }],
    ["IBMCLOUD_API_KEY", {}, { IBMCLOUD_API_KEY: "one" }],
    ["IAM_POLICY_MANAGEMENT_APIKEY", {}, { IAM_POLICY_MANAGEMENT_APIKEY: "one" }],
  ];
  for (const [place, config, env] of PLACES) {
    it(`take credentials from ${place}`, async () => {
      const surroundings = { config, env: { ...endpoints(), ...env } };
      expect((await inProgram(surroundings, events)).accountId).to.equal(ONE.id);
    });
  }

  it("name every place for credentials if there are none", async () => {
    for (const lookUp of [events, () => getResourceGroup({ name: "Default" })]) {
      const { message, cause } = await failure(inProgram<unknown>({ env: endpoints() }, lookUp));
      expect(cause).to.include({ code: "no-credentials" });
      for (const place of ["ibmcloud:apiKey", "IC_API_KEY", "IAM_POLICY_MANAGEMENT_APIKEY"]) {
        expect(message).to.include(place);
      }
    }
    expect(operations()).to.deep.equal([]);
  });

  it("fail with IAM's code for an unknown API key, and don't show the key", async () => {
    const config = { ...configFor(iam), "ibmcloud:apiKey": "not-a-key-of-anybody" };
    const { message, cause } = await failure(inProgram({ config }, events));
    expect(cause).to.include({ code: "credentials-refused" });
    expect(message).to.include("BXNIM0415E").and.not.to.include("not-a-key-of-anybody");
  });

  it("refuse credentials of an account other than ibmcloud:accountId", async () => {
    const config = { ...configFor(iam), "ibmcloud:accountId": TWO.id };
    const { message, cause } = await failure(inProgram({ config }, events));
    expect(cause).to.include({ code: "wrong-account" });
    expect(message).to.include(ONE.id).and.to.include(TWO.id);
  });
});
