import { expect } from "chai";
import type { State } from "../../src/provider/types";
import { METADATA_FIELDS } from "../../src/shared/policy-fields";
import { ACCOUNT, bucketInputs, COS, crn, EN, OTHER_ACCOUNT } from "../support/inputs";
import { edit, sdk } from "../support/iam-edits";
import { configured, failure, startRig, type Rig } from "../support/provider";

const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";
const OBJECT_WRITER = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";

/** Returns the number of calls of each operation of IAM's API. */
function counts({ iam }: Rig): Record<string, number> {
  const names = iam.calls().map(({ operation }) => operation);
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((each) => each === name).length]),
  );
}

describe("provider.create", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("creates the policy, and returns IAM's attributes as state", async () => {
    const { id, state } = await rig.make({ ...bucketInputs(), description: "why" });
    const [policy] = rig.iam.policies();
    expect(policy).to.deep.include({ id, type: "authorization", description: "why", state: "active" });
    expect(policy?.subject).to.deep.equal({
      attributes: [
        { key: "serviceName", operator: "stringEquals", value: "event-notifications" },
        { key: "accountId", operator: "stringEquals", value: rig.iam.accountId },
        { key: "serviceInstance", operator: "stringEquals", value: EN },
      ],
    });
    expect(policy?.resource).to.deep.equal({
      attributes: [
        { key: "serviceName", operator: "stringEquals", value: "cloud-object-storage" },
        { key: "accountId", operator: "stringEquals", value: rig.iam.accountId },
        { key: "serviceInstance", operator: "stringEquals", value: COS },
        { key: "resourceType", operator: "stringEquals", value: "bucket" },
        { key: "resource", operator: "stringEquals", value: "failed-events" },
      ],
    });
    expect(policy?.control.grant.roles.map(({ role_id }) => role_id)).to.have.members([
      READER,
      OBJECT_WRITER,
    ]);
    const accountId = rig.iam.accountId;
    expect(state).to.deep.include({
      source: { serviceName: "event-notifications", accountId, serviceInstance: EN },
      target: { ...bucketInputs().target, accountId },
      roles: ["Reader", "Object Writer"],
      description: "why",
      state: "active",
    });
    expect(state.href).to.include(id);
    expect(state.createdAt).to.match(/^\d{4}-\d\d-\d\dT/);
    expect(state.createdById).to.equal(state.lastModifiedById);
  });

  it("has a value for each output that IAM returns", async () => {
    const { state } = await rig.make(bucketInputs());
    for (const key of Object.keys(METADATA_FIELDS))
      expect(state, key).to.have.property(key).that.is.not.empty;
  });

  it("requests one token, one list of roles and one of policies for all authorizations of a pair", async () => {
    await Promise.all(
      [1, 2, 3].map((n) =>
        rig.make({ ...bucketInputs(), target: { ...bucketInputs().target, resource: `b${n}` } }),
      ),
    );
    expect(counts(rig)).to.deep.equal({ token: 1, listRoles: 1, listV2Policies: 1, createV2Policy: 3 });
  });

  it("sends the package name in the User-Agent of every call, including the token request", async () => {
    await rig.make(bucketInputs());
    for (const { userAgent } of rig.iam.calls())
      expect(userAgent).to.match(/^pulumi-ibm-en-authorization\/\d/);
  });

  it("accepts roles by CRN, and returns their names", async () => {
    const { state, inputs } = await rig.make({ ...bucketInputs(), roles: [OBJECT_WRITER, "READER"] });
    expect(inputs.roles).to.deep.equal(["Object Writer", "Reader"]);
    expect(state.roles).to.deep.equal(["Object Writer", "Reader"]);
  });

  const REFUSED: [title: string, inputs: object, sentence: RegExp][] = [
    [
      "a role that the pair does not have",
      { ...bucketInputs(), roles: ["Obect Writer"] },
      /did you mean Object Writer\?/,
    ],
    [
      "a pair that does not exist",
      { ...bucketInputs(), target: { serviceName: "no-such-service", serviceInstance: "*" } },
      /offers no roles for event-notifications -> no-such-service/,
    ],
  ];
  for (const [title, inputs, sentence] of REFUSED) {
    it(`refuses ${title} after an offline check, and creates nothing`, async () => {
      const wanted = await rig.checked(inputs, configured({}));
      const { message, stack } = await failure(rig.provider.create(wanted));
      expect(message)
        .to.match(/^Cannot create the authorization \(event-notifications -> /)
        .and.match(sentence);
      expect(stack).to.equal(message);
      expect(counts(rig)).not.to.include.keys("createV2Policy");
    });
  }

  it("refuses CRNs of other accounts at check, with one token request", async () => {
    const failures = async (inputs: object) => (await rig.provider.check({}, { ...inputs })).failures ?? [];
    const source = { serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT) };
    const target = {
      ...bucketInputs().target,
      serviceInstance: crn("cloud-object-storage", COS, OTHER_ACCOUNT),
    };
    expect((await failures({ ...bucketInputs(), source }))[0]?.reason).to.include("set source.accountId");
    expect((await failures({ ...bucketInputs(), target }))[0]?.reason).to.include("use credentials of");
    expect(counts(rig)).to.deep.equal({ token: 1, listRoles: 1 });
  });

  it("refuses a CRN of another account after an offline check", async () => {
    const offline = configured({});
    const source = { serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT) };
    const { inputs, failures } = await offline.check({}, { ...bucketInputs(), source });
    expect(failures).to.deep.equal([]);
    const { message } = await failure(rig.provider.create(JSON.parse(JSON.stringify(inputs)) as never));
    expect(message).to.include("set source.accountId");
    expect(rig.iam.policies()).to.deep.equal([]);
  });
});

