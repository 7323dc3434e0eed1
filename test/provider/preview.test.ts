import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator, type Policy } from "../../src/emulator";
import { authorizationProvider } from "../../src/provider/provider";
import { edit } from "../support/iam-edits";
import { bucketInputs, guidOf, EN, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { configured, QUICK, startRig, type Rig } from "../support/provider";

const bucket = (resource: string, more: object = {}) => ({
  ...bucketInputs(),
  target: { ...bucketInputs().target, resource },
  ...more,
});

/** A hundred authorizations of five pairs. */
const HUNDRED = Array.from({ length: 100 }, (_, at) => {
  const serviceName = ["secrets-manager", "project", "is", "compliance"][at % 5];
  if (serviceName === undefined) return bucket(`b-${at}`);
  const target = { serviceName: "event-notifications", serviceInstance: EN };
  return { source: { serviceName, serviceInstance: guidOf(at) }, target, roles: ["Event Source Manager"] };
});

function operationsOf(iam: IamEmulator, since = 0): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of iam.calls().slice(since)) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

describe("the check of a new resource", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  const reasonsOf = async (inputs: object, run = rig.next(), olds: object = {}) =>
    ((await run.check({ ...olds }, { ...inputs })).failures ?? []).map(({ reason }) => reason);

  it("makes one list, and no call for each of a hundred resources of five pairs", async () => {
    for (const inputs of HUNDRED) expect(await reasonsOf(inputs, rig.provider)).to.deep.equal([]);
    expect(operationsOf(rig.iam)).to.deep.equal({ token: 1, listRoles: 5, listV2Policies: 1 });
    expect(rig.logged).to.deep.equal([]);
  });

  it("makes one call for each page of the list", async () => {
    const [first] = (await rig.make(bucket("one")), rig.iam.policies());
    const copies = Array.from({ length: 25 }, (_, at) => ({
      ...(first as Policy),
      id: `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`,
    }));
    const page = (start: number) => ({
      policies: copies.slice(start, start + 10),
      ...(start < 20 && { next: { start: String(start + 10) } }),
    });
    for (const start of [0, 10, 20]) {
      rig.iam.inject({
        operation: "listV2Policies",
        when: ({ query }) => Number(query["start"] ?? 0) === start,
        body: JSON.stringify(page(start)),
        status: 200,
        times: Infinity,
      });
    }
    const before = rig.iam.calls().length;
    const run = rig.next();
    for (const at of [1, 2, 3]) await run.check({}, bucket(`other-${at}`));
    expect(operationsOf(rig.iam, before)["listV2Policies"]).to.equal(3);
  });

  it("makes no list if all hundred resources are in state, or their scope is not known", async () => {
    const unknown = { serviceInstance: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    for (const inputs of HUNDRED) {
      const { inputs: olds } = await rig.provider.check({ __provider: "" }, { ...inputs });
      expect(await reasonsOf(inputs, rig.provider, olds)).to.deep.equal([]);
    }
    expect(await reasonsOf({ ...bucket("new"), source: unknown }, rig.provider)).to.deep.equal([]);
    expect(operationsOf(rig.iam)).to.deep.equal({ token: 1, listRoles: 5 });
  });

  it("refuses a duplicate with the sentence of the create, and creates nothing", async () => {
    const { id } = await rig.make(bucket("one"));
    const [reason, ...others] = await reasonsOf(bucket("one", { description: "else" }));
    expect(others).to.deep.equal([]);
    expect(reason)
      .to.include(`the authorization already exists: ${id} with Reader, Object Writer, created by `)
      .and.include(`set adopt: "${id}"`)
      .and.match(/\[already-exists\]$/);
  });

  it("notes other roles of the same scope once", async () => {
    const { id } = await rig.make(bucket("one", { roles: ["Writer"] }));
    const run = rig.next();
    for (const roles of [["Manager"], ["Content Reader"]]) {
      expect(await reasonsOf(bucket("one", { roles }), run)).to.deep.equal([]);
    }
    expect(rig.logged).to.deep.equal([
      `IAM already has ${id} with Writer for the same scope as a new authorization (event-notifications -> cloud-object-storage): their roles add up`,
    ]);
  });

  it("distinguishes adoptions from new authorizations, without a read for each", async () => {
    const names = ["a", "b", "c"];
    const ids: string[] = [];
    for (const name of names) ids.push((await rig.make(bucket(name))).id);
    const before = rig.iam.calls().length;
    const run = rig.next();
    for (const name of [...names, "new"]) await run.check({}, bucket(name, { adopt: true }));
    expect(operationsOf(rig.iam, before)).to.deep.equal({ token: 1, listRoles: 1, listV2Policies: 1 });
    expect(rig.logged).to.have.length(4);
    for (const [at, id] of ids.entries()) {
      expect(rig.logged[at]).to.include(`pulumi up takes over ${id} (`).and.include("): roles unchanged;");
    }
    expect(rig.logged[3]).to.include("pulumi up creates a new authorization (").and.include("resource new");
  });

  it("refuses adopt: true if a policy has a scope of the same meaning, as does the create", async () => {
    const everything = {
      ...bucketInputs(),
      target: { serviceName: "kms", serviceInstance: "*" },
      roles: ["Reader"],
    };
    const { id } = await rig.make(everything);
    await edit(rig.iam, id, (policy) => {
      policy.resource?.attributes.push({ key: "serviceInstance", operator: "stringExists", value: true });
    });
    const wanted = { ...everything, adopt: true };
    const [reason = ""] = await reasonsOf(wanted);
    expect(reason).to.include(`authorization ${id} already grants`).and.include("[adopt-other-scope]");
    const error = await rig.makeUncompared(wanted, rig.next()).catch((thrown: unknown) => thrown as Error);
    expect(error)
      .to.have.property("message")
      .that.includes(reason.replace(/ \[.*$/, ""));
    expect(rig.iam.policies()).to.have.length(1);

    const [, attribute = ""] = /target\.attributes is (\[.*?\]) in IAM/.exec(reason) ?? [];
    const target = { serviceName: "kms", attributes: JSON.parse(attribute) as object };
    expect((await rig.make({ ...wanted, target }, rig.next())).id, "the advice works").to.equal(id);
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("accepts a replacement that Pulumi creates after it deletes the old resource", async () => {
    const { id, state, inputs } = await rig.make(bucket("one"));
    const run = rig.next();
    // Pulumi's calls for replaceOnChanges with deleteBeforeReplace.
    expect(await reasonsOf(bucket("one"), run, inputs)).to.deep.equal([]);
    expect(await reasonsOf(bucket("one"), run)).to.deep.equal([]);
    await run.delete(id, state);
    const { id: created } = await run.create(inputs);
    expect(rig.iam.policies().map((each) => each.id)).to.deep.equal([created]);
  });

  it("accepts a forced replacement whose resource has deleteBeforeReplace, and keeps no trace of it", async () => {
    await rig.make(bucket("one"));
    const { failures, inputs } = await rig.next().check({}, bucket("one", { __deletesFirst: true }));
    expect(failures).to.deep.equal([]);
    expect(inputs).not.to.have.property("__deletesFirst");
    expect(rig.logged.join()).to.include("pulumi up fails unless it deletes");
  });

  it("prints no note in an update whose preview had the same values", async () => {
    await rig.make(bucket("one", { roles: ["Reader"] }));
    const { inputs } = await rig.next().check({}, bucket("one", { __wasPreviewed: true }));
    expect(inputs).not.to.have.property("__wasPreviewed");
    expect(rig.logged.join()).not.to.include("their roles add up");
    await rig.next().check({}, bucket("one"));
    expect(rig.logged.join()).to.include("their roles add up");
  });

  it("accepts the scope of another resource that is deleted first", async () => {
    const { id, state, inputs } = await rig.make(bucket("one"));
    const run = rig.next();
    // The other resource moves to another scope with deleteBeforeReplace.
    expect(await reasonsOf(bucket("two"), run, inputs)).to.deep.equal([]);
    const { inputs: moved } = await run.check({}, bucket("two"));
    const { replaces } = await run.diff(id, state, moved as typeof inputs);
    expect(replaces).to.deep.equal(["target"]);
    expect(await reasonsOf(bucket("one"), run)).to.deep.equal([]);
    await run.delete(id, state);
    await run.create(inputs);
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("does not stop a run that has begun to write: the create reports the duplicate", async () => {
    await rig.make(bucket("one"));
    const run = rig.next();
    await rig.make(bucket("two"), run);
    expect(await reasonsOf(bucket("one"), run)).to.deep.equal([]);
    await run.create(await rig.checked(bucket("one"), run)).then(
      () => expect.fail("the create should fail"),
      (error: unknown) => expect(error).to.include({ code: "already-exists" }),
    );
    expect(await reasonsOf(bucket("two"), rig.next()), "a run that only checks").to.have.length(1);
  });

  it("accepts a policy that this run deletes, although the list has it", async () => {
    const { id, state } = await rig.make(bucket("one"));
    const run = rig.next();
    await run.check({}, bucket("two"));
    rig.iam.behave({ lingersFor: 1_000 });
    await run.delete(id, state);
    expect(await reasonsOf(bucket("one"), run)).to.deep.equal([]);
  });

  it("refuses a second resource for the policy of an unchanged one", async () => {
    const { id, state, inputs } = await rig.make(bucket("one"));
    const run = rig.next();
    const { inputs: kept } = await run.check({ ...inputs }, bucket("one"));
    await run.diff(id, state, kept as typeof inputs);
    expect((await reasonsOf(bucket("one"), run))[0]).to.include("Another resource of this program owns it");
    expect((await reasonsOf(bucket("one", { adopt: id }), run))[0]).to.include("[held-twice]");
  });

  it("notes the policy that IBMCLOUD_ADOPT_OWN adopts", async () => {
    const { id } = await rig.make(bucket("one"));
    const run = rig.next({ IBMCLOUD_ADOPT_OWN: "true" });
    expect(await reasonsOf(bucket("one"), run)).to.deep.equal([]);
    expect(rig.logged.join()).to.include(`pulumi up takes over ${id} `);
  });

  const UNLISTED: [title: string, fault: Omit<Fault, "operation">, preflightTimeout?: number][] = [
    ["refuses the list", { status: 403 }],
    ["fails to list", { status: 503 }],
    ["returns a proxy's page", { body: "<html>log in</html>" }],
    ["takes too long", { latency: Infinity }, 200],
  ];
  for (const [title, fault, preflightTimeout] of UNLISTED) {
    it(`compares nothing and notes it once if IAM ${title}`, async () => {
      await rig.make(bucket("one"));
      rig.iam.inject({ operation: "listV2Policies", ...fault, times: Infinity });
      const logged: string[] = [];
      const run = authorizationProvider({
        env: { IC_API_KEY: rig.iam.apiKey, IBMCLOUD_IAM_API_ENDPOINT: rig.iam.url },
        timeouts: { ...QUICK, retryTimeout: preflightTimeout ? 60_000 : 200, requestTimeout: 60_000 },
        preflightTimeout,
        log: (message) => logged.push(message),
      });
      const asked = async (inputs: object) => {
        const before = rig.iam.calls().length;
        expect(await reasonsOf(inputs, run)).to.deep.equal([]);
        return operationsOf(rig.iam, before)["listV2Policies"] ?? 0;
      };
      await asked(bucket("one"));
      expect(await asked(bucket("one", { adopt: true })), "calls after the first check").to.equal(0);
      expect(logged).to.have.length(1);
      expect(logged[0]).to.match(
        /^IAM did not return its authorizations, so existing authorizations are not checked before pulumi up: /,
      );
    });
  }
});

describe("the check of credentials", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
  });

  /** Checks a new resource. @returns the failures, and the notes */
  async function checked(
    config: Record<string, string>,
    env: NodeJS.ProcessEnv = {},
    inputs: object = bucketInputs(),
  ) {
    const notes: string[] = [];
    const settings = { "ibmcloud:iamEndpoint": iam.url, ...config };
    const run = configured(settings, env, { ...QUICK, retryTimeout: 200 }, (note) => notes.push(note));
    const { failures = [] } = await run.check({}, { ...inputs });
    const again = await run.check(
      {},
      bucket("again", { credentials: (inputs as { credentials?: string }).credentials }),
    );
    expect(again.failures?.length ?? 0, "the second check").to.equal(failures.length);
    return { failures, notes };
  }

  it("refuses an unknown API key, with one call", async () => {
    const { failures, notes } = await checked({ "ibmcloud:apiKey": "unknown" });
    expect(failures.map(({ property }) => property)).to.deep.equal([""]);
    expect(failures[0]?.reason)
      .to.match(/^IAM refused \(400 BXNIM0415E\): Provided API key could not be found\. /)
      .and.match(/\[credentials-refused\]$/);
    expect(notes).to.deep.equal([]);
    expect(operationsOf(iam)).to.deep.equal({ token: 1 });
  });

  const REFUSED: [title: string, fault: Fault, code: string][] = [
    ["a locked API key", { operation: "token", status: 403, code: "BXNIM0462E" }, "credentials-refused"],
    ["a 401 of the token service", { operation: "token", status: 401 }, "token-refused"],
    ["a token that IAM refuses", { operation: "listRoles", status: 401 }, "token-refused"],
  ];
  for (const [title, fault, code] of REFUSED) {
    it(`refuses ${title}`, async () => {
      iam.inject({ ...fault, times: Infinity });
      const { failures } = await checked({ "ibmcloud:apiKey": iam.apiKey });
      expect(failures[0]?.reason)
        .to.match(/^IAM refused \(40[13] /)
        .and.include(`[${code}]`);
    });
  }

  it("refuses an expired token, and text that is no token", async () => {
    const short = closing(await startIamEmulator({ tokenLifetime: -10 }));
    for (const [IC_IAM_TOKEN, code] of [
      [short.token(short.apiKey), "token-refused"],
      ["abc", "invalid-configuration"],
    ]) {
      const { failures } = await checked({ "ibmcloud:iamEndpoint": short.url }, { IC_IAM_TOKEN });
      expect(failures[0]?.reason, code).to.include(`[${code}]`);
    }
  });

  it("refuses a profile that IAM does not know, and a file that does not exist", async () => {
    const profile = await checked({ "ibmcloud:apiKey": iam.apiKey }, { IC_IAM_PROFILE_ID: "Profile-none" });
    expect(profile.failures[0]?.reason).to.include("BXNIM0516E").and.include("[credentials-refused]");
    const container = await checked({}, { IC_IAM_PROFILE_ID: "Profile-none" });
    expect(container.failures[0]?.reason).to.include("[not-sent]");
  });

  it("refuses named credentials on their property", async () => {
    const config = {
      "ibmcloud:apiKey": iam.apiKey,
      "ibmcloud:credentials": JSON.stringify({ BAD: { apikey: "unknown" }, ODD: { apiKye: "x" } }),
    };
    for (const [credentials, code] of [
      ["BAD", "credentials-refused"],
      ["ODD", "invalid-configuration"],
      ["NONE", "no-credentials"],
    ]) {
      const { failures } = await checked(config, {}, { ...bucketInputs(), credentials });
      expect(failures.map(({ property }) => property)).to.deep.equal(["credentials"]);
      expect(failures[0]?.reason).to.include(`[${code}]`);
    }
  });

  const ACCEPTED: [title: string, fault: Fault][] = [
    ["does not respond", { operation: "token", reset: true }],
    ["fails", { operation: "token", status: 503 }],
    ["limits the rate", { operation: "token", status: 429, retryAfter: 60 }],
    ["is hidden by a proxy that refuses", { operation: "token", status: 403, body: "<html>No</html>" }],
    ["is hidden by a proxy's page", { operation: "token", body: "<html>log in</html>" }],
  ];
  for (const [title, fault] of ACCEPTED) {
    it(`gives only a note if IAM ${title}`, async () => {
      iam.inject({ ...fault, times: Infinity });
      const { failures, notes } = await checked({ "ibmcloud:apiKey": iam.apiKey });
      expect(failures).to.deep.equal([]);
      for (const note of notes) expect(note).to.include("IAM did not return the account of the credentials");
      expect(notes).to.not.be.empty;
    });
  }

  it("gives only a note without credentials", async () => {
    const { failures, notes } = await checked({});
    expect(failures).to.deep.equal([]);
    expect(notes[0]).to.match(/^No IBM Cloud credentials were found, so /);
  });
});

describe("the check of the configuration", () => {
  const MISTAKES: [key: string, values: string[], reason: RegExp, code?: string][] = [
    [
      "requestTimeout",
      ["abc", "-1", "0", "86401"],
      /^ibmcloud:requestTimeout is .*, but must be a number of seconds/,
    ],
    ["retryTimeout", ["NaN", "-1"], /^ibmcloud:retryTimeout is .*, but must be a number of seconds/],
    [
      "visibility",
      ["Private", "all"],
      /^The visibility \(ibmcloud:visibility, IC_VISIBILITY\) is .*: use one of public/,
    ],
    [
      "accountId",
      ["abc", "g".repeat(32), OTHER_ACCOUNT.slice(1)],
      /^ibmcloud:accountId must be an account id: 32 /,
    ],
    ["credentials", ["abc", "[]"], /^ibmcloud:credentials must be an object of credentials by name/],
    [
      "iamEndpoint",
      ["iam.cloud.ibm.com", "ftp://iam"],
      /ibmcloud:iamEndpoint.* must be a URL/,
      "invalid-endpoint",
    ],
    [
      "resourceControllerEndpoint",
      ["x"],
      /ibmcloud:resourceControllerEndpoint.* must be a URL/,
      "invalid-endpoint",
    ],
    [
      "resourceManagementEndpoint",
      ["x"],
      /ibmcloud:resourceManagementEndpoint.* must be a URL/,
      "invalid-endpoint",
    ],
  ];
  for (const [key, values, reason, code = "invalid-configuration"] of MISTAKES) {
    for (const value of values) {
      it(`refuses ibmcloud:${key} ${value}, with and without credentials`, async () => {
        for (const env of [{}, { IC_API_KEY: "k" }]) {
          const run = configured({ [`ibmcloud:${key}`]: value }, env);
          const { failures = [] } = await run.check({}, bucketInputs());
          expect(failures.map(({ property }) => property)).to.deep.equal([""]);
          expect(failures[0]?.reason).to.match(reason).and.include(`[${code}]`);
        }
      });
    }
  }

  it("reports mistakes in the configuration and in the arguments together", async () => {
    const run = configured({ "ibmcloud:requestTimeout": "abc", "ibmcloud:accountId": "abc" });
    const { failures = [] } = await run.check({}, { ...bucketInputs(), description: 1 });
    expect(failures.map(({ property }) => property)).to.deep.equal(["description", "", ""]);
  });

  it("notes each unknown key once, with the nearest known one", async () => {
    const logged: string[] = [];
    const run = authorizationProvider({ env: {}, log: (note) => logged.push(note) });
    const rawConfig: Record<string, string> = {
      "ibmcloud:iamEndpiont": "https://x",
      "ibmcloud:region": "us-south",
      "ibmcloud:requestTimeout": "5",
      "aws:region": "x",
      "project:iamEndpiont": "x",
    };
    const get = (key: string) => rawConfig[key];
    await run.configure({ config: { rawConfig, get, require: () => "" } as never });
    for (const name of ["a", "b"]) await run.check({}, bucket(name));
    expect(logged.slice(0, 2)).to.deep.equal([
      "ibmcloud:iamEndpiont in the stack's configuration has no effect: did you mean ibmcloud:iamEndpoint?",
      "ibmcloud:region in the stack's configuration has no effect: this package reads ibmcloud:accountId, ibmcloud:apiKey, ibmcloud:credentials, ibmcloud:iamEndpoint, ibmcloud:requestTimeout, ibmcloud:resourceControllerEndpoint, ibmcloud:resourceManagementEndpoint, ibmcloud:retryTimeout, ibmcloud:visibility",
    ]);
    expect(logged).to.have.length(3);
    expect(logged[2]).to.include("No IBM Cloud credentials were found");
  });
});
