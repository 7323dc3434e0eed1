import { expect } from "chai";
import { edit, sdk } from "../support/iam-edits";
import { bucketInputs } from "../support/inputs";
import { failure, startRig, type Rig } from "../support/provider";

const bucket = (resource: string) => ({
  ...bucketInputs(),
  target: { ...bucketInputs().target, resource },
  adopt: true,
});
const twenty = Array.from({ length: 20 }, (_, at) => bucket(`b-${at}`));

describe("adopt: true of many", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  const counts = () => {
    const names = rig.iam.calls().map(({ operation }) => operation);
    const count = (wanted: string) => names.filter((each) => each === wanted).length;
    return { lists: count("listV2Policies"), reads: count("getV2Policy"), creates: count("createV2Policy") };
  };
  const held = () => rig.iam.policies().map(({ id }) => id);

  it("looks in one list for all of which there is nothing, at once or one after the other", async () => {
    const run = rig.next();
    await Promise.all(twenty.slice(0, 10).map((each) => rig.make(each, run)));
    for (const each of twenty.slice(10)) await rig.make(each, run);
    expect(rig.iam.policies()).to.have.length(20);
    expect(counts()).to.deep.equal({ lists: 1, reads: 0, creates: 20 });
  });

  it("takes all of them out of one list, each after a read of its own", async () => {
    const made = await Promise.all(twenty.map((each) => rig.make({ ...each, adopt: false })));
    const run = rig.next();
    const taken = await Promise.all(twenty.map((each) => rig.make(each, run)));
    expect(taken.map(({ id }) => id)).to.deep.equal(made.map(({ id }) => id));
    expect(counts()).to.deep.equal({ lists: 1, reads: 20, creates: 20 });
  });

  it("does not take what is gone since it was listed", async () => {
    let { id } = await rig.make({ ...bucket("one"), adopt: false });
    for (const deletedIs of ["shown", "hidden"] as const) {
      rig.iam.behave({ deletedIs });
      const run = rig.next();
      await rig.make(bucket(`first-${deletedIs}`), run);
      await sdk(rig.iam).deleteV2Policy({ id });
      ({ id } = await rig.make(bucket("one"), run));
      expect(held()).to.include(id);
    }
  });

  it("does not take what has another scope since it was listed", async () => {
    const { id } = await rig.make({ ...bucket("one"), adopt: false });
    const run = rig.next();
    await rig.make(bucket("first"), run);
    await edit(rig.iam, id, (policy) => policy.resource?.attributes.pop());
    const made = await rig.make(bucket("one"), run);
    expect(held()).to.have.length(3).and.to.include(made.id);
    expect(made.id).not.to.equal(id);
  });

  it("takes what stands in the place of what was listed", async () => {
    const { id } = await rig.make({ ...bucket("one"), adopt: false });
    const run = rig.next();
    await rig.make(bucket("first"), run);
    await sdk(rig.iam).deleteV2Policy({ id });
    const theirs = await rig.make({ ...bucket("one"), roles: ["Writer"], adopt: false }, rig.next());
    expect((await rig.make(bucket("one"), run)).id).to.equal(theirs.id);
  });

  it("is not unclear where but one is left of those that were listed", async () => {
    const gone = await rig.make({ ...bucket("one"), roles: ["Reader"], adopt: false });
    const left = await rig.make({ ...bucket("one"), roles: ["Writer"], adopt: false });
    const run = rig.next();
    await rig.make(bucket("first"), run);
    await sdk(rig.iam).deleteV2Policy({ id: gone.id });
    expect((await rig.make(bucket("one"), run)).id).to.equal(left.id);
  });

  it("finds what a create of the same run left whose answer was lost", async () => {
    const run = rig.next();
    const lift = rig.iam.inject({
      operation: "createV2Policy",
      status: 503,
      afterCommit: true,
      times: Infinity,
    });
    const unseen = rig.iam.inject({ operation: "listV2Policies", nth: 2, status: 403 });
    await failure(rig.make(bucket("one"), run));
    lift();
    unseen();
    const [left] = held();
    expect((await rig.make({ ...bucket("one"), roles: ["Writer"] }, run)).id).to.equal(left);
  });

  it("asks for the list again where it could not be had", async () => {
    const run = rig.next();
    rig.iam.inject({ operation: "listV2Policies", status: 403 });
    expect((await failure(rig.make(bucket("one"), run))).message).to.include("403");
    await rig.make(bucket("one"), run);
    expect(held()).to.have.length(1);
  });
});