describe("provider.read", () => {
  it("reads an authorization that the program does not manage", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    const read = await rig.provider.read(id, {});
    // Without a program, roles are sorted.
    expect(read.props).to.deep.equal({ ...state, roles: ["Object Writer", "Reader"] });
  });

  it("lists roles that were added in IAM after those of the program, so that a diff has one more line", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    await edit(rig.iam, id, ({ control }) => {
      control.grant.roles.unshift({ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Manager" });
    });
    const { props, inputs } = await rig.provider.read(id, state);
    expect((props as State).roles).to.deep.equal(["Reader", "Object Writer", "Manager"]);
    expect((inputs as State).roles).to.deep.equal(["Reader", "Object Writer", "Manager"]);
  });

  it("returns nothing for a deleted authorization in state, and throws for an id that the program looks up", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    await sdk(rig.iam).deleteV2Policy({ id });
    expect(await rig.provider.read(id, state)).to.deep.equal({});
    const { message } = await failure(rig.provider.read(id, {}));
    expect(message)
      .to.include(`Cannot read authorization ${id}`)
      .and.to.include("has no authorization with this id");
    expect(await rig.provider.read("11111111-0000-4000-8000-000000000000", state)).to.deep.equal({});
  });

  it("returns drift of roles, description and scope in outputs and inputs", async () => {
    const rig = await startRig();
    const { id, state, inputs } = await rig.make({ ...bucketInputs(), description: "why" });
    await edit(rig.iam, id, (policy) => {
      policy.control.grant.roles.pop();
      policy.description = "else";
      policy.resource?.attributes.push({ key: "region", operator: "stringEquals", value: "eu-de" });
      if (policy.resource) policy.resource.tags = [{ key: "env", operator: "stringEquals", value: "prod" }];
    });
    const read = await rig.provider.read(id, state);
    const drifted = {
      roles: ["Reader"],
      description: "else",
      target: {
        ...bucketInputs().target,
        region: "eu-de",
        tags: [{ key: "env", operator: "stringEquals", value: "prod" }],
      },
    };
    expect(read.inputs).to.deep.include(drifted);
    expect((read.props as State).target.tags).to.deep.equal(drifted.target.tags);
    const diff = await rig.provider.diff(id, read.props as State, inputs);
    expect(diff).to.deep.include({ changes: true, replaces: ["target"] });
  });

  it("does not treat a policy as deleted if the credentials are of another account", async () => {
    const rig = await startRig();
    const { state } = await rig.make(bucketInputs());
    const elsewhere: State = { ...state, target: { ...state.target, accountId: ACCOUNT } };
    const { message } = await failure(rig.provider.read("11111111-0000-4000-8000-000000000000", elsewhere));
    expect(message).to.include(
      `it is in account ${ACCOUNT}, but these credentials belong to ${rig.iam.accountId}`,
    );
  });
});

