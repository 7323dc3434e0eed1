import { randomUUID } from "node:crypto";
import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, refusal } from "./answers";
import { bucketBody, equals, granting, OBJECT_WRITER, READER } from "./bodies";

/** The same authorization as `bucketBody` gives, in the schema of v1. */
function bucketBodyV1(accountId: string, ...roles: string[]): IamPolicyManagementV1.CreatePolicyParams {
  const { type, subject, resource } = bucketBody(accountId);
  return {
    type,
    subjects: [
      { attributes: subject.attributes.map(({ key, value }) => ({ name: key, value: String(value) })) },
    ],
    roles: (roles.length > 0 ? roles : [READER]).map((role_id) => ({ role_id })),
    resources: [
      {
        attributes: resource.attributes.map(({ key, operator, value }) => ({
          name: key,
          value: String(value),
          operator,
        })),
      },
    ],
  };
}

/** Attributes of v1 as v2 has them. */
const keyed = (attributes: { name: string; value: string }[]) =>
  attributes.map(({ name, value }) => equals(name, value));

describeIam("POST /v1/policies", (iam) => {
  it("answers 201 with the policy as it was sent, and its ETag; v2 has it too", async () => {
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

  it("answers 409 for an authorization that v2 has already, and shows that one in the schema of v1", async () => {
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
  it("answers 200 with the policy as it is now, whole, and another ETag", async () => {
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

  it("answers 404 policy_not_found for an unknown id", async () => {
    const params = { policyId: randomUUID(), ifMatch: `1-${"0".repeat(32)}` };
    const answer = await refusal(iam.client.replacePolicy({ ...params, ...bucketBodyV1(iam.accountId) }));
    expect([answer.status, errorIn(answer).code]).to.deep.equal([404, "policy_not_found"]);
  });
});

describeEmulator("a policy written by v1", () => {
  let iam: IamEmulator;
  let client: Connection["client"];
  let send: Connection["send"];
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    ({ client, send } = connect(iam));
  });

  /** A body with other attributes of its resource. */
  function withResource(resource: Partial<IamPolicyManagementV1.PolicyResource>) {
    const body = bucketBodyV1(iam.accountId);
    return { ...body, resources: body.resources.map((each) => ({ ...each, ...resource })) };
  }

  it("is compared with those of v2", async () => {
    const body = bucketBody(iam.accountId);
    const { result } = await client.createV2Policy({ ...body });
    const { result: shown } = await client.getPolicy({ policyId: String(result.id) });
    const { type, subjects, roles, resources } = shown;
    // What GET shows can be sent back as it is, the roles' names included.
    const answer = await send("POST", "/v1/policies", { json: { type, subjects, roles, resources } });
    expect(inShort(answer)).to.equal("409 policy_conflict_error");
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(shown);
  });

  it("has stringEquals for an operator that is not given, and stringMatch and tags as given", async () => {
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

  it("is in the caller's account when its resource names none", async () => {
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
    ["a list", "400 invalid_body", () => []],
    [
      "another account's target",
      "403 insufficent_permissions",
      (body) => ({ ...body, resources: bucketBodyV1("f".repeat(32)).resources }),
    ],
  ];
  for (const [what, status, change] of REFUSED) {
    it(`is refused for ${what}, when it is made and when it is replaced`, async () => {
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

  it("is replaced with its current ETag only", async () => {
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

  it("is not replaced once it is deleted, nor by what another one says", async () => {
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
