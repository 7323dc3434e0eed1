import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import type { AuthorizationProvider } from "../../src/provider/provider";
import type { Inputs } from "../../src/provider/types";
import { balanceOf } from "../support/balance";
import { bucketInputs, OTHER_ACCOUNT } from "../support/inputs";
import { miniEngine } from "../support/mini-engine";
import { closing } from "../support/opened";
import { configured, failure, QUICK } from "../support/provider";

const HOME = {
  id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0",
  apiKeys: ["home-key", "home-key-2"],
  iamId: "iam-ServiceId-1",
} as const;
const PARTNER = { id: OTHER_ACCOUNT, apiKeys: ["partner-key"], iamId: "iam-ServiceId-2" } as const;

/** Credentials of two accounts, and a second key of the first one, by name. */
const CREDENTIALS = JSON.stringify({ PARTNER: { apikey: "partner-key" }, SECOND: { apikey: "home-key-2" } });

describe("named credentials", () => {
  let iam: IamEmulator;
  let next: () => AuthorizationProvider;
  const logged: string[] = [];
  beforeEach(async () => {
    logged.length = 0;
    iam = closing(await startIamEmulator({ accounts: [HOME, PARTNER] }));
    const config = {
      "ibmcloud:apiKey": "home-key",
      "ibmcloud:iamEndpoint": iam.url,
      "ibmcloud:credentials": CREDENTIALS,
    };
    next = () => configured(config, {}, QUICK, (each) => logged.push(each));
  });

  /** Returns the account of each authorization in IAM. */
  const accounts = () =>
    iam.policies().map(({ resource }) => resource.attributes.find(({ key }) => key === "accountId")?.value);
  const tokens = () => iam.calls().filter(({ operation }) => operation === "token").length;

  it("create authorizations in two accounts in one program, with one token for each account", async () => {
    const engine = miniEngine(next);
    const program = {
      home: bucketInputs(),
      "home again": { ...bucketInputs(), roles: ["Reader"] },
      partner: { ...bucketInputs(), credentials: "PARTNER" },
    };
    expect(await engine.up(program)).to.deep.equal({ errors: [] });
    expect(accounts()).to.have.members([HOME.id, HOME.id, PARTNER.id]);
    expect(tokens()).to.equal(2);
    expect((await engine.refresh()).errors).to.deep.equal([]);
    expect(engine.resources.get("partner")?.inputs).to.deep.include({ credentials: "PARTNER" });
    expect(balanceOf(iam, engine)).to.deep.include({ lost: [] });
    expect(await engine.up(program)).to.deep.equal({ errors: [] });
    expect(iam.policies({ state: "all" })).to.have.length(3);
    expect(await engine.destroy()).to.deep.equal({ errors: [] });
    expect(iam.policies()).to.deep.equal([]);
  });

  it("change nothing in IAM if the new credentials are of the same account", async () => {
    const engine = miniEngine(next);
    await engine.up({ one: bucketInputs() });
    const before = iam.policies({ state: "all" });
    expect(await engine.up({ one: { ...bucketInputs(), credentials: "SECOND" } })).to.deep.equal({
      errors: [],
    });
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
    expect(engine.resources.get("one")?.outputs.credentials).to.equal("SECOND");
  });

  it("replace the authorization if the new credentials are of another account, and create before delete", async () => {
    const engine = miniEngine(next);
    await engine.up({ one: bucketInputs() });
    expect(await engine.up({ one: { ...bucketInputs(), credentials: "PARTNER" } })).to.deep.equal({
      errors: [],
    });
    expect(accounts()).to.deep.equal([PARTNER.id]);
    const writes = iam
      .calls()
      .flatMap(({ method, path }) => (path.includes("policies") && method !== "GET" ? [method] : []));
    expect(writes).to.deep.equal(["POST", "POST", "DELETE"]);
  });

  it("change nothing if an update finds that they are of another account", async () => {
    const engine = miniEngine(next);
    await engine.up({ one: bucketInputs() });
    const [one] = engine.resources.values();
    if (!one) throw new Error("no resource in state");
    const provider = next();
    const wanted: Inputs = { ...one.inputs, credentials: "PARTNER" };
    expect((await failure(provider.update(one.id, one.outputs, wanted))).message).to.include(
      `it is in account ${HOME.id}, but these credentials belong to ${PARTNER.id}`,
    );
    expect(accounts()).to.deep.equal([HOME.id]);
  });

  it("of another account fail the preview of an unchanged authorization", async () => {
    const engine = miniEngine(next);
    await engine.up({ one: bucketInputs() });
    const [one] = engine.resources.values();
    if (!one) throw new Error("no resource in state");
    const config = { "ibmcloud:apiKey": "partner-key", "ibmcloud:iamEndpoint": iam.url };
    const provider = configured(config);
    const { failures, inputs } = await provider.check(one.inputs, { ...bucketInputs() });
    expect(failures).to.deep.equal([]);
    const { message } = await failure(provider.diff(one.id, one.outputs, inputs as Inputs));
    expect(message).to.include(`it is in account ${HOME.id}, but these credentials belong to ${PARTNER.id}`);
    expect(message).to.include("[wrong-account]");
  });

  it("that do not exist fail check and create, with the places that were searched", async () => {
    const provider = next();
    const inputs: Inputs = { ...bucketInputs(), credentials: "NOBODY" };
    const { failures = [] } = await provider.check({}, { ...inputs });
    const { message } = await failure(provider.create(inputs));
    expect(failures.map(({ property }) => property)).to.deep.equal(["credentials"]);
    for (const text of [failures[0]?.reason, message]) {
      expect(text).to.include("No credentials named NOBODY").and.to.include("NOBODY_APIKEY");
      expect(text).to.include("[no-credentials]");
    }
    expect(logged).to.deep.equal([]);
  });

  it("can be set in the environment", async () => {
    process.env["ELSEWHERE_APIKEY"] = "partner-key";
    try {
      const provider = next();
      const { inputs } = await provider.check({}, { ...bucketInputs(), credentials: "ELSEWHERE" });
      await provider.create(inputs as Inputs);
      expect(accounts()).to.deep.equal([PARTNER.id]);
    } finally {
      delete process.env["ELSEWHERE_APIKEY"];
    }
  });

  it("refuse a target in another account at check", async () => {
    const target = { ...bucketInputs().target, accountId: HOME.id };
    const { failures = [] } = await next().check({}, { ...bucketInputs(), target, credentials: "PARTNER" });
    expect(failures[0]?.reason).to.include(`use credentials of ${HOME.id}`);
  });
});

