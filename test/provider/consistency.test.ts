import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Policy } from "../../src/emulator";
import { DEFAULT_TIMEOUTS } from "../../src/iam/config";
import type { Inputs, State } from "../../src/provider/types";
import { edit, sdk } from "../support/iam-edits";
import { bucketInputs } from "../support/inputs";
import { failure, QUICK, startRig, type Rig } from "../support/provider";

/** Returns the number of calls of one operation. */
function count(rig: Rig, operation: string): number {
  return rig.iam.calls().filter((call) => call.operation === operation).length;
}

/** Long timeouts, for tests that count calls. */
const PATIENT = { ...QUICK, retryTimeout: 10_000, propagation: 10_000 };

describe("an eventually consistent IAM", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("makes read, update and delete repeat the read of a new policy", async () => {
    for (const operation of ["read", "update", "delete"] as const) {
      rig.iam.reset();
      rig.iam.behave({ visibleAfter: Infinity });
      const { id, state } = await rig.make(bucketInputs(), rig.next());
      rig.iam.inject({
        operation: "getV2Policy",
        nth: 3,
        meanwhile: () => rig.iam.behave({ visibleAfter: 0 }),
      });
      const run = rig.next({}, PATIENT);
      const wanted = await rig.checked({ ...bucketInputs(), roles: ["Reader"] }, run);
      if (operation === "read") expect((await run.read(id, state)).id).to.equal(id);
      if (operation === "update") await run.update(id, state, wanted);
      if (operation === "delete") await run.delete(id, state);
      expect(count(rig, "getV2Policy")).to.be.at.least(3);
      expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal(
        { read: [2], update: [1], delete: [] }[operation],
      );
    }
  });

  it("makes read wait for the version that an update returned", async () => {
    const { id, state } = await rig.make(bucketInputs());
    rig.iam.behave({ staleFor: Infinity });
    // IAM's times have milliseconds, and the two versions must have different times.
    await sleep(5);
    const run = rig.next();
    const { outs } = await run.update(
      id,
      state,
      await rig.checked({ ...bucketInputs(), roles: ["Reader"] }, run),
    );
    rig.iam.inject({ operation: "getV2Policy", nth: 3, meanwhile: () => rig.iam.behave({ staleFor: 0 }) });
    const read = await rig.next({}, PATIENT).read(id, outs ?? state);
    expect(read.props).to.deep.equal(outs);
  });

  it("is read once for an old policy", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const old = {
      ...state,
      createdAt: "2020-01-01T00:00:00.000Z",
      lastModifiedAt: "2020-01-01T00:00:00.000Z",
    };
    rig.iam.behave({ deletedIs: "hidden" });
    await sdk(rig.iam).deleteV2Policy({ id });
    expect(await rig.next().read(id, old)).to.deep.equal({});
    expect(count(rig, "getV2Policy")).to.equal(1);
  });

  it("lets delete succeed for a deleted policy, shown or hidden", async () => {
    for (const deletedIs of ["shown", "hidden"] as const) {
      rig.iam.behave({ deletedIs });
      const { id, state } = await rig.make(bucketInputs(), rig.next());
      await rig.next().delete(id, state);
      await rig.next().delete(id, state);
      expect(rig.iam.policies()).to.deep.equal([]);
    }
  });
});

describe("a response that is not IAM's", () => {
  const GATEWAY = { status: 404, body: "<html>An 404 error occurred in iam-gateway.</html>" };
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("does not prove that a policy is gone", async () => {
    const { id, state } = await rig.make(bucketInputs());
    rig.iam.inject({ operation: "*", when: ({ path }) => path.includes(id), times: Infinity, ...GATEWAY });
    const wanted = await rig.checked({ ...bucketInputs(), roles: ["Reader"] }, rig.next());
    for (const work of [
      () => rig.next().read(id, state),
      () => rig.next().update(id, state, wanted),
      () => rig.next().delete(id, state),
      () => rig.next().read(id, {}),
    ]) {
      expect((await failure(work())).message).to.include("The response is not from IAM");
    }
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("does not prove that a policy is deleted", async () => {
    const { id, state } = await rig.make(bucketInputs());
    rig.iam.inject({ operation: "deleteV2Policy", body: "<html>log in</html>", times: Infinity });
    // The first delete may have taken effect although IAM still returns the policy.
    expect(await failure(rig.next().delete(id, state))).to.have.property("code", "outcome-unknown");
    expect(rig.iam.policies()).to.have.length(1);
  });
});

describe("an IAM without ETags", () => {
  it("accepts updates", async () => {
    const rig = await startRig();
    rig.iam.behave({ etagHeader: false });
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    await run.update(id, state, await rig.checked({ ...bucketInputs(), description: "why" }, run));
    expect(rig.iam.policies()[0]?.description).to.equal("why");
  });

  it("does not lose a change of the scope between the read and the replace", async () => {
    const rig = await startRig();
    rig.iam.behave({ etagHeader: false });
    const { id, state } = await rig.make(bucketInputs());
    const [{ type, subject, resource, control }] = rig.iam.policies() as [Policy];
    const narrower = [...resource.attributes, { key: "region", operator: "stringEquals", value: "eu-de" }];
    rig.iam.inject({
      operation: "getPolicy",
      meanwhile: async () => {
        // IAM's times have milliseconds, and the two versions must have different times.
        await sleep(5);
        const edited = { type, subject, resource: { attributes: narrower }, control };
        await sdk(rig.iam).replaceV2Policy({ id, ifMatch: "*", ...edited });
      },
    });
    const run = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), description: "why" }, run);
    const { message } = await failure(run.update(id, state, wanted));
    expect(message).to.include("its scope in IAM is not the declared one");
    expect(rig.iam.policies()[0]?.resource.attributes).to.deep.equal(narrower);
  });
});