describe("provider.update", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("changes roles and description in place, with one read and one replace", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const wanted = await rig.checked({ ...bucketInputs(), roles: ["reader"], description: "why" });
    const before = rig.iam.calls().length;
    const { outs } = await rig.provider.update(id, state, wanted);
    expect(
      rig.iam
        .calls()
        .slice(before)
        .map(({ operation }) => operation),
    ).to.deep.equal(["getV2Policy", "replaceV2Policy"]);
    expect(outs).to.deep.include({ roles: ["Reader"], description: "why" });
    expect(rig.iam.policies()[0]).to.deep.include({ id, description: "why" });
    expect(rig.iam.policies()[0]?.control.grant.roles).to.deep.equal([{ role_id: READER }]);
  });

  it("clears the description if the program omits it", async () => {
    const { id, state } = await rig.make({ ...bucketInputs(), description: "why" });
    const { outs } = await rig.provider.update(id, state, await rig.checked(bucketInputs()));
    expect(outs).not.to.have.property("description");
    expect(rig.iam.policies()[0]?.description ?? "").to.equal("");
  });

  it("treats an empty description as none in create, diff, update and adoption", async () => {
    const without = await rig.make({ ...bucketInputs(), description: "" });
    expect(rig.iam.policies()[0]).not.to.have.property("description");
    expect(without.state.description).to.equal(undefined);
    const next = rig.next();
    const checked = await rig.checked({ ...bucketInputs(), description: "" }, next);
    expect(await next.diff(without.id, without.state, checked)).to.deep.include({ changes: false });

    const described = await rig.checked({ ...bucketInputs(), description: "why" }, next);
    const { outs: state = without.state } = await next.update(without.id, without.state, described);
    expect(rig.iam.policies()[0]?.description).to.equal("why");
    expect(await next.diff(without.id, state, checked)).to.deep.include({ changes: true, replaces: [] });
    await next.update(without.id, state, checked);
    expect(rig.iam.policies()[0]).not.to.have.property("description");

    await edit(rig.iam, without.id, (policy) => (policy.description = "theirs"));
    const adopted = await rig.make({ ...bucketInputs(), description: "", adopt: true }, rig.next());
    expect(adopted.id).to.equal(without.id);
    expect(rig.iam.policies()[0]).not.to.have.property("description");
  });

  it("sends nothing if IAM already has these values", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const { outs } = await rig.provider.update(id, state, await rig.checked(bucketInputs()));
    expect(outs).to.deep.equal(state);
    expect(counts(rig)).not.to.include.keys("replaceV2Policy");
  });

  it("sends IAM's scope back unchanged, including tags and wildcards", async () => {
    const target = {
      serviceName: "cloud-object-storage",
      serviceInstance: COS,
      attributes: [{ key: "resource", operator: "stringMatch", value: "logs-*" }],
      tags: [{ key: "env", value: "prod" }],
    };
    const { id, state } = await rig.make({ ...bucketInputs(), target });
    const [before] = rig.iam.policies();
    await rig.provider.update(id, state, await rig.checked({ ...bucketInputs(), target, roles: ["Reader"] }));
    const [after] = rig.iam.policies();
    expect(after?.resource).to.deep.equal(before?.resource);
    expect(after?.subject).to.deep.equal(before?.subject);
    expect(after?.resource.tags).to.deep.equal([{ key: "env", operator: "stringEquals", value: "prod" }]);
  });

  it("fails if the scope in IAM is not the declared one", async () => {
    const { id, state } = await rig.make(bucketInputs());
    await edit(rig.iam, id, (policy) => policy.resource?.attributes.pop());
    const wanted = await rig.checked({ ...bucketInputs(), roles: ["Reader"] });
    const { message } = await failure(rig.provider.update(id, state, wanted));
    expect(message).to.include("not the declared one").and.to.include("pulumi refresh");
    expect(message).to.include('target.resource is not set in IAM, and "failed-events" here');
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
  });

  it("fails if the authorization is gone", async () => {
    const { id, state } = await rig.make(bucketInputs());
    await sdk(rig.iam).deleteV2Policy({ id });
    const wanted = await rig.checked({ ...bucketInputs(), roles: ["Reader"] });
    expect((await failure(rig.provider.update(id, state, wanted))).message).to.include("run pulumi refresh");
  });
});

