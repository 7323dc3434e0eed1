import { expect } from "chai";
import { rolesOf } from "../../../src/emulator/role-catalog";
import { missingRoles, documentedRoles } from "../../../src/provider/check/default-roles";
import type { Inputs, State } from "../../../src/provider/types";
import { UNKNOWN } from "../../../src/provider/values";
import { edit } from "../../support/iam-edits";
import { bucketInputs, EN, GROUP, KMS } from "../../support/inputs";
import { failure, startRig, type Rig } from "../../support/provider";

/** Pairs and their documented roles. Undefined if IBM's pages have none or disagree. */
const PAIRS: [source: string, target: string, roles: string[] | undefined][] = [
  ["event-notifications", "cloud-object-storage", ["Object Writer", "Reader"]],
  ["event-notifications", "codeengine", ["Viewer", "Writer"]],
  ["event-notifications", "kms", ["Reader"]],
  ["event-notifications", "hs-crypto", ["Reader"]],
  ["event-notifications", "apprapp", ["Config Operator"]],
  ["event-notifications", "messagehub", undefined],
  ["secrets-manager", "event-notifications", ["Event Source Manager"]],
  ["project", "event-notifications", ["Event Source Manager"]],
  ["is", "event-notifications", ["Event Source Manager"]],
  ["software-defined-storage", "event-notifications", ["Event Source Manager"]],
  ["compliance", "event-notifications", ["Event Source Manager"]],
  ["apprapp", "event-notifications", ["Event Source Manager"]],
  ["logs", "event-notifications", undefined],
  ["sysdig-monitor", "event-notifications", undefined],
  ["toolchain", "event-notifications", undefined],
  ["*", "event-notifications", undefined],
];

/** Inputs of a pair, without roles. */
function pairInputs(source: string, target: string): object {
  return {
    source: {
      serviceName: source,
      ...(source === "*" ? { resourceGroupId: GROUP } : { serviceInstance: "*" }),
    },
    target: { serviceName: target, serviceInstance: KMS },
  };
}

function without<Key extends keyof Inputs>(inputs: Inputs, key: Key): Omit<Inputs, Key> {
  const { [key]: left, ...rest } = inputs;
  return rest;
}

