import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator } from "../../src/emulator";
import { openIam, type Iam } from "../../src/iam";
import { PolicyConflictError } from "../../src/iam/errors";
import type { PolicyBody } from "../../src/iam/types";
import { closing } from "../support/opened";
import { sdk } from "../support/iam-edits";
import { QUICK } from "../support/provider";

function body(accountId: string, instance: string): PolicyBody {
  const attribute = (key: string, value: string) => ({ key, operator: "stringEquals", value });
  const side = (service: string) => [attribute("serviceName", service), attribute("accountId", accountId)];
  return {
    subject: { attributes: [...side("event-notifications"), attribute("serviceInstance", instance)] },
    resource: { attributes: side("kms") },
    roleIds: ["crn:v1:bluemix:public:iam::::serviceRole:Reader"],
  };
}

describe("the policy cache of an IAM", () => {
  let emulator: IamEmulator;
  let iam: Iam;
  let ids: string[];
  const open = () =>
    openIam({
      config: (key) =>
        new Map([
          ["ibmcloud:apiKey", emulator.apiKey],
          ["ibmcloud:iamEndpoint", emulator.url],
        ]).get(key),
      env: {},
      timeouts: QUICK,
    });
  const calls = () =>
    emulator
      .calls()
      .flatMap(({ operation }) =>
        operation.endsWith("Policy") || operation === "listV2Policies" ? [operation] : [],
      );
  const lists = () => calls().filter((each) => each === "listV2Policies").length;
  beforeEach(async () => {
    emulator = closing(await startIamEmulator());
    iam = open();
    ids = [];
    for (let at = 0; at < 5; at += 1) {
      ids.push((await iam.createPolicy(body(emulator.accountId, `i-${at}`), () => false)).id);
    }
    iam = open();
  });
  const created = 5;

  describe("readPolicy", () => {
    it("reads one policy with one GET", async () => {
      expect((await iam.readPolicy(String(ids[0])))?.id).to.equal(ids[0]);
      expect(calls().slice(created)).to.deep.equal(["getV2Policy"]);
    });

    it("uses one list for many policies, in parallel or in sequence", async () => {
      const policies = await Promise.all(ids.map((id) => iam.readPolicy(id)));
      expect(policies.map((each) => each?.id)).to.deep.equal(ids);
      for (const id of ids) expect((await iam.readPolicy(id))?.id).to.equal(id);
      expect(calls().slice(created)).to.have.members(["getV2Policy", "listV2Policies"]);
    });

    it("returns role names for a GET and for the list", async () => {
      const policies = await Promise.all(ids.map((id) => iam.readPolicy(id)));
      for (const each of policies) expect(Object.values(each?.roleNames ?? {})).to.deep.equal(["Reader"]);
    });

    it("returns changes of the same run", async () => {
      const [one = "", two = ""] = ids;
      await Promise.all(ids.map((id) => iam.readPolicy(id)));
      await iam.updatePolicy(one, {}, (current) => current && { ...current, description: "new" });
      await iam.deletePolicy(two);
      expect((await iam.readPolicy(one))?.description).to.equal("new");
      expect(await iam.readPolicy(two)).to.equal(undefined);
    });

    it("reads by id if the list lacks the policy or has an older version", async () => {
      const [one = "", two = "", three = ""] = ids;
      await iam.readPolicy(one);
      await iam.readPolicy(one);
      await sdk(emulator).deleteV2Policy({ id: two });
      const later = new Date(Date.now() + 10_000).toISOString();
      expect((await iam.readPolicy(two, {}))?.id, "the cached list is out of date").to.equal(two);
      expect(await open().readPolicy(two)).to.equal(undefined);
      const before = calls().length;
      expect((await iam.readPolicy(three, { lastModifiedAt: later }))?.id).to.equal(three);
      expect(calls().slice(before)).to.include("getV2Policy");
      expect(await iam.readPolicy("11111111-0000-4000-8000-000000000000")).to.equal(undefined);
    });

    it("reads by id if the list is refused", async () => {
      emulator.inject({ operation: "listV2Policies", status: 403, times: Infinity });
      const policies = await Promise.all(ids.map((id) => iam.readPolicy(id)));
      expect(policies.map((each) => each?.id)).to.deep.equal(ids);
    });

    const FAILURES: Record<string, Partial<Fault>> = {
      "is refused": { status: 403 },
      fails: { status: 501 },
      "is hidden by a proxy's page": { body: "<p>Please log in</p>" },
    };
    for (const [title, fault] of Object.entries(FAILURES)) {
      it(`reads by id for the rest of the run if the list ${title}`, async () => {
        emulator.inject({ operation: "listV2Policies", ...fault, times: Infinity });
        const [one = "", two = ""] = ids;
        await iam.readPolicy(one);
        await iam.readPolicy(two);
        const attempts = lists();
        expect(attempts).to.be.at.least(1);
        for (const id of ids) expect((await iam.readPolicy(id))?.id).to.equal(id);
        await iam.updatePolicy(one, {}, (current) => current && { ...current, description: "new" });
        await Promise.all(ids.map((id) => iam.readPolicy(id)));
        expect(lists()).to.equal(attempts);
      });
    }

    it("uses the list again once findPolicies gets it", async () => {
      emulator.inject({ operation: "listV2Policies", status: 403 });
      for (const id of ids) await iam.readPolicy(id);
      await iam.findPolicies(body(emulator.accountId, "i-0"));
      const before = calls().length;
      for (const id of ids) expect((await iam.readPolicy(id))?.id).to.equal(id);
      expect(calls()).to.have.length(before);
    });

    it("reads only the policies by id that this run wrote or may have written", async () => {
      const [one = "", two = "", ...others] = ids;
      for (const id of ids) await iam.readPolicy(id);
      const update = (id: string) =>
        iam
          .updatePolicy(id, {}, (current) => current && { ...current, description: "new" })
          .catch(() => undefined);
      await update(one);
      emulator.inject({ operation: "replaceV2Policy", afterCommit: true, status: 501 });
      emulator.inject({ operation: "getV2Policy", nth: 2, status: 403 });
      await update(two);
      const before = calls().length;
      for (const id of [one, two]) expect((await iam.readPolicy(id))?.description).to.equal("new");
      expect(calls().slice(before)).to.deep.equal(["getV2Policy", "getV2Policy"]);
      for (const id of others) expect((await iam.readPolicy(id))?.id).to.equal(id);
      expect(calls()).to.have.length(before + 2);
    });
  });

  describe("findPolicies", () => {
    const scope = (at: number) => body(emulator.accountId, `i-${at}`);
    const find = async (at: number) => (await iam.findPolicies(scope(at))).map(({ id }) => id);
    const failing = async (write: Promise<unknown>): Promise<unknown> =>
      write.then(
        () => expect.fail("the write did not fail"),
        (error: unknown) => error,
      );

    it("uses one list, although each create finds a listed duplicate", async () => {
      for (const [at, id] of ids.entries()) {
        expect(await find(at)).to.deep.equal([id]);
        const error = await failing(iam.createPolicy(scope(at), () => false));
        expect(error).to.be.instanceOf(PolicyConflictError);
      }
      expect(lists()).to.equal(1);
    });

    it("uses the same list after writes that IAM refused, or that concern one policy only", async () => {
      const [one = "", two = ""] = ids;
      await find(0);
      const update = () =>
        iam.updatePolicy(one, {}, (current) => current && { ...current, description: "new" });
      const WRITES: [fault: Fault, write: () => Promise<unknown>][] = [
        [{ operation: "createV2Policy", status: 400 }, () => iam.createPolicy(scope(7), () => false)],
        [{ operation: "createV2Policy", status: 403 }, () => iam.createPolicy(scope(7), () => false)],
        [{ operation: "replaceV2Policy", status: 403 }, update],
        [{ operation: "replaceV2Policy", status: 412, times: Infinity }, update],
        [{ operation: "deleteV2Policy", status: 403 }, () => iam.deletePolicy(two)],
      ];
      for (const [fault, write] of WRITES) {
        const remove = emulator.inject(fault);
        await failing(write());
        remove();
        expect(await find(0)).to.deep.equal([one]);
      }
      expect(lists()).to.equal(1);
    });

    it("lists again after a conflict with a duplicate that the list lacks", async () => {
      expect(await find(8)).to.deep.equal([]);
      const other = await open().createPolicy(scope(8), () => false);
      await failing(iam.createPolicy(scope(8), () => false));
      expect(await find(8)).to.deep.equal([other.id]);
      expect(lists()).to.equal(2);
    });

    it("lists again after an update whose new content duplicates a policy that the list lacks", async () => {
      const [one = ""] = ids;
      expect(await find(0)).to.deep.equal([one]);
      const roleIds = ["crn:v1:bluemix:public:iam::::serviceRole:Writer"];
      const other = await open().createPolicy({ ...scope(0), roleIds }, () => false);
      const error = await failing(iam.updatePolicy(one, {}, (current) => current && { ...current, roleIds }));
      expect(error).to.be.instanceOf(PolicyConflictError);
      expect(await find(0)).to.have.members([one, other.id]);
    });

    it("lists again after a create whose outcome is unknown", async () => {
      expect(await find(9)).to.deep.equal([]);
      emulator.inject({ operation: "createV2Policy", afterCommit: true, status: 501 });
      emulator.inject({ operation: "listV2Policies", status: 403 });
      expect(await failing(iam.createPolicy(scope(9), () => false))).to.include({ outcomeUnknown: true });
      expect(await find(9)).to.have.length(1);
    });

    it("lists again after a conflict whose duplicate IAM doesn't show", async () => {
      expect(await find(9)).to.deep.equal([]);
      const remove = emulator.inject({ operation: "createV2Policy", status: 409, times: Infinity });
      const error = await failing(iam.createPolicy(scope(9), () => false));
      expect(error).not.to.be.instanceOf(PolicyConflictError);
      remove();
      const other = await open().createPolicy(scope(9), () => false);
      expect(await find(9)).to.deep.equal([other.id]);
    });
  });
});
