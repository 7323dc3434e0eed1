import { setTimeout as pause } from "node:timers/promises";
import ResourceControllerV2 from "@ibm-cloud/platform-services/resource-controller/v2";
import ResourceManagerV2 from "@ibm-cloud/platform-services/resource-manager/v2";
import { expect } from "chai";
import { IamAuthenticator } from "ibm-cloud-sdk-core";
import { startIamEmulator, type Account, type Call, type IamEmulator } from "../../../src/emulator";
import { connect, describeEmulator } from "../../support/iam-target";
import { closing } from "../../support/opened";
import { refusal } from "../answers";

const ONE: Account = { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" };
const TWO: Account = { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" };
const GUID = "3d7fca4b-0000-4000-8000-0000000000e1";
const GROUP = "0123456789abcdef0123456789abcdef";

/** IBM's own clients. */
function clients({ url }: IamEmulator, apikey = "one") {
  const options = { authenticator: new IamAuthenticator({ apikey, url }), serviceUrl: url };
  return { controller: new ResourceControllerV2(options), manager: new ResourceManagerV2(options) };
}

/** Asserts an error in the shape of Resource Controller and Resource Manager, and returns its body. */
async function refused(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const { status, headers, body } = await refusal(call);
  expect(body).to.have.all.keys("transaction_id", "status_code", "error_code", "message", "details");
  expect(body).to.include({ transaction_id: headers["transaction-id"], status_code: status });
  return body as Record<string, unknown>;
}

describeEmulator("GET /v2/resource_instances", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    const instances = [
      { name: "events", serviceName: "event-notifications", guid: GUID, resourceGroupId: GROUP },
      { name: "archive", serviceName: "cloud-object-storage" },
      { name: "keys", serviceName: "kms", region: "eu-de" },
      { name: "theirs", serviceName: "kms", accountId: TWO.id },
    ];
    iam = closing(await startIamEmulator({ accounts: [ONE, TWO], instances }));
  });

  async function names(params: ResourceControllerV2.ListResourceInstancesParams, apiKey?: string) {
    const { result } = await clients(iam, apiKey).controller.listResourceInstances(params);
    expect(result.rows_count).to.equal(result.resources.length);
    return result.resources.map(({ name }) => name);
  }

  it("returns an instance as Resource Controller does", async () => {
    const { result } = await clients(iam).controller.listResourceInstances({ guid: GUID });
    const [instance, ...others] = result.resources;
    const crn = `crn:v1:bluemix:public:event-notifications:us-south:a/${ONE.id}:${GUID}::`;
    expect(others).to.deep.equal([]);
    expect(instance).to.include({
      id: crn,
      guid: GUID,
      crn,
      name: "events",
      account_id: ONE.id,
      region_id: "us-south",
      resource_group_id: GROUP,
      state: "active",
      type: "service_instance",
    });
  });

  it("returns the last operation and the plan history, which Terraform reads", async () => {
    const { result } = await clients(iam).controller.getResourceInstance({ id: GUID });
    const { resource_plan_id, created_at } = result;
    expect(result.last_operation).to.deep.equal({
      type: "create",
      state: "succeeded",
      async: false,
      description: "create succeeded",
      cancelable: false,
      poll: false,
    });
    expect(result.plan_history).to.deep.equal([
      { resource_plan_id, start_date: created_at, requestor_id: ONE.iamId },
    ]);
    expect(result).to.deep.include({
      parameters: {},
      extensions: {},
      sub_type: "",
      onetime_credentials: false,
      allow_cleanup: false,
      dashboard_url: null,
      resource_bindings_url: `${result.url}/resource_bindings`,
      resource_aliases_url: `${result.url}/resource_aliases`,
      deleted_at: null,
      restored_at: null,
      scheduled_reclaim_at: null,
    });
    expect((await clients(iam).controller.getResourceInstance({ id: GUID })).result).to.deep.equal(result);
    const listed = await clients(iam).controller.listResourceInstances({ guid: GUID });
    expect(listed.result.resources).to.deep.equal([result]);
  });

  const STATES = [
    ["failed", "create", "failed"],
    ["provisioning", "create", "in progress"],
    ["pending_reclamation", "delete", "succeeded"],
  ] as const;
  for (const [state, type, ended] of STATES) {
    it(`returns ${type} ${ended} as the last operation of an instance in state ${state}`, () => {
      const [added] = iam.addInstances([{ name: "other", serviceName: "kms", state }]);
      expect(added?.last_operation).to.include({ type, state: ended });
    });
  }

  it("ignores empty parameters", async () => {
    const { send } = connect({ url: iam.url, apiKey: "one" });
    const names = ["guid", "name", "resource_group_id", "resource_id", "state", "type", "limit", "start"];
    const query = names.map((name) => `${name}=`).join("&");
    expect((await send("GET", `/v2/resource_instances?${query}`)).body).to.include({ rows_count: 3 });
    const { body } = await send("GET", "/v2/resource_groups?name=&default=&account_id=");
    expect((body as { resources: object[] }).resources).to.have.length(1);
  });

  it("returns only instances in the account of the token", async () => {
    expect(await names({})).to.deep.equal(["events", "archive", "keys"]);
    expect(await names({}, "two")).to.deep.equal(["theirs"]);
  });

  it("filters by GUID, name, group, offering and type", async () => {
    const { result } = await clients(iam).controller.listResourceInstances({ name: "keys" });
    const resourceId = result.resources[0]?.resource_id;
    expect(await names({ guid: GUID })).to.deep.equal(["events"]);
    expect(await names({ name: "archive" })).to.deep.equal(["archive"]);
    expect(await names({ name: "arch" })).to.deep.equal([]);
    expect(await names({ resourceGroupId: GROUP })).to.deep.equal(["events"]);
    expect(await names({ resourceId })).to.deep.equal(["keys"]);
    expect(await names({ type: "service_instance" })).to.have.length(3);
    expect(await names({ type: "other" })).to.deep.equal([]);
    expect(await names({ name: "keys", guid: GUID })).to.deep.equal([]);
  });

  it("returns active and provisioning instances by default", async () => {
    const states = ["provisioning", "inactive", "removed", "pending_reclamation"] as const;
    iam.addInstances(states.map((state) => ({ name: state, serviceName: "kms", state })));
    expect(await names({})).to.deep.equal(["events", "archive", "keys", "provisioning"]);
    expect(await names({ state: "removed" })).to.deep.equal(["removed"]);
  });

  it("returns region global for Cloud Object Storage, and us-south by default for other services", async () => {
    const { result } = await clients(iam).controller.listResourceInstances({});
    expect(result.resources.map(({ region_id, crn }) => [region_id, crn?.split(":")[5]])).to.deep.equal([
      ["us-south", "us-south"],
      ["global", "global"],
      ["eu-de", "eu-de"],
    ]);
  });

  it("returns no instances after reset()", async () => {
    iam.reset();
    expect(await names({})).to.deep.equal([]);
    iam.addInstances([{ name: "new", serviceName: "kms" }]);
    expect(await names({})).to.deep.equal(["new"]);
  });
});

