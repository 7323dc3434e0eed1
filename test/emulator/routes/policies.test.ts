import { randomUUID } from "node:crypto";
import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../../src/emulator";
import { connect, describeEmulator, describeIam, type IamTarget } from "../../support/iam-target";
import { closing } from "../../support/opened";
import { errorIn, inShort, make, refusal } from "../answers";
import { adding, bucketBody, equals, granting, leavingOut, OBJECT_WRITER, READER, VIEWER } from "../bodies";

const ETAG = /^\d+-[0-9a-f]{32}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describeIam("POST /v2/policies", (iam) => {
  it("returns 201 with the policy as it was sent, and its metadata", async () => {
    const body = bucketBody(iam.accountId, {
      description: "why",
      control: granting(READER, OBJECT_WRITER),
    });
    const { status, result } = await iam.client.createV2Policy({ ...body });
    expect(status).to.equal(201);
    expect(result).to.deep.include({ ...body, state: "active" });
    expect(result.id).to.match(UUID);
    expect(result.href).to.match(new RegExp(`^http.*/v2/policies/${result.id}$`));
    expect(result.created_at).to.match(TIME);
    expect(result.last_modified_at).to.match(TIME);
    expect(result.created_by_id)
      .to.match(/^(IBMid|iam)-/)
      .and.to.equal(result.last_modified_by_id);
  });

  it("returns an ETag, and a new Transaction-Id if the request has none", async () => {
    const { headers } = await iam.client.createV2Policy({ ...bucketBody(iam.accountId) });
    expect(headers.etag).to.match(/^1-[0-9a-f]{32}$/);
    expect(headers["transaction-id"]).to.match(/^[0-9a-f]{32}$/);
  });

  it("returns the request's Transaction-Id", async () => {
    const mine = randomUUID().replaceAll("-", "");
    const { headers } = await iam.client.createV2Policy({
      ...bucketBody(iam.accountId),
      headers: { "Transaction-Id": mine },
    });
    expect(headers["transaction-id"]).to.equal(mine);
  });

  it("omits a description that was not sent", async () => {
    const { result } = await iam.client.createV2Policy({ ...bucketBody(iam.accountId) });
    iam.settle("The description of a policy that was created without one", result.description, undefined);
  });

  it("accepts a wildcard", async () => {
    const body = leavingOut("resource", bucketBody(iam.accountId), "resource");
    const wild = adding("resource", body, { key: "resource", operator: "stringMatch", value: "failed-*" });
    const { policy } = await make(iam, wild);
    expect(policy.resource).to.deep.equal(wild.resource);
  });
});

describeEmulator("POST /v2/policies on the emulator", () => {
  let target: IamEmulator;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
  });

  const OTHER = "0".repeat(32);
  type Side = "subject" | "resource";
  const ACCEPTED: [
    what: string,
    side: Side,
    attribute: IamPolicyManagementV1.V2PolicyResourceAttribute,
    without?: string[],
  ][] = [
    [
      "every resource group as source",
      "subject",
      exists("resourceGroupId"),
      ["serviceName", "serviceInstance"],
    ],
    ["a source of another account", "subject", equals("accountId", OTHER), ["accountId"]],
    ["a resource type as source", "subject", equals("resourceType", "backup-policy")],
    ["a region", "resource", equals("region", "us-south")],
    ["a list of values", "resource", anyOf("stringEqualsAnyOf"), ["resource"]],
    ["a list of wildcards", "resource", anyOf("stringMatchAnyOf"), ["resource"]],
    ["an attribute that only the service knows", "resource", exists("volumeId")],
  ];
  for (const [what, side, attribute, without = []] of ACCEPTED) {
    it(`accepts ${what}`, async () => {
      const body = adding(side, leavingOut(side, bucketBody(target.accountId), ...without), attribute);
      const { result } = await connect(target).client.createV2Policy({ ...body });
      expect(result[side]).to.deep.equal(body[side]);
      expect(target.policies()[0]?.[side]).to.deep.equal(body[side]);
    });
  }

  it("accepts tags", async () => {
    const body = bucketBody(target.accountId);
    const tags = [
      { key: "env", operator: "stringEquals", value: "prod" },
      { key: "team", operator: "stringMatch", value: "ev*" },
    ];
    const resource = { ...body.resource, tags };
    const { result } = await connect(target).client.createV2Policy({ ...body, resource });
    expect(result.resource?.tags).to.deep.equal(tags);
  });

  it("accepts a resource group without a service as target", async () => {
    const body = bucketBody(target.accountId, { control: granting(VIEWER) });
    const bare = leavingOut("resource", body, "serviceName", "serviceInstance", "resourceType", "resource");
    const groups = adding("resource", bare, equals("resourceType", "resource-group"));
    const { result } = await connect(target).client.createV2Policy({ ...groups });
    expect(result.resource).to.deep.equal(groups.resource);
  });
});

function exists(key: string) {
  return { key, operator: "stringExists", value: true };
}

