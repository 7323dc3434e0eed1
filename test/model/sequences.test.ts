import { expect } from "chai";
import * as fc from "fast-check";
import {
  startIamEmulator,
  type Behavior,
  type Fault,
  type IamEmulator,
  type Policy,
} from "../../src/emulator";
import { sdk } from "../support/iam-edits";
import { EN, KMS } from "../support/inputs";
import { miniEngine, type MiniEngine } from "../support/mini-engine";
import { checkedRun } from "./checked";
import { arbitraryCommands } from "./commands";
import { others } from "./others";
import { converge } from "./recovery";
import { SHARED_ACCOUNT } from "./universe";
import { PROMISES } from "./promises";
import { newTally, startWorld, formatTally, type Door } from "./world";
import { arbitraryProgram, begin } from "./writing";
import { closing } from "../support/opened";
import { configured } from "../support/provider";
import { localOrCi, ranOf } from "../support/subset";
import { summarize } from "../support/summary";

/**
 * To replay a failure, set `MODEL_SEED`, `MODEL_PATH`, and `MODEL_REPLAY` (the `replayPath`) to the values that it prints.
 * `MODEL_SHRINK=0` shows the first failing sequence without searching for a shorter one.
 */
const { MODEL_SEED, MODEL_RUNS, MODEL_PATH, MODEL_REPLAY, MODEL_SHRINK } = process.env;
const SEED = Number(MODEL_SEED ?? Date.now() % 2 ** 31);

/** The number of sequences on CI. */
const ALL = 2_000;
const RUNS = Number(MODEL_RUNS ?? localOrCi(200, ALL));

/** IAM's behavior in one sequence. */
const usual: fc.Arbitrary<Partial<Behavior>> = fc.record({
  staleEtagStatus: fc.constantFrom(409, 412),
  secondDelete: fc.constantFrom(204, 404),
  etagHeader: fc.constantFrom(true, true, true, false),
  conflictsWith: fc.constantFrom("policy", "policy", "id", "nothing"),
  deletedIs: fc.constantFrom("shown", "hidden"),
});
const lag = fc.constantFrom(0, 3);
/** Behavior with propagation lags. */
const late: fc.Arbitrary<Partial<Behavior>> = fc
  .tuple(usual, fc.record({ visibleAfter: lag, staleFor: lag, lingersFor: lag }))
  .map(([habits, lags]) => ({ ...habits, ...lags, deletedIs: "shown" }));
const habits = fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: late });

/** Both doors have the same core. */
const doors = fc.constantFrom<Door>("dynamic", "plugin");

const commands = fc.commands(arbitraryCommands, {
  maxCommands: 14,
  size: "max",
  replayPath: MODEL_REPLAY,
});

describe("a random sequence of program edits, edits by others, faults and kills", function () {
  this.timeout(3_600_000);
  let iam: IamEmulator;
  const tally = newTally();
  before(async () => {
    iam = closing(await startIamEmulator({ accounts: [SHARED_ACCOUNT] }));
  });
  after(() => {
    summarize(`model, seed ${SEED}: sequences ${ranOf(tally.sequences, ALL)}, ${formatTally(tally)}`);
  });

  it("loses no policy, creates none twice, and reports only changes that were made", async () => {
    const them = await others(iam);
    await fc.assert(
      fc.asyncProperty(habits, arbitraryProgram, doors, commands, async (how, program, door, sequence) => {
        tally.sequences += 1;
        const world = startWorld({ iam, others: them, tally, door }, how);
        begin(world, program);
        await checkedRun(world, { kind: "up" });
        await fc.asyncModelRun(() => ({ model: world.model, real: world }), sequence);
        await converge(world);
      }),
      {
        seed: SEED,
        numRuns: RUNS,
        path: MODEL_PATH,
        endOnFailure: MODEL_SHRINK === "0",
      },
    );
    // A broken promise has already failed the test. These assertions fail if the sequences exercise too little.
    if (MODEL_PATH !== undefined) return;
    expect(tally.sequences).to.equal(RUNS);
    expect(tally.checks).to.equal(tally.runs * PROMISES.length);
    expect(tally.runs).to.be.at.least(5 * RUNS);
    expect(tally.commands).to.be.at.least(5 * RUNS);
    for (const what of ["faults", "errors", "edits", "kills"] as const)
      expect(tally[what], what).to.be.at.least(RUNS / 10);
  });
});