describeEmulator("GET /v2/resource_instances/{id}", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ accounts: [ONE, TWO] }));
    iam.addInstances([{ name: "events", serviceName: "event-notifications", guid: GUID }]);
  });

  it("accepts a GUID or a CRN", async () => {
    const { controller } = clients(iam);
    const byGuid = await controller.getResourceInstance({ id: GUID });
    const byCrn = await controller.getResourceInstance({ id: String(byGuid.result.crn) });
    expect(byGuid.result.name).to.equal("events");
    expect(byCrn.result).to.deep.equal(byGuid.result);
  });

  it("returns 404 for an unknown instance and for another account's", async () => {
    const unknown = await refused(clients(iam).controller.getResourceInstance({ id: "other" }));
    const theirs = await refused(clients(iam, "two").controller.getResourceInstance({ id: GUID }));
    for (const { status_code, error_code } of [unknown, theirs]) {
      expect([status_code, error_code]).to.deep.equal([404, "RC-NotFound"]);
    }
    expect(unknown["message"]).to.equal("The resource instance other could not be found.");
  });
});

describeEmulator("GET /v2/resource_groups", () => {
  async function groups(
    iam: IamEmulator,
    params: ResourceManagerV2.ListResourceGroupsParams,
    apiKey?: string,
  ) {
    return (await clients(iam, apiKey).manager.listResourceGroups(params)).result.resources;
  }

  it("returns the account's groups, the default group first", async () => {
    const resourceGroups = [{ name: "production", id: GROUP }];
    const iam = closing(await startIamEmulator({ accounts: [ONE, TWO], resourceGroups }));
    const [standard, production, ...others] = await groups(iam, { accountId: ONE.id });
    expect(others).to.deep.equal([]);
    expect(standard).to.include({ name: "Default", default: true, account_id: ONE.id, state: "ACTIVE" });
    expect(production).to.include({
      id: GROUP,
      crn: `crn:v1:bluemix:public:resource-controller::a/${ONE.id}::resource-group:${GROUP}`,
      name: "production",
      default: false,
    });
    expect((await groups(iam, {})).length).to.equal(2);
    expect(await groups(iam, { accountId: TWO.id })).to.deep.equal([]);
    expect((await groups(iam, { accountId: TWO.id }, "two")).map(({ name }) => name)).to.deep.equal([
      "Default",
    ]);
  });

  it("filters by `name` and by `default`", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const [added] = iam.addResourceGroups([{ name: "production" }]);
    const found = async (params: ResourceManagerV2.ListResourceGroupsParams) =>
      (await groups(iam, params)).map(({ name }) => name);
    expect(added?.id).to.match(/^[0-9a-f]{32}$/);
    expect(await found({ name: "production" })).to.deep.equal(["production"]);
    expect(await found({ _default: true })).to.deep.equal(["Default"]);
    expect(await found({ _default: false })).to.deep.equal(["production"]);
  });

  it("uses a given default group, also for instances without a group", async () => {
    const resourceGroups = [{ name: "main", id: GROUP, default: true }];
    const iam = closing(await startIamEmulator({ accounts: [ONE], resourceGroups }));
    const [instance] = iam.addInstances([{ name: "keys", serviceName: "kms" }]);
    expect((await groups(iam, {})).map(({ name }) => name)).to.deep.equal(["main"]);
    expect(instance?.resource_group_id).to.equal(GROUP);
  });

  it("returns the same each time", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const read = () => groups(iam, {});
    const first = await read();
    await pause(2);
    expect(await read()).to.deep.equal(first);
  });

  it("returns the generated default group with the same id after reset()", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const before = await groups(iam, {});
    iam.addResourceGroups([{ name: "production" }]);
    iam.reset();
    expect((await groups(iam, {})).map(({ id }) => id)).to.deep.equal(before.map(({ id }) => id));
  });
});