describe("documented roles", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  for (const [source, target, roles] of PAIRS) {
    it(`of ${source} -> ${target} are ${roles?.join(" and ") ?? "undefined, and the program must set roles"}`, async () => {
      const { inputs, failures = [] } = await rig.provider.check({}, { ...pairInputs(source, target) });
      expect(documentedRoles({ source, target })).to.deep.equal(roles);
      if (roles) {
        expect(failures).to.deep.equal([]);
        expect(inputs).to.deep.include({ roles, __presetRoles: roles });
        const offered = rolesOf(source, target).map(({ display_name }) => display_name);
        for (const role of roles) expect(offered).to.include(role);
        return;
      }
      expect(failures.map(({ property }) => property)).to.deep.equal(["roles"]);
      expect(failures[0]?.reason).to.match(/^is missing: .* IAM offers .*Reader/);
    });
  }

  it("are created, and are __presetRoles in state", async () => {
    const { state } = await rig.make(without(bucketInputs(), "roles"));
    expect(state).to.deep.include({
      roles: ["Object Writer", "Reader"],
      __presetRoles: ["Object Writer", "Reader"],
    });
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
  });

  it("stay unchanged if a later version documents other roles", async () => {
    const { id, state, inputs } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const old = { ...inputs, __presetRoles: ["Reader"] };
    const known: State = { ...state, __presetRoles: ["Reader"] };
    const run = rig.next();
    const program = { ...without(bucketInputs(), "roles") };
    const { inputs: wanted } = await run.check(old, { ...program });
    expect(wanted).to.deep.include({ roles: ["Reader"], __presetRoles: ["Reader"] });
    expect(await run.diff(id, known, wanted as Inputs)).to.deep.include({ changes: false });

    const other = { ...program, target: { serviceName: "codeengine", serviceInstance: KMS } };
    expect((await rig.next().check(old, other)).inputs).to.deep.include({ roles: ["Viewer", "Writer"] });
  });

  it("can be written out without a change", async () => {
    const program = without(bucketInputs(), "roles");
    const { id, state, inputs: old } = await rig.make(program);
    const run = rig.next();
    const { inputs } = await run.check({ ...old }, { ...program, roles: ["Object Writer", "Reader"] });
    expect(await run.diff(id, state, inputs as Inputs)).to.deep.include({ changes: false });

    // The record that is left in the state has no effect on other roles.
    const next = rig.next();
    const { inputs: others } = await next.check({ ...old }, { ...program, roles: ["Writer"] });
    expect(await next.diff(id, state, others as Inputs)).to.deep.include({ changes: true });
    const { outs } = await next.update(id, state, others as Inputs);
    expect(outs)
      .to.deep.include({ roles: ["Writer"] })
      .and.not.have.property("__presetRoles");
  });

  it("are not reported as missing if the service is misspelled", async () => {
    const target = { serviceName: "Cloud Object Storage", serviceInstance: KMS };
    const { failures = [] } = await rig.provider.check({}, { ...without(bucketInputs(), "roles"), target });
    expect(failures.map(({ property }) => property)).to.deep.equal(["target.serviceName"]);
  });

  it("stay unchanged in the state of an earlier release, which stored them under another name", async () => {
    const { id, state, inputs } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const [old, known] = [
      { ...inputs, presetRoles: ["Reader"] },
      { ...state, presetRoles: ["Reader"] },
    ];
    const run = rig.next();
    const { inputs: wanted } = await run.check(old, { ...without(bucketInputs(), "roles") });
    expect(wanted).to.deep.include({ roles: ["Reader"], __presetRoles: ["Reader"] });
    expect(await run.diff(id, known, wanted as Inputs)).to.deep.include({ changes: false });
    const { props } = await rig.next().read(id, known);
    expect(props)
      .to.deep.include({ __presetRoles: ["Reader"] })
      .and.not.have.property("presetRoles");
    expect(await rig.next().diff(id, props as State, old), "in a refresh").to.include({ changes: false });
  });

  it("are restored after drift in IAM", async () => {
    const program = without(bucketInputs(), "roles");
    const { id, state } = await rig.make(program);
    await edit(rig.iam, id, (policy) => policy.control.grant.roles.pop());
    const read = await rig.next().read(id, state);
    expect(read.inputs).to.deep.include({
      roles: ["Object Writer"],
      __presetRoles: ["Object Writer", "Reader"],
    });
    const run = rig.next();
    const { inputs } = await run.check(read.inputs as Record<string, unknown>, { ...program });
    expect(await run.diff(id, read.props as State, inputs as Inputs)).to.deep.include({ changes: true });
    await run.update(id, read.props as State, inputs as Inputs);
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
  });

  it("are set if only an instance is unknown, and the unknown scope is a change", async () => {
    const program = without(bucketInputs(), "roles");
    const { id, state, inputs: olds } = await rig.make(program);
    const roles = ["Object Writer", "Reader"];
    for (const side of ["source", "target"] as const) {
      const uncertain = { ...program, [side]: { ...program[side], serviceInstance: UNKNOWN } };
      const run = rig.next();
      for (const before of [olds as object, {}]) {
        const { inputs, failures } = await run.check({ ...before }, { ...uncertain });
        expect(failures).to.deep.equal([]);
        expect(inputs).to.deep.include({ roles, __presetRoles: roles });
        expect(await run.diff(id, state, inputs as Inputs)).to.deep.include({
          changes: true,
          replaces: [side],
        });
      }
    }
    const target = { serviceName: "messagehub", serviceInstance: UNKNOWN };
    const { failures = [] } = await rig.provider.check({}, { ...program, target });
    expect(failures.map(({ property }) => property)).to.deep.equal(["roles"]);
  });

  it("are not required for an adopted authorization whose program set none", async () => {
    const pair = (serviceInstance: string) => ({
      source: { serviceInstance: EN },
      target: { serviceName: "messagehub", serviceInstance },
    });
    await rig.make({ ...pair(KMS), roles: ["Reader"] });
    const adopted = await rig.make({ ...pair(KMS), adopt: true }, rig.next());
    const { failures } = await rig.next().check(adopted.inputs, pair(UNKNOWN));
    expect(failures).to.deep.equal([]);
    expect((await rig.next().check({}, pair(UNKNOWN))).failures).to.have.length(1);
  });

  it("are unknown while the service is unknown, and count as a change", async () => {
    const { id, state } = await rig.make(without(bucketInputs(), "roles"));
    const target = { ...bucketInputs().target, serviceName: UNKNOWN };
    const { inputs, failures } = await rig.provider.check(
      {},
      { ...without(bucketInputs(), "roles"), target },
    );
    expect(failures).to.deep.equal([]);
    expect(inputs).to.deep.include({ roles: UNKNOWN });
    expect(await rig.next().diff(id, state, inputs as Inputs)).to.deep.include({ changes: true });
  });

  it("are not set with adopt, and the adopted authorization keeps its roles", async () => {
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Manager", "Writer"] });
    const program = { ...without(bucketInputs(), "roles"), adopt: true, description: "mine" };
    const { state, inputs } = await rig.make(program, rig.next());
    expect(inputs).not.to.have.any.keys("roles", "__presetRoles");
    expect(state).to.deep.include({ roles: ["Manager", "Writer"] });
    expect(rig.iam.policies().map((policy) => [policy.id, policy.description])).to.deep.equal([[id, "mine"]]);
    expect(await rig.next().diff(id, state, inputs)).to.deep.include({ changes: false });
    const run = rig.next();
    await run.update(id, state, await rig.checked({ ...program, description: "else" }, run));
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
  });

  it("are not set after adopt is removed, before or after a refresh", async () => {
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    const program = without(bucketInputs(), "roles");
    const adopted = await rig.make({ ...program, adopt: id }, rig.next());
    const writes = () =>
      rig.iam.calls().filter(({ method, path }) => method !== "GET" && path.includes("policies")).length;
    const before = writes();
    const run = rig.next();
    const { inputs } = await run.check(adopted.inputs, { ...program });
    expect(inputs).not.to.have.any.keys("roles", "adopt");
    expect(await run.diff(id, adopted.state, inputs as Inputs)).to.deep.include({
      changes: false,
      replaces: [],
    });
    expect(adopted.state).to.deep.include({ roles: ["Reader"], __presetRoles: ["Reader"] });
    expect(
      (await rig.next().check(inputs as Record<string, unknown>, { ...program })).inputs,
    ).not.to.have.property("roles");

    const read = await rig.next().read(id, adopted.state);
    const next = rig.next();
    const { inputs: again } = await next.check(read.inputs as Record<string, unknown>, { ...program });
    expect(await next.diff(id, read.props as State, again as Inputs)).to.deep.include({ changes: false });
    expect(writes()).to.equal(before);
  });

  it("are used if no policy exists to adopt, and a pair without them is an error", async () => {
    await rig.make({ ...without(bucketInputs(), "roles"), adopt: true });
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
    const target = { serviceName: "messagehub", serviceInstance: KMS };
    const { message } = await failure(rig.make({ source: { serviceInstance: EN }, target, adopt: true }));
    expect(message)
      .to.include("no authorization with this scope exists to adopt")
      .and.to.include("[roles-missing]");
  });
});

