import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Fault } from "../../src/emulator";
import { sdk } from "../support/iam-edits";
import { bucketInputs } from "../support/inputs";
import { failure, QUICK, startRig, type Rig } from "../support/provider";

const adopting = { ...bucketInputs(), adopt: true };

/** What `--replace` does with `deleteBeforeReplace`: in one run the old policy is removed, and then one is made. */
describe("a policy that the same run removes", () => {
  let rig: Rig;
  let old: Awaited<ReturnType<Rig["make"]>>;
  beforeEach(async () => {
    rig = await startRig();
    old = await rig.make(bucketInputs());
    // IAM's answers are some time old.
    rig.iam.behave({ lingersFor: Infinity });
  });

  const held = () => rig.iam.policies().map(({ id }) => id);
  const count = (wanted: string) => rig.iam.calls().filter(({ operation }) => operation === wanted).length;
  /** IAM's check for a policy that says the same, as it was before the removal. */
  const inTheWay = (policy: unknown, times: number): Fault => ({
    operation: "createV2Policy",
    times,
    status: 409,
    body: JSON.stringify({
      errors: [
        {
          code: "policy_conflict_error",
          message: "identical attributes and roles already exist",
          ...(policy !== undefined && { details: { conflicts_with: { policy } } }),
        },
      ],
    }),
  });

  it("is not taken over by adopt: true, though a list still shows it", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    const made = await rig.make(adopting, run);
    expect(made.id).not.to.equal(old.id);
    expect(held()).to.deep.equal([made.id]);
  });

  it("is not taken over by its id, though a read still shows it, and the error says why", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    const { message } = await failure(rig.make({ ...bucketInputs(), adopt: old.id }, run));
    expect(message).to.include(`adopt names policy ${old.id}, which this run is deleting: remove adopt`);
  });

  for (const form of ["policy", "id", "nothing"] as const) {
    it(`is not taken for one in the way, where IAM's answer holds ${form}: it is asked again`, async () => {
      const [policy] = rig.iam.policies();
      const run = rig.next();
      await run.delete(old.id, old.state);
      rig.iam.inject(inTheWay({ policy, id: old.id, nothing: undefined }[form], 2));
      const made = await rig.make(form === "nothing" ? bucketInputs() : adopting, run);
      expect(made.id).not.to.equal(old.id);
      expect(held()).to.deep.equal([made.id]);
    });
  }

  it("is not taken for one in the way where somebody else removed it, and IAM shows that by now", async () => {
    rig.iam.behave({ lingersFor: 0 });
    await sdk(rig.iam).deleteV2Policy({ id: old.id });
    rig.iam.inject(inTheWay(old.id, 1));
    const made = await rig.make(adopting, rig.next());
    expect(held()).to.deep.equal([made.id]);
  });

  it("does not hide what a create made whose answer was lost", async () => {
    rig.iam.behave({ conflictsWith: "nothing" });
    const run = rig.next();
    await run.delete(old.id, old.state);
    rig.iam.inject({ operation: "createV2Policy", reset: true, afterCommit: true });
    const made = await rig.make(bucketInputs(), run);
    expect(held()).to.deep.equal([made.id]);
  });

  it("is not taken for the reason why nothing could be made", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    rig.iam.inject({ operation: "createV2Policy", status: 503, times: Infinity });
    const { message } = await failure(rig.make(bucketInputs(), run));
    expect(message).to.include("IAM failed (503").and.not.to.include("already");
  });

  it("is said to be removed where IAM never shows that", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    for (const [inputs, policy] of [
      [adopting, old.id],
      [bucketInputs(), undefined],
    ] as const) {
      const lift = rig.iam.inject(inTheWay(policy, Infinity));
      const { message } = await failure(rig.make(inputs, run));
      lift();
      expect(message)
        .to.include(`the authorization already exists (409 policy_conflict_error): ${old.id} with`)
        .and.to.include("This run is deleting it, and IAM still returns it: run pulumi refresh")
        .and.not.to.include("adopt:");
    }
    expect(held()).to.deep.equal([]);
  });

  it("is not taken over while the call that removes it is under way", async () => {
    for (const adopt of [true, false]) {
      rig.iam.reset();
      old = await rig.make(bucketInputs(), rig.next());
      const run = rig.next({ IBMCLOUD_ADOPT_OWN: "true" }, { ...QUICK, firstDelay: 20, longestDelay: 50 });
      const wanted = await rig.checked({ ...bucketInputs(), adopt }, run);
      let creating: ReturnType<typeof run.create> | undefined;
      rig.iam.inject({
        operation: "deleteV2Policy",
        meanwhile: async () => {
          creating = run.create(wanted);
          for (let waits = 0; count("createV2Policy") < 2 && waits < 200; waits += 1) await sleep(1);
        },
      });
      await run.delete(old.id, old.state);
      const made = await creating;
      expect(held()).to.deep.equal([made?.id]);
    }
  });

  it("is taken over where IAM refused to remove it", async () => {
    const run = rig.next();
    rig.iam.inject({ operation: "deleteV2Policy", status: 403 });
    await failure(run.delete(old.id, old.state));
    expect((await rig.make(adopting, run)).id).to.equal(old.id);
    expect(held()).to.deep.equal([old.id]);
  });

  const UNSURE: [title: string, faults: Fault[]][] = [
    [
      "no good answer came",
      [{ operation: "deleteV2Policy", times: Infinity, afterCommit: true, reset: true }],
    ],
    [
      "the answer was lost and what IAM holds could not be read",
      [
        { operation: "deleteV2Policy", afterCommit: true, reset: true },
        { operation: "getV2Policy", status: 403 },
      ],
    ],
  ];
  for (const [title, faults] of UNSURE) {
    it(`is not taken over where ${title}: it may be removed`, async () => {
      const run = rig.next({}, { ...QUICK, propagation: 10_000 });
      const lifts = faults.map(rig.iam.inject);
      await failure(run.delete(old.id, old.state));
      for (const lift of lifts) lift();
      const made = await rig.make(adopting, run);
      expect(held()).to.deep.equal([made.id]);
    });
  }

  it("is removed by a second delete where the first one failed, and left alone after one that did not", async () => {
    const run = rig.next();
    rig.iam.inject({ operation: "deleteV2Policy", status: 403 });
    await failure(run.delete(old.id, old.state));
    await run.delete(old.id, old.state);
    await run.delete(old.id, old.state);
    expect(count("deleteV2Policy")).to.equal(2);
    expect(held()).to.deep.equal([]);
  });
});
