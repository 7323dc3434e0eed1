import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator } from "../../src/emulator";
import { openIam, type Iam } from "../../src/iam";
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
  });
});