describe("provider.delete", () => {
  it("deletes the authorization, and succeeds if it is already gone", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    await rig.next().delete(id, state);
    expect(rig.iam.policies()).to.deep.equal([]);
    await rig.next().delete(id, state);
    expect(counts(rig)["deleteV2Policy"]).to.equal(2);
  });

  it("fails with credentials of another account", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    const elsewhere: State = { ...state, target: { ...state.target, accountId: ACCOUNT } };
    expect((await failure(rig.next().delete(id, elsewhere))).message).to.include("use credentials of");
    expect(rig.iam.policies()).to.have.length(1);
  });
});

describe("the provider's credentials", () => {
  it("are not required for check", async () => {
    const provider = configured({});
    expect((await provider.check({}, { ...bucketInputs() })).failures).to.deep.equal([]);
    const { message } = await failure(provider.create(bucketInputs()));
    expect(message).to.include("No IBM Cloud credentials were found").and.to.include("ibmcloud:apiKey");
  });

  it("fail with IAM's reason if IAM does not know them, and the error does not show them", async () => {
    const rig = await startRig({ "ibmcloud:apiKey": "wrong-key-1234" });
    const { message } = await failure(rig.make(bucketInputs()));
    expect(message).to.include("Provided API key could not be found").and.to.include("BXNIM0415E");
    expect(message).not.to.include("wrong-key-1234");
  });

  it("are those of the last up in a refresh and a destroy, and only their errors mention it", async () => {
    const { id, state, inputs } = await (await startRig()).make(bucketInputs());
    const { provider } = await startRig({ "ibmcloud:apiKey": "wrong-key-1234" });
    for (const work of [() => provider.read(id, state), () => provider.delete(id, state)]) {
      expect((await failure(work())).message).to.include("run pulumi up first, or add --run-program");
    }
    for (const work of [() => provider.update(id, state, inputs), () => provider.create(inputs)]) {
      expect((await failure(work())).message).not.to.include("--run-program");
    }
  });

  it("need Viewer after a refused read, and Administrator after a refused write", async () => {
    const rig = await startRig();
    const { id, state, inputs } = await rig.make(bucketInputs());
    const refuse = (operation: "getV2Policy" | "listRoles" | "replaceV2Policy" | "deleteV2Policy") =>
      rig.iam.inject({ operation, times: Infinity, status: 403 });
    const viewer = "The credentials need at least the platform role Viewer on the target";
    const administrator = "The credentials need the platform role Administrator on the target";

    const allowRead = refuse("getV2Policy");
    expect((await failure(rig.next().read(id, state))).message)
      .to.include(viewer)
      .and.not.to.include("Administrator");
    allowRead();
    const logged = rig.logged.length;
    const allowList = refuse("listRoles");
    await rig.next().check({}, { ...bucketInputs() });
    expect(rig.logged.slice(logged).join()).to.include(viewer).and.not.to.include("Administrator");
    allowList();
    refuse("replaceV2Policy");
    refuse("deleteV2Policy");
    const wanted = { ...inputs, roles: ["Reader"] };
    expect((await failure(rig.next().update(id, state, wanted))).message).to.include(administrator);
    expect((await failure(rig.next().delete(id, state))).message).to.include(administrator);
  });

  it("must belong to the account in the stack's configuration", async () => {
    const rig = await startRig({ "ibmcloud:accountId": OTHER_ACCOUNT });
    const { message } = await failure(rig.make(bucketInputs()));
    expect(message).to.include(`ibmcloud:accountId is ${OTHER_ACCOUNT}`);
    expect(rig.iam.policies()).to.deep.equal([]);
  });

  it("can be an API key in the environment", async () => {
    const { iam } = await startRig();
    const provider = configured({}, { IC_API_KEY: iam.apiKey, IBMCLOUD_IAM_API_ENDPOINT: iam.url });
    const { id } = await provider.create(bucketInputs());
    expect(iam.policies()[0]?.id).to.equal(id);
  });
});