describeEmulator("Resource Controller and Resource Manager", () => {
  const CALLS: [
    operation: Call["operation"],
    call: (made: ReturnType<typeof clients>) => Promise<unknown>,
  ][] = [
    ["listResourceInstances", ({ controller }) => controller.listResourceInstances({})],
    ["getResourceInstance", ({ controller }) => controller.getResourceInstance({ id: GUID })],
    ["listResourceGroups", ({ manager }) => manager.listResourceGroups({})],
  ];
  for (const [operation, call] of CALLS) {
    it(`record calls of ${operation}, and faults apply to them`, async () => {
      const iam = closing(await startIamEmulator({ accounts: [ONE] }));
      iam.inject({ operation: "*", nth: 2, status: 503 });
      expect(await refused(call(clients(iam)))).to.include({
        status_code: 503,
        error_code: "RC-RequestFailed",
      });
      expect(iam.calls().map((each) => each.operation)).to.deep.equal(["token", operation]);
    });
  }

  it("refuse an invalid token", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const { send } = connect({ url: iam.url, apiKey: "one" });
    for (const path of ["/v2/resource_instances", "/v2/resource_groups"]) {
      const { status, body } = await send("GET", path, { headers: { authorization: "Bearer other" } });
      expect(status).to.equal(401);
      expect(body).to.include({ status_code: 401, error_code: "RC-IamTokenInvalid" });
    }
  });

  it("return 404 for other methods", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const { send } = connect({ url: iam.url, apiKey: "one" });
    const { status, body } = await send("POST", "/v2/resource_instances", { json: {} });
    expect(status).to.equal(404);
    expect(body).to.include({ error_code: "RC-NotFound" });
  });

  it("return the code and message of a fault", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    iam.inject({ operation: "listResourceGroups", status: 403, code: "role_missing", message: "No." });
    expect(await refused(clients(iam).manager.listResourceGroups({}))).to.include({
      error_code: "role_missing",
      message: "No.",
    });
  });
});

