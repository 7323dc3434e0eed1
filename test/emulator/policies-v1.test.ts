import { randomUUID } from "node:crypto";
import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type IamTarget } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, make, refusal, type Made } from "./answers";
import { adding, bucketBody, equals, granting, leavingOut, OBJECT_WRITER, READER } from "./bodies";

type Attribute = IamPolicyManagementV1.ResourceAttribute;

const PLACEHOLDER =
  "This is a unsupported policy version placeholder, to view the full content, please call GET with provided href";

/** Attributes of v2 as v1 names them. */
function named(attributes: { key: string; value: unknown }[]): { name: string; value: unknown }[] {
  return attributes.map(({ key, value }) => ({ name: key, value }));
}

/** Deletes a policy, and waits for the ETag that it is restored with. */
async function remove(iam: IamTarget, { id, etag }: Made): Promise<string> {
  await iam.client.deletePolicy({ policyId: id });
  return iam.eventually(async () => {
    const { result, headers } = await iam.client.getPolicy({ policyId: id });
    expect(result.state).to.equal("deleted");
    expect(headers.etag).not.to.equal(etag);
    return String(headers.etag);
  });
}

describeIam("GET /v1/policies/{id}", (iam) => {
  it("answers 200 with a policy of v2 in v1's schema, and its ETag", async () => {
    const body = bucketBody(iam.accountId, {
      description: "why",
      control: granting(READER, OBJECT_WRITER),
    });
    const { id, etag, policy } = await make(iam, body);
    const { status, result, headers } = await iam.client.getPolicy({ policyId: id });
    expect(status).to.equal(200);
    const { type, description, created_at, created_by_id } = policy;
    expect(result).to.deep.include({ id, type, description, created_at, created_by_id, state: "active" });
    expect(headers.etag).to.equal(etag);
    expect(result.subjects).to.have.length(1);
    expect(result.subjects[0]?.attributes).to.have.deep.members(named(body.subject.attributes));
    expect(result.roles.map(({ role_id, display_name }) => [role_id, display_name])).to.have.deep.members([
      [READER, "Reader"],
      [OBJECT_WRITER, "Object Writer"],
    ]);
    expect(result.roles[0]?.description).to.match(/^As an? /);
    const attributes: Attribute[] = result.resources[0]?.attributes ?? [];
    const plain = attributes.map(({ name, value }) => ({ name, value }));
    expect(plain).to.have.deep.members(named(body.resource.attributes));
    const operators = [...new Set(attributes.map(({ operator }) => operator))];
    iam.settle("§9.8 The operators of a resource in v1", operators, ["stringEquals"], [[undefined]]);
  });

  it("answers 404 policy_not_found for an unknown id", async () => {
    const policyId = randomUUID();
    const answer = await refusal(iam.client.getPolicy({ policyId }));
    expect(answer.status).to.equal(404);
    expect(errorIn(answer).message).to.equal(`Policy with Id ${policyId} not found.`);
  });
});

describeIam("GET /v1/policies", (iam) => {
  async function listed(id: string): Promise<IamPolicyManagementV1.PolicyTemplateMetaData> {
    return iam.eventually(async () => {
      const { result } = await iam.client.listPolicies({ accountId: iam.accountId, type: "authorization" });
      const found = result.policies.find((each) => each.id === id);
      if (!found) throw new Error(`The list has no ${id}`);
      return found;
    });
  }

  it("shows a policy that v1 can say as GET does", async () => {
    const { id, policy } = await make(iam, bucketBody(iam.accountId, { description: "why" }));
    const found = await listed(id);
    expect(found).to.include({ id, type: "authorization", state: "active" });
    const shown = found.description === policy.description ? "itself" : found.description;
    iam.settle("§9.3 What a v1 list shows of a plain v2 policy", shown, "itself", [PLACEHOLDER]);
    if (shown !== "itself") return;
    expect(found).to.deep.equal((await iam.client.getPolicy({ policyId: id })).result);
  });

  it("shows a placeholder for a policy that v1 cannot say", async () => {
    const body = leavingOut("resource", bucketBody(iam.accountId, { description: "why" }), "resource");
    const wild = adding("resource", body, { key: "resource", operator: "stringMatch", value: "failed-*" });
    const { id, policy } = await make(iam, wild);
    const found = await listed(id);
    expect(found).to.deep.include({ id, href: policy.href, description: PLACEHOLDER });
    expect(found.subjects[0]?.attributes.map(({ value }) => value)).to.deep.equal(["unsupported version"]);
    expect(found.roles.map(({ role_id }) => role_id)).to.deep.equal([
      "crn:v1:bluemix:public:iam::::role:UnsupportedVersion",
    ]);
    const [account, ...others]: Attribute[] = found.resources[0]?.attributes ?? [];
    expect(account).to.include({ name: "accountId", value: iam.accountId });
    expect(others).to.deep.equal([]);
  });
});

describeIam("DELETE /v1/policies/{id}", (iam) => {
  it("answers 204, and deletes the policy of v2", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    const { status, body } = await iam.send("DELETE", `/v1/policies/${id}`);
    expect([status, body]).to.deep.equal([204, ""]);
    await iam.eventually(async () => {
      const { body: left } = await iam.send("GET", `/v2/policies/${id}`);
      expect((left as { state?: string }).state).not.to.equal("active");
    });
  });

  it("answers 404 policy_not_found for an unknown id", async () => {
    const answer = await refusal(iam.client.deletePolicy({ policyId: randomUUID() }));
    expect([answer.status, errorIn(answer).code]).to.deep.equal([404, "policy_not_found"]);
  });
});

