import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import { startIamEmulator, type Behavior, type IamEmulator } from "../../src/emulator";
import { sdk } from "../support/iam-edits";
import { connect, describeEmulator, type Answer, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, refusal } from "./answers";
import { bucketBody, granting, OBJECT_WRITER, READER, type Body } from "./bodies";
import { policyWriter, type PolicyWriter } from "./policy-writer";

const STALE = `9-${"0".repeat(32)}`;

describeEmulator("Behavior", () => {
  let iam: IamEmulator;
  let client: PolicyWriter["client"];
  let make: PolicyWriter["make"];
  let replace: PolicyWriter["replace"];
  let restore: PolicyWriter["restore"];
  let send: Connection["send"];
  let body: Body;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    ({ send } = connect(iam));
    body = bucketBody(iam.accountId, { description: "first" });
    ({ client, make, replace, restore } = policyWriter(iam, body));
  });

  /** Returns every call that concerns one policy. */
  const callsFor = (id: string): Record<string, () => Promise<Answer>> => ({
    "GET v2": () => send("GET", `/v2/policies/${id}`),
    "GET v1": () => send("GET", `/v1/policies/${id}`),
    "PUT v2": () => send("PUT", `/v2/policies/${id}`, { json: body, headers: { "if-match": "*" } }),
    "PATCH v1": () =>
      send("PATCH", `/v1/policies/${id}`, { json: { state: "active" }, headers: { "if-match": "*" } }),
    "DELETE v2": () => send("DELETE", `/v2/policies/${id}`),
    "DELETE v1": () => send("DELETE", `/v1/policies/${id}`),
  });
  /** Returns the descriptions of the listed policies, in v2 and v1. */
  async function listed(state?: string): Promise<(string | undefined)[][]> {
    const { accountId } = iam;
    const v2 = await client.listV2Policies({ accountId, state });
    const v1 = await client.listPolicies({ accountId, state });
    return [v2, v1].map(({ result }) => result.policies.map(({ description }) => description));
  }

  describe("as a whole", () => {
    const staleStatus = async (target: IamEmulator) => {
      const { result } = await sdk(target).createV2Policy({ ...bucketBody(target.accountId) });
      const params = { id: String(result.id), ifMatch: STALE, ...bucketBody(target.accountId) };
      return (await refusal(sdk(target).replaceV2Policy(params))).status;
    };

    it("is set by the options", async () => {
      const target = closing(await startIamEmulator({ staleEtagStatus: 409, etagHeader: false }));
      expect(await staleStatus(target)).to.equal(409);
      const { headers } = await sdk(target).createV2Policy({ ...bucketBody(target.accountId) });
      expect(headers).not.to.have.property("etag");
    });

    it("has its default for an undefined option", async () => {
      const target = closing(await startIamEmulator({ staleEtagStatus: undefined }));
      expect(await staleStatus(target)).to.equal(412);
    });

    it("keeps settings that a change omits or leaves undefined", async () => {
      iam.behave({ staleEtagStatus: 409 });
      iam.behave({ secondDelete: 204, staleEtagStatus: undefined });
      expect(await staleStatus(iam)).to.equal(409);
    });

    it("is kept by reset()", async () => {
      iam.behave({ staleEtagStatus: 409 });
      iam.reset();
      expect(await staleStatus(iam)).to.equal(409);
    });

    it("belongs to one emulator", async () => {
      iam.behave({ staleEtagStatus: 409 });
      expect(await staleStatus(closing(await startIamEmulator()))).to.equal(412);
    });
  });

  describe("visibleAfter", () => {
    it("hides a new policy from everything except the duplicate check", async () => {
      iam.behave({ visibleAfter: Infinity });
      const { id, etag } = await make();
      for (const [call, answer] of Object.entries(callsFor(id))) {
        expect(inShort(await answer()), call).to.equal("404 policy_not_found");
      }
      expect(await listed()).to.deep.equal([[], []]);
      const { details } = errorIn(await refusal(client.createV2Policy({ ...body })));
      expect(details?.conflicts_with).to.deep.include({ etag });
      expect(details?.conflicts_with?.policy).to.deep.include({ id });
      expect(iam.policies()).to.have.length(1);

      iam.behave({ visibleAfter: 0 });
      expect(await listed()).to.deep.equal([["first"], ["first"]]);
      for (const [call, answer] of Object.entries(callsFor(id))) {
        const expected: Record<string, string> = { "DELETE v2": "204", "DELETE v1": "404 policy_not_found" };
        expect(inShort(await answer()), call).to.equal(expected[call] ?? "200");
      }
    });

    it("does not hide a policy that was visible before", async () => {
      const { id } = await make();
      iam.behave({ visibleAfter: Infinity });
      await client.getV2Policy({ id });
      await replace(id, "*", { description: "second" });
      expect(await listed()).to.deep.equal([["second"], ["second"]]);
    });

    it("ends after the given time", async () => {
      iam.behave({ visibleAfter: 30 });
      const { id } = await make();
      while ((await send("GET", `/v2/policies/${id}`)).status === 404) await pause(5);
      expect(await listed()).to.deep.equal([["first"], ["first"]]);
    });
  });

  describe("staleFor", () => {
    it("returns the version before a replacement, and compares If-Match with the current one", async () => {
      const made = await make();
      const { id } = made;
      iam.behave({ staleFor: Infinity });
      const second = String((await replace(id, made.etag, { description: "second" })).headers.etag);
      const shown = async () => {
        const answers = [await client.getV2Policy({ id }), await client.getPolicy({ policyId: id })];
        return answers.map(({ result, headers }) => [result.description, headers.etag]);
      };
      const old = ["first", made.etag];
      expect(await shown()).to.deep.equal([old, old]);
      expect(await listed()).to.deep.equal([["first"], ["first"]]);
      expect((await refusal(replace(id, made.etag))).status).to.equal(412);
      const third = String((await replace(id, second, { description: "third" })).headers.etag);
      expect(await shown()).to.deep.equal([old, old]);
      expect(iam.policies().map(({ description }) => description)).to.deep.equal(["third"]);

      iam.behave({ staleFor: 0 });
      expect(await shown()).to.deep.equal([
        ["third", third],
        ["third", third],
      ]);
      expect(await listed()).to.deep.equal([["third"], ["third"]]);
    });

    it("does not apply to earlier replacements or to deletions", async () => {
      const { id, etag } = await make();
      await replace(id, etag, { description: "second" });
      iam.behave({ staleFor: Infinity });
      expect((await client.getV2Policy({ id })).result.description).to.equal("second");
      await replace(id, "*", { description: "third" });
      await client.deleteV2Policy({ id });
      expect((await client.getV2Policy({ id })).result).to.include({
        state: "deleted",
        description: "third",
      });
      expect(await listed()).to.deep.equal([[], []]);
    });

    it("ends after the given time", async () => {
      iam.behave({ staleFor: 30 });
      const { id, etag } = await make();
      await replace(id, etag, { description: "second" });
      while ((await client.getV2Policy({ id })).result.description !== "second") await pause(5);
      expect(await listed()).to.deep.equal([["second"], ["second"]]);
    });
  });

  describe("lingersFor", () => {
    it("returns a deleted policy as active, while writes see the deletion", async () => {
      iam.behave({ lingersFor: Infinity });
      const { id, etag } = await make();
      await client.deleteV2Policy({ id });
      const { "GET v2": v2, "GET v1": v1, "PUT v2": put, "DELETE v2": remove } = callsFor(id);
      for (const shown of [await v2?.(), await v1?.()]) {
        expect(shown).to.deep.include({ status: 200 });
        expect(shown?.headers).to.include({ etag });
        expect(shown?.body).to.include({ state: "active" });
      }
      expect(await listed()).to.deep.equal([["first"], ["first"]]);
      expect(await listed("deleted")).to.deep.equal([[], []]);
      for (const change of [await put?.(), await remove?.()]) {
        expect(change && inShort(change)).to.equal("404 policy_not_found");
      }
      const again = await make();
      expect(iam.policies().map((each) => each.id)).to.deep.equal([again.id]);
      expect(await listed()).to.deep.equal([
        ["first", "first"],
        ["first", "first"],
      ]);

      iam.behave({ lingersFor: 0 });
      expect((await client.getV2Policy({ id })).result.state).to.equal("deleted");
      expect(await listed()).to.deep.equal([["first"], ["first"]]);
    });

    it("does not apply to earlier deletions or to restored policies", async () => {
      const { id } = await make();
      await client.deleteV2Policy({ id });
      iam.behave({ lingersFor: Infinity });
      expect(await listed()).to.deep.equal([[], []]);
      await restore(id);
      expect((await client.getV2Policy({ id })).result.state).to.equal("active");
    });

    it("ends after the given time", async () => {
      iam.behave({ lingersFor: 30 });
      const { id } = await make();
      await client.deleteV2Policy({ id });
      while ((await client.getV2Policy({ id })).result.state !== "deleted") await pause(5);
      expect(await listed()).to.deep.equal([[], []]);
    });
  });

  describe("deletedIs", () => {
    const SHOWN: [deletedIs: Behavior["deletedIs"], answer: string][] = [
      ["shown", "200"],
      ["hidden", "404 policy_not_found"],
    ];
    for (const [deletedIs, answer] of SHOWN) {
      it(`${deletedIs} returns ${answer} to GET, and does not affect list and restore`, async () => {
        iam.behave({ deletedIs });
        const { id } = await make();
        await client.deleteV2Policy({ id });
        const { "GET v2": v2, "GET v1": v1 } = callsFor(id);
        expect([await v2?.(), await v1?.()].map((each) => each && inShort(each))).to.deep.equal([
          answer,
          answer,
        ]);
        expect(await listed("deleted")).to.deep.equal([["first"], ["first"]]);
        await restore(id);
        expect((await client.getV2Policy({ id })).result.state).to.equal("active");
      });
    }
  });

  describe("secondDelete", () => {
    const AGAIN: [secondDelete: Behavior["secondDelete"], answer: string][] = [
      [404, "404 policy_not_found"],
      [204, "204"],
    ];
    for (const [secondDelete, answer] of AGAIN) {
      it(`is the status of a repeated DELETE, which changes nothing: ${answer}`, async () => {
        iam.behave({ secondDelete });
        const { id } = await make();
        await client.deleteV2Policy({ id });
        const before = iam.policies({ state: "all" });
        for (const version of ["v1", "v2"]) {
          expect(inShort(await send("DELETE", `/${version}/policies/${id}`))).to.equal(answer);
        }
        expect(iam.policies({ state: "all" })).to.deep.equal(before);
        expect((await send("DELETE", "/v2/policies/unknown")).status).to.equal(404);
      });
    }
  });

  describe("etagHeader", () => {
    for (const etagHeader of [true, false]) {
      it(`${etagHeader} ${etagHeader ? "sends" : "omits"} the ETag of every response`, async () => {
        iam.behave({ etagHeader });
        const { result, headers } = await client.createV2Policy({ ...body });
        const id = String(result.id);
        const answers = {
          "POST v2": headers,
          "GET v2": (await client.getV2Policy({ id })).headers,
          "GET v1": (await client.getPolicy({ policyId: id })).headers,
          "PUT v2": (await replace(id, "*")).headers,
          "PATCH v1": (await restore(id)).headers,
        };
        for (const [call, each] of Object.entries(answers)) {
          expect("etag" in each, call).to.equal(etagHeader);
        }
      });
    }

    it("false still requires If-Match", async () => {
      iam.behave({ etagHeader: false });
      const { id } = await make();
      expect(inShort(await send("PUT", `/v2/policies/${id}`, { json: body }))).to.equal("400 invalid_body");
    });
  });

  describe("conflictsWith", () => {
    type Holds = (etag: string, policy: unknown, id: string) => unknown;
    const FORMS: [conflictsWith: Behavior["conflictsWith"], holds: Holds][] = [
      ["policy", (etag, policy) => ({ conflicts_with: { etag, policy } })],
      ["id", (etag, _policy, id) => ({ conflicts_with: { etag, policy: id } })],
      ["nothing", () => undefined],
    ];
    for (const [conflictsWith, holds] of FORMS) {
      it(`${conflictsWith} sets the details of every kind of conflict`, async () => {
        iam.behave({ conflictsWith, staleEtagStatus: 409 });
        const { id: deleted } = await make();
        await client.deleteV2Policy({ id: deleted });
        const { id, etag } = await make();
        const { result: v1 } = await client.getPolicy({ policyId: id });
        const { id: other } = await make(bucketBody(iam.accountId));
        const v2 = iam.policies()[0];
        const conflicts: [call: Promise<unknown>, policy: unknown][] = [
          [client.createV2Policy({ ...body }), v2],
          [replace(other, "*"), v2],
          [replace(id, STALE), v2],
          [restore(deleted), v1],
        ];
        for (const [call, policy] of conflicts) {
          const answer = await refusal(call);
          expect(inShort(answer)).to.equal("409 policy_conflict_error");
          expect(errorIn(answer).details).to.deep.equal(holds(etag, policy, id));
        }
      });
    }
  });

  describe("quota", () => {
    it("limits the active policies of an account", async () => {
      iam.behave({ quota: 2 });
      const [first, second] = [await make(), await make(bucketBody(iam.accountId))];
      const full = await refusal(client.createV2Policy({ ...bucketBody(iam.accountId) }));
      expect(inShort(full)).to.equal("422 unable_to_process");
      expect(errorIn(full).message).to.equal("Exceeded maximum policies quota error");
      expect((await refusal(client.createV2Policy({ ...body }))).status).to.equal(409);
      await replace(first.id, "*", { control: granting(READER, OBJECT_WRITER) });
      await restore(first.id);
      await client.deleteV2Policy({ id: second.id });
      await make(bucketBody(iam.accountId));
      expect(inShort(await refusal(restore(second.id)))).to.equal("422 unable_to_process");
      expect(iam.policies()).to.have.length(2);
    });

    it("applies to each account separately", async () => {
      const accounts = ["1", "2"].map((digit) => ({ id: digit.repeat(32), apiKeys: [digit], iamId: digit }));
      const [one, two] = accounts as [(typeof accounts)[0], (typeof accounts)[0]];
      const target = closing(await startIamEmulator({ accounts: [one, two], quota: 1 }));
      for (const { id, apiKeys } of accounts) {
        const { status } = await sdk({ url: target.url, apiKey: String(apiKeys[0]) }).createV2Policy({
          ...bucketBody(id),
        });
        expect(status).to.equal(201);
      }
    });

    it("is IBM's limit by default", async () => {
      iam.seed(Array.from({ length: 4019 }, () => ({ ...bucketBody(iam.accountId), type: "authorization" })));
      await make();
      expect((await refusal(client.createV2Policy({ ...bucketBody(iam.accountId) }))).status).to.equal(422);
    });
  });

  describe("callsPerSecond", () => {
    const list = () => client.listV2Policies({ accountId: iam.accountId });

    it("limits the calls per second; further calls get 429 with Retry-After", async () => {
      await list();
      iam.behave({ callsPerSecond: 2 });
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, list));
      const refused = outcomes
        .filter((each) => each.status === "rejected")
        .map(({ reason }) => reason as Answer);
      expect(refused).to.have.length(3);
      for (const { status, headers } of refused) {
        expect(status).to.equal(429);
        expect(headers).to.include({ "retry-after": "1" });
      }
      expect(iam.calls().filter(({ status }) => status === 429)).to.have.length(3);
    });

    it("applies to /v1 and /v2, not to tokens", async () => {
      iam.behave({ callsPerSecond: 0 });
      const answers = [
        await refusal(list()),
        await refusal(client.listPolicies({ accountId: iam.accountId })),
        await refusal(client.listRoles()),
      ];
      expect(answers.map((each) => [each.status, errorIn(each).code])).to.deep.equal(
        answers.map(() => [429, "too_many_requests"]),
      );
      expect(iam.calls().map(({ operation, status }) => [operation, status])[0]).to.deep.equal([
        "token",
        200,
      ]);
      iam.behave({ callsPerSecond: Infinity });
      await list();
    });

    it("starts over after reset()", async () => {
      iam.behave({ callsPerSecond: 1 });
      await list();
      iam.reset();
      await list();
    });
  });
});
