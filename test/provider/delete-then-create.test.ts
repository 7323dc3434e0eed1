import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Fault } from "../../src/emulator";
import { sdk } from "../support/iam-edits";
import { bucketInputs } from "../support/inputs";
import { failure, QUICK, startRig, type Rig } from "../support/provider";

const adopting = { ...bucketInputs(), adopt: true };

/** With `--replace` and `deleteBeforeReplace`, one run deletes the old policy and then creates the new one. */
describe("a policy that the same run deletes", () => {
  let rig: Rig;
  let old: Awaited<ReturnType<Rig["make"]>>;
  beforeEach(async () => {
    rig = await startRig();
    old = await rig.make(bucketInputs());
    // IAM keeps returning old data.
    rig.iam.behave({ lingersFor: Infinity });
  });

  const policyIds = () => rig.iam.policies().map(({ id }) => id);
  const count = (wanted: string) => rig.iam.calls().filter(({ operation }) => operation === wanted).length;
  /** A conflict with a policy that is already deleted. */
  const conflictWith = (policy: unknown, times: number): Fault => ({
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

  it("is not adopted by adopt: true if the list still contains it", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    const created = await rig.make(adopting, run);
    expect(created.id).not.to.equal(old.id);
    expect(policyIds()).to.deep.equal([created.id]);
  });

  it("is not adopted by its id if a read still returns it, and the error explains why", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    const { message } = await failure(rig.make({ ...bucketInputs(), adopt: old.id }, run));
    expect(message).to.include(`adopt names policy ${old.id}, which this run is deleting: remove adopt`);
  });

  for (const form of ["policy", "id", "nothing"] as const) {
    it(`does not count as a duplicate if the conflict contains ${form}: the create is repeated`, async () => {
      const [policy] = rig.iam.policies();
      const run = rig.next();
      await run.delete(old.id, old.state);
      rig.iam.inject(conflictWith({ policy, id: old.id, nothing: undefined }[form], 2));
      const created = await rig.make(form === "nothing" ? bucketInputs() : adopting, run);
      expect(created.id).not.to.equal(old.id);
      expect(policyIds()).to.deep.equal([created.id]);
    });
  }

  it("does not count as a duplicate if it was deleted outside the program and IAM shows that", async () => {
    rig.iam.behave({ lingersFor: 0 });
    await sdk(rig.iam).deleteV2Policy({ id: old.id });
    rig.iam.inject(conflictWith(old.id, 1));
    const created = await rig.make(adopting, rig.next());
    expect(policyIds()).to.deep.equal([created.id]);
  });

  it("does not hide the policy of a create whose response was lost", async () => {
    rig.iam.behave({ conflictsWith: "nothing" });
    const run = rig.next();
    await run.delete(old.id, old.state);
    rig.iam.inject({ operation: "createV2Policy", reset: true, afterCommit: true });
    const created = await rig.make(bucketInputs(), run);
    expect(policyIds()).to.deep.equal([created.id]);
  });

  it("is not reported as the cause of a failed create", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    rig.iam.inject({ operation: "createV2Policy", status: 503, times: Infinity });
    const { message } = await failure(rig.make(bucketInputs(), run));
    expect(message).to.include("IAM failed (503").and.not.to.include("already");
  });

  it("is reported as being deleted if IAM never stops returning it", async () => {
    const run = rig.next();
    await run.delete(old.id, old.state);
    for (const [inputs, policy] of [
      [adopting, old.id],
      [bucketInputs(), undefined],
    ] as const) {
      const stopFailing = rig.iam.inject(conflictWith(policy, Infinity));
      const { message } = await failure(rig.make(inputs, run));
      stopFailing();
      expect(message)
        .to.include(`the authorization already exists (409 policy_conflict_error): ${old.id} with`)
        .and.to.include("This run is deleting it, and IAM still returns it: run pulumi refresh")
        .and.not.to.include("adopt:");
    }
    expect(policyIds()).to.deep.equal([]);
  });

  it("is not adopted while its delete is in flight", async () => {
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
      const created = await creating;
      expect(policyIds()).to.deep.equal([created?.id]);
    }
  });

  it("is adopted if IAM refused to delete it", async () => {
    const run = rig.next();
    rig.iam.inject({ operation: "deleteV2Policy", status: 403 });
    await failure(run.delete(old.id, old.state));
    expect((await rig.make(adopting, run)).id).to.equal(old.id);
    expect(policyIds()).to.deep.equal([old.id]);
  });

  const UNKNOWN_OUTCOMES: [title: string, faults: Fault[]][] = [
    [
      "every response to the delete was lost",
      [{ operation: "deleteV2Policy", times: Infinity, afterCommit: true, reset: true }],
    ],
    [
      "the response was lost and the policy could not be read",
      [
        { operation: "deleteV2Policy", afterCommit: true, reset: true },
        { operation: "getV2Policy", status: 403 },
      ],
    ],
  ];
  for (const [title, faults] of UNKNOWN_OUTCOMES) {
    it(`is not adopted if ${title}, because it may be deleted`, async () => {
      const run = rig.next({}, { ...QUICK, propagation: 10_000 });
      const stopFaults = faults.map(rig.iam.inject);
      await failure(run.delete(old.id, old.state));
      for (const stop of stopFaults) stop();
      const created = await rig.make(adopting, run);
      expect(policyIds()).to.deep.equal([created.id]);
    });
  }

  it("is deleted by a second delete if the first one failed, and not again after a successful one", async () => {
    const run = rig.next();
    rig.iam.inject({ operation: "deleteV2Policy", status: 403 });
    await failure(run.delete(old.id, old.state));
    await run.delete(old.id, old.state);
    await run.delete(old.id, old.state);
    expect(count("deleteV2Policy")).to.equal(2);
    expect(policyIds()).to.deep.equal([]);
  });
});