describe("a token", () => {
  it("is renewed if it expires during a run", async () => {
    // The core renews a token ten seconds before it expires.
    const iam = closing(await startIamEmulator({ tokenLifetime: 10 }));
    const provider = configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url });
    for (const role of ["Reader", "Writer"]) await provider.create({ ...bucketInputs(), roles: [role] });
    expect(iam.policies()).to.have.length(2);
    expect(iam.calls().filter(({ operation }) => operation === "token").length).to.be.greaterThan(2);
  });

  it("is renewed once if IAM refuses it before it expires", async () => {
    const iam = closing(await startIamEmulator());
    const provider = configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url });
    iam.inject({ operation: "createV2Policy", status: 401 });
    await provider.create(bucketInputs());
    expect(iam.policies()).to.have.length(1);
    iam.inject({ operation: "createV2Policy", status: 401, times: Infinity });
    const { message } = await failure(provider.create({ ...bucketInputs(), roles: ["Reader"] }));
    expect(message).to.include("401 invalid_token");
  });
});

describe("a private endpoint", () => {
  it("works without role lookups by source and without ETags", async () => {
    const iam = closing(await startIamEmulator({ etagHeader: false }));
    iam.inject({
      operation: "listRoles",
      when: ({ query }) => query["source_service_name"] !== undefined,
      times: Infinity,
      status: 404,
      body: "<html>An 404 error occurred in iam-gateway.</html>",
    });
    const provider = configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url });
    const { inputs, failures } = await provider.check({}, { ...bucketInputs() });
    expect(failures).to.deep.equal([]);
    const { id, outs } = await provider.create(inputs as Inputs);
    if (!outs) throw new Error("create returned no state");
    await provider.update(id, outs, { ...(inputs as Inputs), roles: ["Reader"] });
    expect(iam.policies()[0]?.control.grant.roles).to.have.length(1);
  });
});
