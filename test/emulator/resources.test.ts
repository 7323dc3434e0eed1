import { setTimeout as pause } from "node:timers/promises";
import ResourceControllerV2 from "@ibm-cloud/platform-services/resource-controller/v2";
import ResourceManagerV2 from "@ibm-cloud/platform-services/resource-manager/v2";
import { expect } from "chai";
import { IamAuthenticator } from "ibm-cloud-sdk-core";
import { startIamEmulator, type Account, type Call, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";
import { refusal } from "./answers";

const ONE: Account = { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" };
const TWO: Account = { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" };
const GUID = "3d7fca4b-0000-4000-8000-0000000000e1";
const GROUP = "0123456789abcdef0123456789abcdef";

/** IBM's own clients. */
function clients({ url }: IamEmulator, apikey = "one") {
  const options = { authenticator: new IamAuthenticator({ apikey, url }), serviceUrl: url };
  return { controller: new ResourceControllerV2(options), manager: new ResourceManagerV2(options) };
}

/** An answer that refuses, in the shape of Resource Controller and Manager. */
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

  it("tells of an instance what Resource Controller does", async () => {
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

  it("tells of each instance what Terraform reads: how the last operation went, and since when it has its plan", async () => {
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
    it(`tells of an instance that is ${state} that its ${type} ${ended === "in progress" ? "is" : "has"} ${ended}`, () => {
      const [added] = iam.addInstances([{ name: "other", serviceName: "kms", state }]);
      expect(added?.last_operation).to.include({ type, state: ended });
    });
  }

  it("takes empty parameters for none", async () => {
    const { send } = connect({ url: iam.url, apiKey: "one" });
    const names = ["guid", "name", "resource_group_id", "resource_id", "state", "type", "limit", "start"];
    const query = names.map((name) => `${name}=`).join("&");
    expect((await send("GET", `/v2/resource_instances?${query}`)).body).to.include({ rows_count: 3 });
    const { body } = await send("GET", "/v2/resource_groups?name=&default=&account_id=");
    expect((body as { resources: object[] }).resources).to.have.length(1);
  });

  it("shows what is in the account of the token, and nothing else", async () => {
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
    expect(await names({ type: "else" })).to.deep.equal([]);
    expect(await names({ name: "keys", guid: GUID })).to.deep.equal([]);
  });

  it("shows active and provisioning ones unless it is asked for a state", async () => {
    const states = ["provisioning", "inactive", "removed", "pending_reclamation"] as const;
    iam.addInstances(states.map((state) => ({ name: state, serviceName: "kms", state })));
    expect(await names({})).to.deep.equal(["events", "archive", "keys", "provisioning"]);
    expect(await names({ state: "removed" })).to.deep.equal(["removed"]);
  });

  it("puts Object Storage nowhere in particular, and the others in us-south or where they are said to be", async () => {
    const { result } = await clients(iam).controller.listResourceInstances({});
    expect(result.resources.map(({ region_id, crn }) => [region_id, crn?.split(":")[5]])).to.deep.equal([
      ["us-south", "us-south"],
      ["global", "global"],
      ["eu-de", "eu-de"],
    ]);
  });

  it("forgets instances at a reset", async () => {
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

  it("takes a GUID or a CRN", async () => {
    const { controller } = clients(iam);
    const byGuid = await controller.getResourceInstance({ id: GUID });
    const byCrn = await controller.getResourceInstance({ id: String(byGuid.result.crn) });
    expect(byGuid.result.name).to.equal("events");
    expect(byCrn.result).to.deep.equal(byGuid.result);
  });

  it("answers 404 for an unknown one and for another account's", async () => {
    const unknown = await refused(clients(iam).controller.getResourceInstance({ id: "else" }));
    const theirs = await refused(clients(iam, "two").controller.getResourceInstance({ id: GUID }));
    for (const { status_code, error_code } of [unknown, theirs]) {
      expect([status_code, error_code]).to.deep.equal([404, "RC-NotFound"]);
    }
    expect(unknown["message"]).to.equal("The resource instance else could not be found.");
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

  it("shows an account's groups, the default one first", async () => {
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

  it("filters by name, and by whether it is the default one", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const [added] = iam.addResourceGroups([{ name: "production" }]);
    const found = async (params: ResourceManagerV2.ListResourceGroupsParams) =>
      (await groups(iam, params)).map(({ name }) => name);
    expect(added?.id).to.match(/^[0-9a-f]{32}$/);
    expect(await found({ name: "production" })).to.deep.equal(["production"]);
    expect(await found({ _default: true })).to.deep.equal(["Default"]);
    expect(await found({ _default: false })).to.deep.equal(["production"]);
  });

  it("has the default group that it is told, with the instances that name none", async () => {
    const resourceGroups = [{ name: "main", id: GROUP, default: true }];
    const iam = closing(await startIamEmulator({ accounts: [ONE], resourceGroups }));
    const [instance] = iam.addInstances([{ name: "keys", serviceName: "kms" }]);
    expect((await groups(iam, {})).map(({ name }) => name)).to.deep.equal(["main"]);
    expect(instance?.resource_group_id).to.equal(GROUP);
  });

  it("shows the same each time", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const read = () => groups(iam, {});
    const first = await read();
    await pause(2);
    expect(await read()).to.deep.equal(first);
  });

  it("has the account's own default group again after a reset, under the same id", async () => {
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
    it(`have calls of ${operation} told by that name, and faults meet them`, async () => {
      const iam = closing(await startIamEmulator({ accounts: [ONE] }));
      iam.inject({ operation: "*", nth: 2, status: 503 });
      expect(await refused(call(clients(iam)))).to.include({
        status_code: 503,
        error_code: "RC-RequestFailed",
      });
      expect(iam.calls().map((each) => each.operation)).to.deep.equal(["token", operation]);
    });
  }

  it("refuse what has no good token", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const { send } = connect({ url: iam.url, apiKey: "one" });
    for (const path of ["/v2/resource_instances", "/v2/resource_groups"]) {
      const { status, body } = await send("GET", path, { headers: { authorization: "Bearer else" } });
      expect(status).to.equal(401);
      expect(body).to.include({ status_code: 401, error_code: "RC-IamTokenInvalid" });
    }
  });

  it("have no path but these", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    const { send } = connect({ url: iam.url, apiKey: "one" });
    const { status, body } = await send("POST", "/v2/resource_instances", { json: {} });
    expect(status).to.equal(404);
    expect(body).to.include({ error_code: "RC-NotFound" });
  });

  it("say the code and the message of a fault", async () => {
    const iam = closing(await startIamEmulator({ accounts: [ONE] }));
    iam.inject({ operation: "listResourceGroups", status: 403, code: "role_missing", message: "No." });
    expect(await refused(clients(iam).manager.listResourceGroups({}))).to.include({
      error_code: "role_missing",
      message: "No.",
    });
  });
});