/** Returns names in the order in which they are added. */
function named(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `instance-${at}`);
}

describeEmulator("a page of instances", () => {
  let iam: IamEmulator;
  let client: ResourceControllerV2;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    const authenticator = new IamAuthenticator({ apikey: iam.apiKey, url: iam.url });
    client = new ResourceControllerV2({ authenticator, serviceUrl: iam.url });
  });

  function addKeys(count: number): string[] {
    const names = named(count);
    iam.addInstances(names.map((name) => ({ name, serviceName: "kms" })));
    return names;
  }

  it("has `limit` instances, and IBM's pager reads all pages", async () => {
    const names = addKeys(5);
    const pager = new ResourceControllerV2.ResourceInstancesPager(client, { limit: 2 });
    const pages = [];
    while (pager.hasNext()) pages.push((await pager.getNext()).map(({ name }) => name));
    expect(pages).to.deep.equal([names.slice(0, 2), names.slice(2, 4), names.slice(4)]);
  });

  it("has 100 instances by default", async () => {
    const names = addKeys(101);
    const { result } = await client.listResourceInstances({});
    expect(result.rows_count).to.equal(100);
    expect(result.next_url).to.match(/^\/v2\/resource_instances\?limit=100&start=/);
    const start = new URL(result.next_url, iam.url).searchParams.get("start") ?? "";
    const rest = await client.listResourceInstances({ start });
    expect(rest.result.resources.map(({ name }) => name)).to.deep.equal(names.slice(100));
    expect(rest.result.next_url).to.equal(null);
  });

  it("depends only on the page token if the query has one", async () => {
    const names = addKeys(4);
    iam.addInstances([{ name: "other", serviceName: "logs" }]);
    const { result } = await client.listResourceInstances({ limit: 3 });
    const start = new URL(result.next_url, iam.url).searchParams.get("start") ?? "";
    const next = await client.listResourceInstances({ start, limit: 1, name: "other" });
    expect(next.result.resources.map(({ name }) => name)).to.deep.equal([...names.slice(3), "other"]);
  });

  const REFUSED = [
    "limit=0",
    "limit=101",
    "limit=x",
    "start=x",
    `start=${Buffer.from("null").toString("base64url")}`,
    `start=${Buffer.from('{"from":-1,"query":{}}').toString("base64url")}`,
    `start=${Buffer.from('{"from":0,"query":[]}').toString("base64url")}`,
  ];
  for (const query of REFUSED) {
    it(`is refused with 400 for ${query}`, async () => {
      const { status, body } = await connect(iam).send("GET", `/v2/resource_instances?${query}`);
      expect([status, (body as { error_code: string }).error_code]).to.deep.equal([400, "RC-InvalidRequest"]);
    });
  }
});
