import { randomUUID } from "node:crypto";
import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../../src/emulator";
import {
  connect,
  describeEmulator,
  describeIam,
  type Connection,
  type IamTarget,
} from "../../support/iam-target";
import { closing } from "../../support/opened";
import { errorIn, inShort, make, refusal, type Made } from "../answers";
import {
  adding,
  bucketBody,
  bucketBodyV1,
  equals,
  granting,
  leavingOut,
  OBJECT_WRITER,
  READER,
} from "../bodies";

type Attribute = IamPolicyManagementV1.ResourceAttribute;

const PLACEHOLDER =
  "This is a unsupported policy version placeholder, to view the full content, please call GET with provided href";

/** Converts v2 attributes to v1. */
function named(attributes: { key: string; value: unknown }[]): { name: string; value: unknown }[] {
  return attributes.map(({ key, value }) => ({ name: key, value }));
}

/** Deletes a policy and waits for the ETag to restore it with. */
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
  it("returns 200 with a v2 policy in the v1 schema, and its ETag", async () => {
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

  it("returns 404 policy_not_found for an unknown id", async () => {
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

  it("lists a policy that v1 can express as GET /v1/policies/{id} returns it", async () => {
    const { id, policy } = await make(iam, bucketBody(iam.accountId, { description: "why" }));
    const found = await listed(id);
    expect(found).to.include({ id, type: "authorization", state: "active" });
    const shown = found.description === policy.description ? "itself" : found.description;
    iam.settle("§9.3 A plain v2 policy in a v1 list", shown, "itself", [PLACEHOLDER]);
    if (shown !== "itself") return;
    expect(found).to.deep.equal((await iam.client.getPolicy({ policyId: id })).result);
  });

  it("lists a placeholder for a policy that v1 cannot express", async () => {
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
  it("returns 204, and deletes the policy in v2, too", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    const { status, body } = await iam.send("DELETE", `/v1/policies/${id}`);
    expect([status, body]).to.deep.equal([204, ""]);
    await iam.eventually(async () => {
      const { body: left } = await iam.send("GET", `/v2/policies/${id}`);
      expect((left as { state?: string }).state).not.to.equal("active");
    });
  });

  it("returns 404 policy_not_found for an unknown id", async () => {
    const answer = await refusal(iam.client.deletePolicy({ policyId: randomUUID() }));
    expect([answer.status, errorIn(answer).code]).to.deep.equal([404, "policy_not_found"]);
  });
});

describeIam("PATCH /v1/policies/{id}", (iam) => {
  it("restores a deleted policy completely", async () => {
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

  it("returns 412 when If-Match is stale, and does not restore the policy", async () => {
    const made = await make(iam, bucketBody(iam.accountId));
    await remove(iam, made);
    const params = { policyId: made.id, ifMatch: made.etag, state: "active" };
    const answer = await refusal(iam.client.updatePolicyState(params));
    iam.settle("§9.1 The status of a PATCH with a stale If-Match", answer.status, 412, [409]);
    iam.settle(
      "§9.1 The response to a PATCH with a stale If-Match",
      inShort(answer),
      "412 unable_to_process",
    );
    expect((await iam.client.getPolicy({ policyId: made.id })).result.state).to.equal("deleted");
  });

  it("returns 400 when If-Match is missing", async () => {
    const made = await make(iam, bucketBody(iam.accountId));
    await remove(iam, made);
    const answer = await iam.send("PATCH", `/v1/policies/${made.id}`, { json: { state: "active" } });
    iam.settle("§9.1 The response to a PATCH without If-Match", inShort(answer), "400 invalid_body");
  });

  it("returns 404 policy_not_found for an unknown id", async () => {
    const params = { policyId: randomUUID(), ifMatch: `1-${"0".repeat(32)}`, state: "active" };
    const answer = await refusal(iam.client.updatePolicyState(params));
    expect([answer.status, errorIn(answer).code]).to.deep.equal([404, "policy_not_found"]);
  });
});

describeEmulator("/v1/policies on the emulator", () => {
  let target: IamEmulator;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
  });

  it("returns 409 with the active policy in the v1 schema when a restored policy would duplicate it", async () => {
    const { client } = connect(target);
    const body = bucketBody(target.accountId);
    const { result } = await client.createV2Policy({ ...body });
    const policyId = String(result.id);
    await client.deletePolicy({ policyId });
    const duplicate = await client.createV2Policy({ ...body });
    const deleted = await client.getPolicy({ policyId });
    const params = { policyId, ifMatch: String(deleted.headers.etag), state: "active" };
    const answer = await refusal(client.updatePolicyState(params));
    expect(answer.status).to.equal(409);
    const { code, details } = errorIn(answer);
    expect(code).to.equal("policy_conflict_error");
    expect(details?.conflicts_with).to.deep.equal({
      etag: duplicate.headers.etag,
      policy: (await client.getPolicy({ policyId: String(duplicate.result.id) })).result,
    });
    expect(target.policies({ state: "deleted" }).map(({ id }) => id)).to.deep.equal([policyId]);
  });

  const NOT_RESTORED: [what: string, json: unknown][] = [
    ["a body with another state", { state: "deleted" }],
    ["a body without a state", {}],
    ["null", null],
    ["a string", "active"],
  ];
  for (const [what, json] of NOT_RESTORED) {
    it(`returns 400 to PATCH with ${what}`, async () => {
      const { client, send } = connect(target);
      const { result, headers } = await client.createV2Policy({ ...bucketBody(target.accountId) });
      const answer = await send("PATCH", `/v1/policies/${result.id}`, {
        json,
        headers: { "if-match": String(headers.etag) },
      });
      expect([answer.status, errorIn(answer).code]).to.deep.equal([400, "invalid_body"]);
    });
  }

  it("returns 409 when If-Match is stale and staleEtagStatus is 409", async () => {
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

  it("returns tags, and values other than strings as JSON", async () => {
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

/** Converts v1 attributes to v2. */
const keyed = (attributes: { name: string; value: string }[]) =>
  attributes.map(({ name, value }) => equals(name, value));

describeIam("POST /v1/policies", (iam) => {
  it("returns 201 with the policy as it was sent, and creates it in v2, too", async () => {
    const body = { ...bucketBodyV1(iam.accountId), description: "why" };
    const { status, result, headers } = await iam.client.createPolicy(body);
    expect(status).to.equal(201);
    const { type, description, subjects, resources } = body;
    expect(result).to.deep.include({ type, description, subjects, resources, state: "active" });
    expect(result.roles[0]).to.include({ role_id: READER, display_name: "Reader" });
    expect(headers.etag).to.match(/./);
    await iam.eventually(async () => {
      const { result: other } = await iam.client.getV2Policy({ id: String(result.id) });
      expect(other).to.deep.include({
        description,
        control: granting(READER),
        subject: { attributes: keyed(subjects[0]?.attributes ?? []) },
        resource: { attributes: keyed(resources[0]?.attributes ?? []) },
      });
    });
  });

  it("returns 409 with the existing policy in the v1 schema for a duplicate", async () => {
    const body = bucketBodyV1(iam.accountId);
    const { result } = await iam.client.createPolicy(body);
    const answer = await refusal(iam.client.createPolicy(body));
    expect(answer.status).to.equal(409);
    expect(errorIn(answer).code).to.equal("policy_conflict_error");
    if (iam.live) return;
    const { headers } = await iam.client.getPolicy({ policyId: String(result.id) });
    expect(errorIn(answer).details?.conflicts_with).to.deep.equal({ etag: headers.etag, policy: result });
  });
});

describeIam("PUT /v1/policies/{id}", (iam) => {
  it("returns 200 with the whole new policy and a new ETag", async () => {
    const body = { ...bucketBodyV1(iam.accountId), description: "why" };
    const { result, headers } = await iam.client.createPolicy(body);
    const policyId = String(result.id);
    const { description, ...others } = body;
    const more = { ...others, roles: [{ role_id: READER }, { role_id: OBJECT_WRITER }] };
    const replaced = await iam.client.replacePolicy({ policyId, ifMatch: String(headers.etag), ...more });
    expect(replaced.status).to.equal(200);
    expect(replaced.result).to.include({ id: policyId, created_at: result.created_at, state: "active" });
    expect(replaced.result.roles.map(({ role_id }) => role_id)).to.deep.equal([READER, OBJECT_WRITER]);
    expect(description).not.to.equal(replaced.result.description);
    expect(replaced.headers.etag).not.to.equal(headers.etag);
  });

  it("returns 404 policy_not_found for an unknown id", async () => {
    const params = { policyId: randomUUID(), ifMatch: `1-${"0".repeat(32)}` };
    const answer = await refusal(iam.client.replacePolicy({ ...params, ...bucketBodyV1(iam.accountId) }));
    expect([answer.status, errorIn(answer).code]).to.deep.equal([404, "policy_not_found"]);
  });
});

describeEmulator("a policy in the v1 schema", () => {
  let iam: IamEmulator;
  let client: Connection["client"];
  let send: Connection["send"];
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    ({ client, send } = connect(iam));
  });

  /** Returns a body with parts of its resource replaced. */
  function withResource(resource: Partial<IamPolicyManagementV1.PolicyResource>) {
    const body = bucketBodyV1(iam.accountId);
    return { ...body, resources: body.resources.map((each) => ({ ...each, ...resource })) };
  }

  it("is a duplicate of the same policy in the v2 schema", async () => {
    const body = bucketBody(iam.accountId);
    const { result } = await client.createV2Policy({ ...body });
    const { result: shown } = await client.getPolicy({ policyId: String(result.id) });
    const { type, subjects, roles, resources } = shown;
    // A client can send back the policy that GET returned, with the names of the roles.
    const answer = await send("POST", "/v1/policies", { json: { type, subjects, roles, resources } });
    expect(inShort(answer)).to.equal("409 policy_conflict_error");
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(shown);
  });

  it("has stringEquals as default operator, and keeps stringMatch and tags", async () => {
    const [resource] = bucketBodyV1(iam.accountId).resources;
    const attributes = (resource?.attributes ?? []).map(({ name, value }) =>
      name === "resource" ? { name, value: "failed-*", operator: "stringMatch" } : { name, value },
    );
    const tags = [{ name: "env", value: "prod" }];
    const { result } = await client.createPolicy(withResource({ attributes, tags }));
    const { result: other } = await client.getV2Policy({ id: String(result.id) });
    expect(other.resource?.attributes.map(({ operator }) => operator)).to.deep.equal([
      ...Array.from({ length: 4 }, () => "stringEquals"),
      "stringMatch",
    ]);
    expect(other.resource?.tags).to.deep.equal([equals("env", "prod")]);
  });

  it("gets the caller's accountId when its resource has none", async () => {
    const [resource] = bucketBodyV1(iam.accountId).resources;
    const attributes = (resource?.attributes ?? []).filter(({ name }) => name !== "accountId");
    const { result } = await client.createPolicy(withResource({ attributes }));
    expect(result.resources[0]?.attributes).to.deep.include({
      name: "accountId",
      value: iam.accountId,
      operator: "stringEquals",
    });
  });

  const REFUSED: [what: string, status: string, change: (body: Record<string, unknown>) => object][] = [
    ["type access", "400 invalid_body", (body) => ({ ...body, type: "access" })],
    ["no type", "400 invalid_body", (body) => ({ ...body, type: undefined })],
    ["a second subject", "400 invalid_body", (body) => ({ ...body, subjects: [body["subjects"], 1] })],
    ["no resource", "400 invalid_body", (body) => ({ ...body, resources: [] })],
    ["no role", "400 invalid_body", (body) => ({ ...body, roles: [] })],
    ["a role of another pair", "400 invalid_body", (body) => ({ ...body, roles: [{ role_id: "crn:x" }] })],
    ["the schema of v2", "400 invalid_body", () => bucketBody("a")],
    ["an array", "400 invalid_body", () => []],
    [
      "another account's target",
      "403 insufficent_permissions",
      (body) => ({ ...body, resources: bucketBodyV1("f".repeat(32)).resources }),
    ],
  ];
  for (const [what, status, change] of REFUSED) {
    it(`is refused by POST and PUT for ${what}`, async () => {
      const body = bucketBodyV1(iam.accountId);
      const { result, headers } = await client.createPolicy(body);
      const json = change({ ...body });
      expect(inShort(await send("POST", "/v1/policies", { json }))).to.equal(status);
      const ifMatch = { "if-match": String(headers.etag) };
      const answer = await send("PUT", `/v1/policies/${result.id}`, { json, headers: ifMatch });
      expect(inShort(answer)).to.equal(status);
      expect(iam.policies()).to.have.length(1);
    });
  }

  it("is replaced only with its current ETag", async () => {
    const body = bucketBodyV1(iam.accountId);
    const { result } = await client.createPolicy(body);
    const path = `/v1/policies/${result.id}`;
    expect(inShort(await send("PUT", path, { json: body }))).to.equal("400 invalid_body");
    const headers = { "if-match": `9-${"0".repeat(32)}` };
    expect(inShort(await send("PUT", path, { json: body, headers }))).to.equal("412 unable_to_process");
    iam.behave({ staleEtagStatus: 409 });
    const answer = await send("PUT", path, { json: body, headers });
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(result);
  });

  it("is not replaced if it is deleted or if the new body duplicates another policy", async () => {
    const [one, other] = [bucketBodyV1(iam.accountId), bucketBodyV1(iam.accountId)];
    const { result: held } = await client.createPolicy(one);
    const { result, headers } = await client.createPolicy(other);
    const params = { policyId: String(result.id), ifMatch: String(headers.etag) };
    const answer = await refusal(client.replacePolicy({ ...params, ...one }));
    expect(inShort(answer)).to.equal("409 policy_conflict_error");
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(held);
    await client.deletePolicy({ policyId: params.policyId });
    expect(inShort(await refusal(client.replacePolicy({ ...params, ifMatch: "*", ...other })))).to.equal(
      "404 policy_not_found",
    );
  });
});
