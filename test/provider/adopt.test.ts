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

describe("adopt: true on many resources", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  const counts = () => {
    const names = rig.iam.calls().map(({ operation }) => operation);
    const count = (wanted: string) => names.filter((each) => each === wanted).length;
    return { lists: count("listV2Policies"), reads: count("getV2Policy"), creates: count("createV2Policy") };
  };
  const policyIds = () => rig.iam.policies().map(({ id }) => id);

  it("uses one list for all resources without a policy to adopt, in parallel or in sequence", async () => {
    const run = rig.next();
    await Promise.all(twenty.slice(0, 10).map((each) => rig.make(each, run)));
    for (const each of twenty.slice(10)) await rig.make(each, run);
    expect(rig.iam.policies()).to.have.length(20);
    expect(counts()).to.deep.equal({ lists: 1, reads: 0, creates: 20 });
  });

  it("adopts all policies of one list, and reads each one first", async () => {
    const created = await Promise.all(twenty.map((each) => rig.make({ ...each, adopt: false })));
    const run = rig.next();
    const adopted = await Promise.all(twenty.map((each) => rig.make(each, run)));
    expect(adopted.map(({ id }) => id)).to.deep.equal(created.map(({ id }) => id));
    expect(counts(), "one list for each run").to.deep.equal({ lists: 2, reads: 20, creates: 20 });
  });

  it("does not adopt a policy that was deleted after the list", async () => {
    let { id } = await rig.make({ ...bucket("one"), adopt: false });
    for (const deletedIs of ["shown", "hidden"] as const) {
      rig.iam.behave({ deletedIs });
      const run = rig.next();
      await rig.make(bucket(`first-${deletedIs}`), run);
      await sdk(rig.iam).deleteV2Policy({ id });
      ({ id } = await rig.make(bucket("one"), run));
      expect(policyIds()).to.include(id);
    }
  });

  it("does not adopt a policy whose scope changed after the list", async () => {
    const { id } = await rig.make({ ...bucket("one"), adopt: false });
    const run = rig.next();
    await rig.make(bucket("first"), run);
    await edit(rig.iam, id, (policy) => policy.resource?.attributes.pop());
    const created = await rig.make(bucket("one"), run);
    expect(policyIds()).to.have.length(3).and.to.include(created.id);
    expect(created.id).not.to.equal(id);
  });

  it("adopts a policy that replaced the listed one", async () => {
    const { id } = await rig.make({ ...bucket("one"), adopt: false });
    const run = rig.next();
    await rig.make(bucket("first"), run);
    await sdk(rig.iam).deleteV2Policy({ id });
    const theirs = await rig.make({ ...bucket("one"), roles: ["Writer"], adopt: false }, rig.next());
    expect((await rig.make(bucket("one"), run)).id).to.equal(theirs.id);
  });

  it("adopts the only remaining policy of several listed ones", async () => {
    const gone = await rig.make({ ...bucket("one"), roles: ["Reader"], adopt: false });
    const remaining = await rig.make({ ...bucket("one"), roles: ["Writer"], adopt: false });
    const run = rig.next();
    await rig.make(bucket("first"), run);
    await sdk(rig.iam).deleteV2Policy({ id: gone.id });
    expect((await rig.make(bucket("one"), run)).id).to.equal(remaining.id);
  });

  it("finds a policy that a create with a lost response left in the same run", async () => {
    const run = rig.next();
    const stopFailing = rig.iam.inject({
      operation: "createV2Policy",
      status: 503,
      afterCommit: true,
      times: Infinity,
    });
    const allowList = rig.iam.inject({ operation: "listV2Policies", nth: 2, status: 403 });
    await failure(rig.make(bucket("one"), run));
    stopFailing();
    allowList();
    const [lost] = policyIds();
    expect((await rig.make({ ...bucket("one"), roles: ["Writer"] }, run)).id).to.equal(lost);
  });

  it("requests the list again after a failed request", async () => {
    const run = rig.next();
    rig.iam.inject({ operation: "listV2Policies", status: 403 });
    expect((await failure(rig.makeUncompared(bucket("one"), run))).message).to.include("403");
    await rig.makeUncompared(bucket("one"), run);
    expect(policyIds()).to.have.length(1);
  });
});