describe("missingRoles", () => {
  it("logs the missing role of an incomplete choice, and logs nothing for other roles", async () => {
    const rig = await startRig();
    await rig.checked({ ...bucketInputs(), roles: ["reader"] });
    expect(rig.logged).to.deep.equal([
      "according to IBM's documentation, event-notifications -> cloud-object-storage also needs Object Writer, besides reader",
    ]);
    await rig.checked({ ...bucketInputs(), roles: ["Writer"] });
    expect(rig.logged).to.have.length(1);
    expect(missingRoles({ source: "logs", target: "event-notifications" }, ["Reader"])).to.deep.equal([]);
  });

  it("are not logged if a role is refused, which may be the missing one", async () => {
    const rig = await startRig();
    const roles = ["Reader", "Object Wirter"];
    const { failures = [] } = await rig.provider.check({}, { ...bucketInputs(), roles });
    expect(failures.map(({ property }) => property)).to.deep.equal(["roles[1]"]);
    expect(failures[0]?.reason).to.include("did you mean Object Writer?");
    expect(rig.logged).to.deep.equal([]);
  });

  it("are not logged if a role is written as a CRN", async () => {
    const rig = await startRig();
    const crn = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";
    await rig.checked({ ...bucketInputs(), roles: ["Reader", crn] });
    expect(rig.logged).to.deep.equal([]);
  });

  it("do not include a role that is misspelled or a CRN, while IAM's roles are not known", () => {
    const toBuckets = { source: "event-notifications", target: "cloud-object-storage" };
    const crn = "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter";
    for (const written of ["Object Wirter", "objectwriter", crn]) {
      expect(missingRoles(toBuckets, ["Reader", written]), written).to.deep.equal([]);
    }
    for (const other of ["Writer", "Custom", "Object Reader", "Object Deleter"]) {
      expect(missingRoles(toBuckets, ["Reader", other]), other).to.deep.equal(["Object Writer"]);
    }
  });
});
