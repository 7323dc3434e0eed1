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

describe("a state that was edited by hand", () => {
  for (const [property, value] of EDITS) {
    it(`is refused by its property, and mended by a refresh: ${property} is ${JSON.stringify(value)}`, async () => {
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
      expect(parseState(props ?? {})).to.deep.include({ source: state.source, roles: state.roles });
      expect(rig.iam.policies()).to.have.length(1);
    });
  }
});

describe("inputs in state that were edited by hand", () => {
  for (const source of [null, 5, "all", [], { serviceName: 5 }]) {
    it(`keep no check from going on: source is ${JSON.stringify(source)}`, async () => {
      const rig = await startRig();
      const { roles, ...unwritten } = bucketInputs();
      const olds = { ...bucketInputs(), source, roles: 5, presetRoles: "Reader" };
      const { inputs, failures } = await rig.provider.check(olds, unwritten);
      expect(failures).to.deep.equal([]);
      expect(inputs).to.have.property("roles").with.length(roles.length);
    });
  }
});

describe("a state that is none", () => {
  for (const none of [null, undefined, 5, "state"]) {
    it(`is refused in a sentence, and read from IAM: ${String(none)}`, () => {
      expect(() => parseState(none)).to.throw(/^source in this stack's state/);
      expect(readableState(none)).to.deep.equal({});
    });
  }

  it("is named by the place in it that is wrong", async () => {
    const { state } = await (await startRig()).make(bucketInputs());
    const edited = { ...state, source: { ...state.source, attributes: [{ key: 5, value: "x" }] } };
    expect(() => parseState(edited)).to.throw(/^source\.attributes\.0\.key in this stack's state/);
  });
});

describe("a state that was not", () => {
  it("is taken as it is, as every release writes it", () => {
    const file = join(__dirname, "..", "engine", "fixtures", "state-0.1.0.json");
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
      deployment: { resources: { type: string; outputs: object }[] };
    };
    const held = deployment.resources.filter(({ type }) => type.includes("EnAuthorization"));
    expect(held).not.to.be.empty;
    for (const { outputs } of held) {
      expect(parseState(outputs)).to.equal(outputs);
      expect(readableState(outputs)).to.deep.equal(outputs);
    }
  });

  it("may lack roles: it is not known then which ones IAM holds", async () => {
    const rig = await startRig();
    const { id, state, inputs } = await rig.make(bucketInputs());
    const { roles, ...incomplete } = state;
    expect(parseState(incomplete)).to.equal(incomplete);
    const run = rig.next();
    expect(await run.diff(id, incomplete, inputs)).to.include({ changes: true });
    const { roles: unwritten, ...kept } = inputs;
    expect(await run.diff(id, incomplete, kept), "nor where the program writes none").to.include({
      changes: true,
    });
    expect((await run.update(id, incomplete, inputs)).outs?.roles).to.deep.equal(roles);
    expect(unwritten).not.to.be.empty;
  });
});
