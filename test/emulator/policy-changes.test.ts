import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Seed } from "../../src/emulator";
import { connect, describeEmulator, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, refusal } from "./answers";
import { bucketBody, type Body } from "./bodies";
import { policyWriter, type PolicyWriter } from "./policy-writer";

const STALE = `9-${"0".repeat(32)}`;

describeEmulator("If-Match", () => {
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

  it("gets 412 unable_to_process and no details when it is stale", async () => {
    const { id } = await make();
    for (const call of [replace(id, STALE), restore(id, STALE)]) {
      const answer = await refusal(call);
      expect(inShort(answer)).to.equal("412 unable_to_process");
      expect(errorIn(answer)).not.to.have.property("details");
    }
  });

  it("gets 409 and the current policy when it is stale and staleEtagStatus is 409", async () => {
    iam.behave({ staleEtagStatus: 409 });
    const { id, etag: old } = await make();
    const etag = String((await replace(id, old, { description: "second" })).headers.etag);
    const { result: v1 } = await client.getPolicy({ policyId: id });
    const calls: [call: Promise<unknown>, policy: unknown][] = [
      [replace(id, old), iam.policies()[0]],
      [restore(id, old), v1],
    ];
    for (const [call, policy] of calls) {
      const answer = await refusal(call);
      expect(inShort(answer)).to.equal("409 policy_conflict_error");
      const { message, details } = errorIn(answer);
      expect(message).to.include("If-Match");
      expect(details).to.deep.equal({ conflicts_with: { etag, policy } });
    }
    expect(iam.policies().map(({ description }) => description)).to.deep.equal(["second"]);
  });

  it("matches any existing version when it is *", async () => {
    const { id } = await make();
    await replace(id, "*", { description: "second" });
    await client.deleteV2Policy({ id });
    await restore(id);
    expect(iam.policies().map(({ description }) => description)).to.deep.equal(["second"]);
    const answer = await refusal(replace("11111111-0000-4000-8000-000000000000", "*"));
    expect(inShort(answer)).to.equal("404 policy_not_found");
  });

  it("lets only one of two concurrent replacements succeed", async () => {
    const { id, etag } = await make();
    const answers = ["one", "other"].map((description) =>
      send("PUT", `/v2/policies/${id}`, { json: { ...body, description }, headers: { "if-match": etag } }),
    );
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).to.have.members([200, 412]);
  });
});

describeEmulator("a policy that a policy template manages", () => {
  const ID = "0f3a9b52-7c41-4d5e-9a86-2b1c3d4e5f60";
  const TEMPLATE = { id: "policyTemplate-1", version: "2", assignment_id: "policyAssignment-3" };

  const CHANGES: [method: string, version: string][] = [
    ["PUT", "v2"],
    ["DELETE", "v2"],
    ["DELETE", "v1"],
  ];
  for (const [method, version] of CHANGES) {
    it(`is not changed by ${method} /${version}/policies/{id}, which returns 400`, async () => {
      const iam = closing(await startIamEmulator());
      const { subject, resource, control } = bucketBody(iam.accountId) as Seed;
      const body = { type: "authorization", subject, resource, control } as const;
      const before = iam.seed([{ ...body, id: ID, template: TEMPLATE }]);
      const answer = await connect(iam).send(method, `/${version}/policies/${ID}`, {
        json: method === "PUT" ? body : undefined,
        headers: { "if-match": "*" },
      });
      expect(inShort(answer)).to.equal("400 unable_to_process");
      expect(errorIn(answer).message).to.include(ID).and.to.include(TEMPLATE.id);
      expect(iam.policies()).to.deep.equal(before);
    });
  }
});