function anyOf(operator: string) {
  return { key: "resource", operator, value: ["one", "two"] };
}

describeIam("GET /v2/policies/{id}", (iam) => {
  it("returns 200 with the policy and the ETag of its creation", async () => {
    const { id, etag, policy } = await make(iam, bucketBody(iam.accountId, { description: "why" }));
    const { status, result, headers } = await iam.client.getV2Policy({ id });
    expect(status).to.equal(200);
    expect(result).to.deep.include({ ...policy });
    expect(headers.etag).to.equal(etag);
  });

  it("adds the names and actions of the roles with format=display", async () => {
    const control = granting(READER, OBJECT_WRITER);
    const { id } = await make(iam, bucketBody(iam.accountId, { control }));
    const { result } = await iam.client.getV2Policy({ id, format: "display" });
    const { roles } = (result.control as IamPolicyManagementV1.ControlResponseControlWithEnrichedRoles).grant;
    expect(roles.map(({ role_id, display_name }) => [role_id, display_name])).to.deep.equal([
      [READER, "Reader"],
      [OBJECT_WRITER, "Object Writer"],
    ]);
    for (const { description, actions } of roles) {
      expect(description).to.match(/^As an? /);
      expect(actions[0]).to.have.all.keys("id", "display_name", "description");
    }
  });

  it("returns 404 policy_not_found for an unknown id", async () => {
    const id = randomUUID();
    const answer = await refusal(iam.client.getV2Policy({ id }));
    expect(answer.status).to.equal(404);
    expect(errorIn(answer)).to.deep.equal({
      code: "policy_not_found",
      message: `Policy with Id ${id} not found.`,
    });
  });
});

describeIam("PUT /v2/policies/{id}", (iam) => {
  it("replaces roles and description, and returns a new ETag", async () => {
    const body = bucketBody(iam.accountId, { description: "old" });
    const { id, etag, policy } = await make(iam, body);
    const change = { ...body, control: granting(OBJECT_WRITER), description: "new" };
    const { status, result, headers } = await iam.client.replaceV2Policy({ id, ifMatch: etag, ...change });
    expect(status).to.equal(200);
    const { href, created_at, created_by_id } = policy;
    expect(result).to.deep.include({ ...change, id, href, created_at, created_by_id, state: "active" });
    expect(headers.etag).to.match(ETAG).and.not.to.equal(etag);
    await iam.eventually(async () => {
      const read = await iam.client.getV2Policy({ id });
      expect(read.result).to.deep.equal(result);
      expect(read.headers.etag).to.equal(headers.etag);
    });
  });

  it("replaces subject and resource", async () => {
    const { id, etag } = await make(iam, bucketBody(iam.accountId));
    const { subject, resource, ...rest } = bucketBody(iam.accountId);
    const change = { ...rest, subject, resource };
    const { result } = await iam.client.replaceV2Policy({ id, ifMatch: etag, ...change });
    expect(result).to.deep.include({ subject, resource });
  });

  it("accepts the ETag of the previous replacement", async () => {
    const body = bucketBody(iam.accountId);
    const { id, etag } = await make(iam, body);
    const first = await iam.client.replaceV2Policy({ id, ifMatch: etag, ...body, description: "1" });
    const ifMatch = String(first.headers.etag);
    const second = await iam.client.replaceV2Policy({ id, ifMatch, ...body, description: "2" });
    expect(second.result.description).to.equal("2");
  });

  it("clears the description when the body has none", async () => {
    const body = bucketBody(iam.accountId, { description: "old" });
    const { id, etag } = await make(iam, body);
    const { result } = await iam.client.replaceV2Policy({
      id,
      ifMatch: etag,
      ...body,
      description: undefined,
    });
    iam.settle("§9.9 The description after a PUT without one", result.description, undefined);
  });

  it("returns 412 when If-Match is stale, and changes nothing", async () => {
    const body = bucketBody(iam.accountId, { description: "old" });
    const { id, etag } = await make(iam, body);
    const { headers } = await iam.client.replaceV2Policy({ id, ifMatch: etag, ...body, description: "new" });
    const answer = await refusal(iam.client.replaceV2Policy({ id, ifMatch: etag, ...body }));
    iam.settle("§9.1 The status of a PUT with a stale If-Match", answer.status, 412, [409]);
    const short = inShort(answer);
    iam.settle("§9.1 The response to a PUT with a stale If-Match", short, "412 unable_to_process");
    await iam.eventually(async () => {
      const read = await iam.client.getV2Policy({ id });
      expect(read.headers.etag).to.equal(headers.etag);
      expect(read.result.description).to.equal("new");
    });
  });

  it("returns 400 when If-Match is missing, and changes nothing", async () => {
    const body = bucketBody(iam.accountId);
    const { id, etag } = await make(iam, body);
    const answer = await iam.send("PUT", `/v2/policies/${id}`, { json: { ...body, description: "new" } });
    iam.settle("§9.1 The response to a PUT without If-Match", inShort(answer), "400 invalid_body");
    if (answer.status < 400) return;
    expect((await iam.client.getV2Policy({ id })).headers.etag).to.equal(etag);
  });

  it("returns 404 policy_not_found for an unknown id", async () => {
    const id = randomUUID();
    const ifMatch = `1-${"0".repeat(32)}`;
    const answer = await refusal(iam.client.replaceV2Policy({ id, ifMatch, ...bucketBody(iam.accountId) }));
    expect(answer.status).to.equal(404);
    expect(errorIn(answer)).to.include({ message: `Policy with Id ${id} not found.` });
  });

  it("returns 404 for a deleted policy", async () => {
    const body = bucketBody(iam.accountId);
    const { id } = await make(iam, body);
    await iam.client.deleteV2Policy({ id });
    const ifMatch = await etagOfDeleted(iam, id);
    const answer = await iam.send("PUT", `/v2/policies/${id}`, {
      json: body,
      headers: { "if-match": ifMatch },
    });
    iam.settle("§9.2 The response to a PUT on a deleted policy", inShort(answer), "404 policy_not_found");
  });
});