describeIam("PATCH /v1/policies/{id}", (iam) => {
  it("restores a deleted policy, whole", async () => {
    const made = await make(iam, bucketBody(iam.accountId, { description: "why" }));
    const { id, policy } = made;
    const ifMatch = await remove(iam, made);
    const { status, result, headers } = await iam.client.updatePolicyState({
      policyId: id,
      ifMatch,
      state: "active",
    });
    expect(status).to.equal(200);
    expect(result).to.include({ id, state: "active", description: "why" });
    expect(headers.etag).not.to.equal(ifMatch);
    const { subject, resource, control } = policy;
    await iam.eventually(async () => {
      const read = await iam.client.getV2Policy({ id });
      expect(read.result).to.deep.include({ subject, resource, control, state: "active" });
    });
  });

  it("answers 412 when If-Match is stale, and leaves it deleted", async () => {
    const made = await make(iam, bucketBody(iam.accountId));
    await remove(iam, made);
    const params = { policyId: made.id, ifMatch: made.etag, state: "active" };
    const answer = await refusal(iam.client.updatePolicyState(params));
    iam.settle("§9.1 The status of a PATCH with a stale If-Match", answer.status, 412, [409]);
    iam.settle("§9.1 The answer to a PATCH with a stale If-Match", inShort(answer), "412 unable_to_process");
    expect((await iam.client.getPolicy({ policyId: made.id })).result.state).to.equal("deleted");
  });

  it("answers 400 when If-Match is missing", async () => {
    const made = await make(iam, bucketBody(iam.accountId));
    await remove(iam, made);
    const answer = await iam.send("PATCH", `/v1/policies/${made.id}`, { json: { state: "active" } });
    iam.settle("§9.1 The answer to a PATCH without If-Match", inShort(answer), "400 invalid_body");
  });

  it("answers 404 policy_not_found for an unknown id", async () => {
    const params = { policyId: randomUUID(), ifMatch: `1-${"0".repeat(32)}`, state: "active" };
    const answer = await refusal(iam.client.updatePolicyState(params));
    expect([answer.status, errorIn(answer).code]).to.deep.equal([404, "policy_not_found"]);
  });
});

describeEmulator("/v1/policies of the emulator", () => {
  let target: IamEmulator;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
  });

  it("answers 409 when a restored policy would repeat an active one, and shows that one in v1's schema", async () => {
    const { client } = connect(target);
    const body = bucketBody(target.accountId);
    const { result } = await client.createV2Policy({ ...body });
    const policyId = String(result.id);
    await client.deletePolicy({ policyId });
    const twin = await client.createV2Policy({ ...body });
    const deleted = await client.getPolicy({ policyId });
    const params = { policyId, ifMatch: String(deleted.headers.etag), state: "active" };
    const answer = await refusal(client.updatePolicyState(params));
    expect(answer.status).to.equal(409);
    const { code, details } = errorIn(answer);
    expect(code).to.equal("policy_conflict_error");
    expect(details?.conflicts_with).to.deep.equal({
      etag: twin.headers.etag,
      policy: (await client.getPolicy({ policyId: String(twin.result.id) })).result,
    });
    expect(target.policies({ state: "deleted" }).map(({ id }) => id)).to.deep.equal([policyId]);
  });

  const NOT_RESTORED: [what: string, json: unknown][] = [
    ["another state", { state: "deleted" }],
    ["no state", {}],
    ["nothing", null],
    ["a text", "active"],
  ];
  for (const [what, json] of NOT_RESTORED) {
    it(`answers 400 when ${what} is set`, async () => {
      const { client, send } = connect(target);
      const { result, headers } = await client.createV2Policy({ ...bucketBody(target.accountId) });
      const answer = await send("PATCH", `/v1/policies/${result.id}`, {
        json,
        headers: { "if-match": String(headers.etag) },
      });
      expect([answer.status, errorIn(answer).code]).to.deep.equal([400, "invalid_body"]);
    });
  }

  it("answers 409 when If-Match is stale, if it was started so", async () => {
    const other = closing(await startIamEmulator({ staleEtagStatus: 409 }));
    const { client } = connect(other);
    const { result } = await client.createV2Policy({ ...bucketBody(other.accountId) });
    const params = { policyId: String(result.id), ifMatch: `9-${"0".repeat(32)}`, state: "active" };
    const answer = await refusal(client.updatePolicyState(params));
    expect(answer.status).to.equal(409);
    const { code, details } = errorIn(answer);
    expect(code).to.equal("policy_conflict_error");
    const { result: policy, headers } = await client.getPolicy({ policyId: String(result.id) });
    expect(details).to.deep.equal({ conflicts_with: { etag: headers.etag, policy } });
  });

  it("shows tags, and what is no text as JSON", async () => {
    const { client } = connect(target);
    const body = bucketBody(target.accountId);
    const attributes = [...body.resource.attributes, { key: "zone", operator: "stringExists", value: true }];
    const tags = [equals("env", "prod")];
    const { result } = await client.createV2Policy({ ...body, resource: { attributes, tags } });
    const { result: shown } = await client.getPolicy({ policyId: String(result.id) });
    expect(shown.resources[0]?.attributes.at(-1)).to.deep.equal({
      name: "zone",
      operator: "stringExists",
      value: "true",
    });
    expect(shown.resources[0]?.tags).to.deep.equal([
      { name: "env", operator: "stringEquals", value: "prod" },
    ]);
  });
});
