import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { State } from "../../src/provider/types";
import { readableState, parseState } from "../../src/provider/state";
import { bucketInputs } from "../support/inputs";
import { failure, startRig } from "../support/provider";

const EDITS: [property: keyof State, value: unknown][] = [
  ["roles", "Reader"],
  ["roles", { 0: "Reader" }],
  ["roles", [5]],
  ["source", "all"],
  ["source", undefined],
  ["target", []],
  ["target", { serviceName: "kms" }],
  ["settle", { beforeDelete: 1e12 }],
  ["settle", { beforeDelete: "30" }],
  ["createdAt", 5],
  ["credentials", 5],
  ["description", {}],
  ["adopt", []],
];

describe("parseState with an invalid property", () => {
  for (const [property, value] of EDITS) {
    it(`fails with the property's name, and a refresh repairs the state: ${property} is ${JSON.stringify(value)}`, async () => {
      const rig = await startRig();
      const { id, state, inputs } = await rig.make(bucketInputs());
      const edited = JSON.parse(JSON.stringify({ ...state, [property]: value })) as State;
      const run = rig.next();
      for (const work of [
        () => run.diff(id, edited, inputs),
        () => run.update(id, edited, inputs),
        () => run.delete(id, edited),
      ]) {
        const error = await failure(work());
        expect(error).to.include({ code: "malformed-state" });
        expect(error.message).to.include(property).and.include("run pulumi refresh");
      }
      const { props } = await rig.next().read(id, edited);
      const repaired = parseState(props ?? {});
      expect(repaired.source).to.deep.equal(state.source);
      expect(repaired.roles).to.have.members(state.roles);
      expect(rig.iam.policies()).to.have.length(1);
    });
  }
});

describe("check with invalid inputs in state", () => {
  for (const source of [null, 5, "all", [], { serviceName: 5 }]) {
    it(`succeeds: source is ${JSON.stringify(source)}`, async () => {
      const rig = await startRig();
      const { roles, ...withoutRoles } = bucketInputs();
      const olds = { ...bucketInputs(), source, roles: 5, __presetRoles: "Reader" };
      const { inputs, failures } = await rig.provider.check(olds, withoutRoles);
      expect(failures).to.deep.equal([]);
      expect(inputs).to.have.property("roles").with.length(roles.length);
    });
  }
});

describe("parseState with another value", () => {
  for (const invalid of [null, undefined, 5, "state"]) {
    it(`refuses ${String(invalid)}, and readableState returns an empty state`, () => {
      expect(() => parseState(invalid)).to.throw(/^source in this stack's state/);
      expect(readableState(invalid)).to.deep.equal({});
    });
  }

  it("names the path of an invalid value", async () => {
    const { state } = await (await startRig()).make(bucketInputs());
    const edited = { ...state, source: { ...state.source, attributes: [{ key: 5, value: "x" }] } };
    expect(() => parseState(edited)).to.throw(/^source\.attributes\.0\.key in this stack's state/);
  });
});

describe("parseState with a valid state", () => {
  it("returns the state of each release unchanged", () => {
    const file = join(__dirname, "..", "engine", "fixtures", "state-0.1.0.json");
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
      deployment: { resources: { type: string; outputs: object }[] };
    };
    const authorizations = deployment.resources.filter(({ type }) => type.includes("EnAuthorization"));
    expect(authorizations).not.to.be.empty;
    for (const { outputs } of authorizations) {
      expect(parseState(outputs)).to.equal(outputs);
      expect(readableState(outputs)).to.deep.equal(outputs);
    }
  });

  it("accepts a state without roles, and the next run updates it", async () => {
    const rig = await startRig();
    const { id, state, inputs } = await rig.make(bucketInputs());
    const { roles, ...incomplete } = state;
    expect(parseState(incomplete)).to.equal(incomplete);
    const run = rig.next();
    expect(await run.diff(id, incomplete, inputs)).to.include({ changes: true });
    const { roles: wantedRoles, ...withoutRoles } = inputs;
    expect(await run.diff(id, incomplete, withoutRoles), "also if the program sets no roles").to.include({
      changes: true,
    });
    expect((await run.update(id, incomplete, inputs)).outs?.roles).to.deep.equal(roles);
    expect(wantedRoles).not.to.be.empty;
  });
});