/** Returns the ETag of a deleted policy, or another one if IAM doesn't return it. */
async function etagOfDeleted({ send }: IamTarget, id: string): Promise<string> {
  const { headers } = await send("GET", `/v2/policies/${id}`);
  return headers["etag"] ?? `2-${"0".repeat(32)}`;
}

describeEmulator("PUT /v2/policies/{id} on the emulator", () => {
  it("returns 409 when If-Match is stale and staleEtagStatus is 409", async () => {
    const target = closing(await startIamEmulator({ staleEtagStatus: 409 }));
    const { client } = connect(target);
    const body = bucketBody(target.accountId);
    const { result, headers } = await client.createV2Policy({ ...body });
    const params = { id: String(result.id), ifMatch: `1-${"0".repeat(32)}`, ...body };
    const answer = await refusal(client.replaceV2Policy(params));
    expect(answer.status).to.equal(409);
    const { code, details } = errorIn(answer);
    expect(code).to.equal("policy_conflict_error");
    expect(details).to.deep.equal({ conflicts_with: { etag: headers.etag, policy: result } });
  });

  it("refuses another type", async () => {
    const target = closing(await startIamEmulator());
    const { client } = connect(target);
    const body = bucketBody(target.accountId);
    const { result, headers } = await client.createV2Policy({ ...body });
    const params = { id: String(result.id), ifMatch: String(headers.etag), ...body, type: "access" };
    expect(inShort(await refusal(client.replaceV2Policy(params)))).to.equal("400 invalid_body");
    expect(target.policies()[0]?.type).to.equal("authorization");
  });
});

describeIam("DELETE /v2/policies/{id}", (iam) => {
  it("returns 204 without a body", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    const { status, body } = await iam.send("DELETE", `/v2/policies/${id}`);
    expect([status, body]).to.deep.equal([204, ""]);
  });

  it("sets the state to deleted", async () => {
    const { id, etag, policy } = await make(iam, bucketBody(iam.accountId));
    await iam.client.deleteV2Policy({ id });
    const answer = await iam.eventually(async () => {
      const read = await iam.send("GET", `/v2/policies/${id}`);
      expect((read.body as { state?: string }).state).not.to.equal("active");
      return read;
    });
    iam.settle("§9.2 The status of a GET on a deleted policy", answer.status, 200, [404]);
    const { state, ...rest } = answer.body as Record<string, unknown>;
    iam.settle("§9.2 The state in a GET on a deleted policy", state, "deleted");
    const { subject, resource, control } = policy;
    const whole = ["subject", "resource", "control"].every((part) => rest[part] !== undefined);
    iam.settle("§9.2 A GET on a deleted policy returns all of it", whole, true);
    if (whole) expect(rest).to.deep.include({ id, subject, resource, control });
    expect(answer.headers["etag"]).not.to.equal(etag);
  });

  it("removes the policy from lists, except with state=deleted", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    await iam.client.deleteV2Policy({ id });
    const listed = async (state?: string) => {
      const params = { accountId: iam.accountId, type: "authorization", state };
      return (await iam.client.listV2Policies(params)).result.policies.map((each) => each.id);
    };
    await iam.eventually(async () => {
      expect(await listed()).not.to.include(id);
      expect(await listed("active")).not.to.include(id);
      expect(await listed("deleted")).to.include(id);
    });
  });

  it("returns 404 the second time", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    await iam.client.deleteV2Policy({ id });
    const answer = await iam.send("DELETE", `/v2/policies/${id}`);
    iam.settle("§9.2 The response to a second DELETE", inShort(answer), "404 policy_not_found");
  });

  it("returns 404 policy_not_found for an unknown id", async () => {
    const id = randomUUID();
    const answer = await refusal(iam.client.deleteV2Policy({ id }));
    expect(answer.status).to.equal(404);
    expect(errorIn(answer)).to.include({
      code: "policy_not_found",
      message: `Policy with Id ${id} not found.`,
    });
  });
});