describe("a case that random sequences found", () => {
  const kms = { source: { serviceInstance: EN }, target: { serviceName: "kms", serviceInstance: KMS } };
  let iam: IamEmulator;
  let engine: MiniEngine;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    engine = miniEngine(() => configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url }));
  });
  const well = { errors: [] };
  const rolesHeld = () =>
    iam.policies().map(({ control }) => control.grant.roles.map(({ role_id }) => role_id));
  const role = (name: string) => `crn:v1:bluemix:public:iam::::serviceRole:${name}`;

  it("refuses two resources with the same policy until one of them is removed", async () => {
    const theirs = { ...kms, roles: ["Reader", "Writer"] };
    const both = { takes: { ...kms, roles: ["Manager"], adopt: true }, had: theirs };
    expect(await engine.up({ had: theirs })).to.deep.equal(well);
    for (const time of ["at the adoption", "in the next run"]) {
      const { errors } = await engine.up(both, { oneByOne: true });
      expect(errors, time).to.have.length(1);
      expect(errors[0]).to.match(/another resource of this program owns the same .* and run pulumi refresh/);
    }
    await engine.refresh();
    expect(await engine.up({ had: theirs })).to.deep.equal(well);
    expect(rolesHeld()).to.deep.equal([[role("Reader"), role("Writer")]]);
  });

  it("refuses a resource whose policy another one adopted in a failed run, until a refresh", async () => {
    const had = { ...kms, roles: ["Reader"] };
    const takes = { ...kms, roles: ["Manager"], adopt: true };
    const fails = { ...kms, roles: ["Writer"], adopt: "11111111-0000-4000-8000-000000000000" };
    expect(await engine.up({ had })).to.deep.equal(well);
    expect((await engine.up({ takes, fails, had }, { oneByOne: true })).errors).to.have.length(1);
    expect(rolesHeld()).to.deep.equal([[role("Manager")]]);
    const { errors } = await engine.up({ had });
    expect(errors).to.have.length(1);
    expect(errors[0]).to.match(/another resource of this program owns it too, .* run pulumi refresh/);
    await engine.refresh();
    expect(await engine.up({ had })).to.deep.equal(well);
    expect(rolesHeld()).to.deep.equal([[role("Reader")]]);
    expect([...engine.resources.keys()]).to.deep.equal(["had"]);
  });

  it("does not mistake a template's policy for the policy of a lost create", async () => {
    const inputs = { ...kms, roles: ["Reader"] };
    await engine.up({ one: inputs });
    const [policy] = iam.policies();
    iam.seed([{ ...(policy as Policy), template: { id: "policyTemplate-1", version: "1" } }]);
    engine.resources.clear();
    iam.inject({ operation: "createV2Policy", reset: true });
    const { errors } = await engine.up({ one: inputs });
    expect(errors[0]).to.include("an enterprise policy template manages it");
    expect(engine.resources.size).to.equal(0);
  });

  it("creates a policy if the conflicting one is deleted meanwhile", async () => {
    const inputs = { ...kms, roles: ["Reader"] };
    iam.behave({ conflictsWith: "nothing" });
    await engine.up({ one: inputs });
    const [id = ""] = iam.policies().map((each) => each.id);
    engine.resources.clear();
    iam.inject({
      operation: "listV2Policies",
      meanwhile: async () => {
        await sdk(iam).deleteV2Policy({ id });
      },
    });
    expect(await engine.up({ one: inputs })).to.deep.equal(well);
    expect(iam.policies()).to.have.length(1);
  });

  it("does not blame others for its own update whose response was lost", async () => {
    expect(await engine.up({ one: { ...kms, roles: ["Reader"] } })).to.deep.equal(well);
    const lifts = [
      iam.inject({ operation: "replaceV2Policy", reset: true, afterCommit: true }),
      iam.inject({ operation: "getV2Policy", nth: 2, reset: true, times: Infinity }),
    ];
    const { errors } = await engine.up({ one: { ...kms, roles: ["Writer"] } });
    for (const lift of lifts) lift();
    expect(errors).to.have.length(1);
    expect(errors[0])
      .to.match(/No readable response to an earlier attempt arrived, .*\[outcome-unknown\]/)
      .and.not.to.include("concurrently");
    expect(await engine.up({ one: { ...kms, roles: ["Writer"] } })).to.deep.equal(well);
    expect(rolesHeld()).to.deep.equal([[role("Writer")]]);
  });

  const LOST: [title: string, faults: Fault[]][] = [
    [
      "whose response was always lost",
      [{ operation: "replaceV2Policy", reset: true, afterCommit: true, times: Infinity }],
    ],
    [
      "whose response was lost and whose policy could not be read",
      [
        { operation: "replaceV2Policy", reset: true, afterCommit: true },
        { operation: "getV2Policy", nth: 2, status: 503, times: Infinity },
      ],
    ],
  ];
  for (const [title, faults] of LOST) {
    for (const more of [{}, { settle: { afterCreate: 0.001 } }]) {
      const note = Object.keys(more).length > 0 ? " and a changed settle" : "";
      it(`reverts an update ${title} with the previous program${note}`, async () => {
        expect(await engine.up({ one: { ...kms, roles: ["Reader"] } })).to.deep.equal(well);
        const lifts = faults.map(iam.inject);
        const { errors } = await engine.up({ one: { ...kms, roles: ["Manager"] } });
        for (const lift of lifts) lift();
        expect(errors).to.have.length(1);
        expect(rolesHeld(), "IAM made the change").to.deep.equal([[role("Manager")]]);
        expect(await engine.up({ one: { ...kms, roles: ["Reader"], ...more } })).to.deep.equal(well);
        expect(rolesHeld()).to.deep.equal([[role("Reader")]]);
      });
    }
  }
});