describe("a clock that is less than two seconds ahead of IAM's", () => {
  const { now } = Date;
  afterEach(() => {
    Date.now = now;
  });

  it("does not prevent a create with a lost response from finding its authorization", async () => {
    const rig = await startRig();
    const run = rig.next({}, { ...QUICK, clockTolerance: DEFAULT_TIMEOUTS.clockTolerance });
    const wanted = await rig.checked(bucketInputs(), run);
    rig.iam.inject({ operation: "createV2Policy", reset: true, afterCommit: true });
    // The Date header has whole seconds, so it is exact only at the beginning of a second.
    await sleep(1_010 - (now() % 1_000));
    Date.now = () => now() + 1_700;
    const { id } = await run.create(wanted);
    expect(rig.iam.policies().map((each) => each.id)).to.deep.equal([id]);
  });
});

describe("settle", () => {
  it("waits after create and before delete, and is in state", async () => {
    const rig = await startRig();
    const settle = { afterCreate: 0.02, beforeDelete: 0.02 };
    const { id, state } = await rig.make({ ...bucketInputs(), settle });
    expect(state.settle).to.deep.equal(settle);
    const read = await rig.next().read(id, state);
    expect(read.inputs).to.deep.include({ settle });
    await rig.next().delete(id, state);
    expect(rig.iam.policies()).to.deep.equal([]);
  });

  it("changes only in state and without a call, like adopt", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), settle: { beforeDelete: 1 }, adopt: id }, run);
    expect(await run.diff(id, state, wanted)).to.deep.include({ changes: true, replaces: [] });
    const before = rig.iam.calls().length;
    const { outs } = await run.update(id, state, wanted);
    expect(rig.iam.calls()).to.have.length(before);
    expect(outs).to.deep.equal({ ...state, settle: { beforeDelete: 1 }, adopt: id });
    const { outs: back } = await run.update(id, outs ?? state, await rig.checked(bucketInputs(), run));
    expect(back).to.deep.equal(state);
  });
});

describe("an incomplete authorization", () => {
  it("is stored with its id, properties and error, and an update completes it", async () => {
    const rig = await startRig();
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    const run = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), adopt: true }, run);
    rig.iam.inject({ operation: "replaceV2Policy", status: 403 });
    const inputs = { ...wanted, __provider: "text" } as Inputs;
    const error = (await failure(run.create(inputs))) as Error & {
      id?: string;
      properties?: object;
      reasons?: string[];
    };
    expect(error.id).to.equal(id);
    expect(error.reasons).to.deep.equal([error.message]);
    expect(error.message).to.include("403");
    expect(error.properties).to.deep.include({ __provider: "text", roles: ["Writer"], adopt: true });
    const next = rig.next();
    const state = error.properties as State;
    await next.update(id, state, await rig.checked({ ...bucketInputs(), adopt: true }, next));
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
  });
});

describe("a role name that two roles of a policy share", () => {
  it("is not used for either role, so that drift is visible", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    await edit(rig.iam, id, (policy) => {
      policy.control.grant.roles.push({ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Writer" });
    });
    rig.iam.inject({
      operation: "getV2Policy",
      body: JSON.stringify({
        ...rig.iam.policies()[0],
        control: {
          grant: {
            roles: rig.iam
              .policies()[0]
              ?.control.grant.roles.map((role) => ({ ...role, display_name: "reader" })),
          },
        },
      }),
    });
    const read = await rig.next().read(id, state);
    expect((read.props as typeof state).roles).to.have.length(2);
  });
});
