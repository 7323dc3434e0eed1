import { setTimeout as pause } from "node:timers/promises";
import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, make } from "./answers";
import { adding, bucketBody, equals, granting, leavingOut, READER, WRITER, type Body } from "./bodies";

type ListParams = Omit<IamPolicyManagementV1.ListV2PoliciesParams, "accountId">;

describeIam("GET /v2/policies", (iam) => {
  const list = async (params: ListParams) =>
    (await iam.client.listV2Policies({ accountId: iam.accountId, ...params })).result.policies;
  const ids = async (params: ListParams) => (await list(params)).map(({ id }) => id);

  it("lists a policy as GET /v2/policies/{id} returns it", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId, { description: "why" }));
    const { result } = await iam.client.getV2Policy({ id });
    await iam.eventually(async () => {
      const found = (await list({ type: "authorization" })).find((each) => each.id === id);
      expect(found).to.deep.equal(result);
    });
  });

  it("adds the names of the roles with format=display", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    await iam.eventually(async () => {
      const found = (await list({ type: "authorization", format: "display" })).find((each) => each.id === id);
      const { grant } = found?.control as IamPolicyManagementV1.ControlResponseControlWithEnrichedRoles;
      expect(grant.roles[0]).to.include({ role_id: READER, display_name: "Reader" });
    });
  });

  it("filters by type", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    await iam.eventually(async () => expect(await ids({ type: "authorization" })).to.include(id));
    expect(await ids({ type: "access" })).not.to.include(id);
  });

  it("filters by the target's service name with service_name", async () => {
    const { id } = await make(iam, bucketBody(iam.accountId));
    await iam.eventually(async () => expect(await ids({ type: "authorization" })).to.include(id));
    for (const [serviceName, decided] of [
      ["cloud-object-storage", true],
      ["event-notifications", false],
      ["kms", false],
    ] as const) {
      const found = (await ids({ type: "authorization", serviceName })).includes(id);
      iam.settle(
        `service_name=${serviceName} finds event-notifications -> cloud-object-storage`,
        found,
        decided,
        [!decided],
      );
    }
  });

  for (const sort of ["created_at", "id", "href"] as const) {
    it(`sorts by ${sort} in both directions`, async () => {
      const one = await make(iam, bucketBody(iam.accountId));
      await pause(2);
      const other = await make(iam, bucketBody(iam.accountId));
      const inOrder = [one, other].toSorted((first, second) =>
        String(first.policy[sort]) < String(second.policy[sort]) ? -1 : 1,
      );
      const ascending = inOrder.map(({ id }) => id);
      const own = async (by: string) =>
        (await ids({ type: "authorization", sort: by })).filter((id) => id && ascending.includes(id));
      await iam.eventually(async () => expect(await own(sort)).to.deep.equal(ascending));
      expect(await own(`-${sort}`)).to.deep.equal(ascending.toReversed());
    });
  }

  it("returns one page without limit", async () => {
    await make(iam, bucketBody(iam.accountId));
    const { result } = await iam.client.listV2Policies({ accountId: iam.accountId, type: "authorization" });
    iam.settle("§9.8 The limit in the response to a list without limit", result.limit, undefined);
    iam.settle("§9.8 A list without limit has another page", result.next !== undefined, false);
  });

  it("is read completely by IBM's pager", async () => {
    const made: string[] = [];
    for (let count = 0; count < 3; count += 1) made.push((await make(iam, bucketBody(iam.accountId))).id);
    await iam.eventually(async () => {
      // On a real account, pages of one policy would take too many calls.
      const limit = iam.live ? 50 : 1;
      const params = { accountId: iam.accountId, type: "authorization", limit };
      const all = await new IamPolicyManagementV1.V2PoliciesPager(iam.client, params).getAll();
      const found = all.map(({ id }) => String(id)).filter((id) => made.includes(id));
      expect(found).to.have.members(made);
    });
  });

  it("returns 400 missing_required_query_parameter without account_id", async () => {
    const answer = await iam.send("GET", "/v2/policies");
    expect(answer.status).to.equal(400);
    expect(errorIn(answer).code).to.equal("missing_required_query_parameter");
  });

  it("is empty for another account", async () => {
    const { status, result } = await iam.client.listV2Policies({ accountId: "0123456789abcdef".repeat(2) });
    expect(status).to.equal(200);
    expect(result.policies).to.deep.equal([]);
  });
});

describeEmulator("a list of policies", () => {
  let target: IamEmulator;
  let client: Connection["client"];
  let send: Connection["send"];
  beforeEach(async () => {
    target = closing(await startIamEmulator());
    ({ client, send } = connect(target));
  });

  /** Creates policies and returns their ids. */
  async function create(...bodies: Body[]): Promise<string[]> {
    const results = [];
    for (const body of bodies) results.push(String((await client.createV2Policy({ ...body })).result.id));
    return results;
  }

  async function page(params: ListParams = {}): Promise<IamPolicyManagementV1.V2PolicyCollection> {
    return (await client.listV2Policies({ accountId: target.accountId, ...params })).result;
  }

  async function ids(params: ListParams = {}): Promise<(string | undefined)[]> {
    return (await page(params)).policies.map(({ id }) => id);
  }

  const bucket = () => bucketBody(target.accountId);

  /** Replaces the roles of a policy. */
  async function changeRoles(id: string): Promise<void> {
    const { result, headers } = await client.getV2Policy({ id });
    const { type, subject, resource } = result;
    const again = { type, subject, resource, control: granting(READER, WRITER) };
    await client.replaceV2Policy({ id, ifMatch: String(headers.etag), ...again });
  }

  it("keeps the order of creation when a policy is replaced", async () => {
    const [first = "", ...rest] = await create(bucket(), bucket(), bucket());
    await changeRoles(first);
    expect(await ids()).to.deep.equal([first, ...rest]);
    expect(target.policies().map(({ id }) => id)).to.deep.equal([first, ...rest]);
  });

  it("contains active policies by default and deleted ones with state=deleted", async () => {
    const [deleted = "", ...rest] = await create(bucket(), bucket());
    await client.deleteV2Policy({ id: deleted });
    expect(await ids()).to.deep.equal(rest);
    expect(await ids({ state: "active" })).to.deep.equal(rest);
    expect(await ids({ state: "deleted" })).to.deep.equal([deleted]);
  });

  const FILTERS: [what: string, params: ListParams, found: boolean][] = [
    ["type=authorization", { type: "authorization" }, true],
    ["type=access", { type: "access" }, false],
    ["service_name of the target", { serviceName: "cloud-object-storage" }, true],
    ["service_name of the source", { serviceName: "event-notifications" }, false],
    ["service_type=service", { serviceType: "service" }, true],
    ["service_type=platform_service", { serviceType: "platform_service" }, false],
    ["iam_id", { iamId: "IBMid-123" }, false],
    ["access_group_id", { accessGroupId: "AccessGroupId-1" }, false],
    ["several filters at once", { type: "authorization", serviceName: "kms" }, false],
  ];
  for (const [what, params, found] of FILTERS) {
    it(`${found ? "finds" : "does not find"} an authorization by ${what}`, async () => {
      const all = await create(bucket());
      expect(await ids(params)).to.deep.equal(found ? all : []);
    });
  }

  it("does not find a target without a service by service_name", async () => {
    const body = leavingOut(
      "resource",
      bucket(),
      "serviceName",
      "serviceInstance",
      "resourceType",
      "resource",
    );
    const groups = adding("resource", body, equals("resourceType", "resource-group"));
    const control = granting("crn:v1:bluemix:public:iam::::role:Viewer");
    const all = await create({ ...groups, control });
    expect(await ids()).to.deep.equal(all);
    expect(await ids({ serviceName: "resource-controller" })).to.deep.equal([]);
  });

  const EMPTY = [
    "iam_id",
    "access_group_id",
    "type",
    "state",
    "service_type",
    "sort",
    "limit",
    "start",
    "format",
  ];
  for (const version of ["v1", "v2"]) {
    const own = version === "v1" ? ["tag_name", "tag_value"] : ["service_name", "service_group_id"];
    for (const name of [...EMPTY, ...own]) {
      it(`ignores an empty ${name}, in ${version}`, async () => {
        const all = await create(bucket(), bucket());
        const { body } = await send("GET", `/${version}/policies?account_id=${target.accountId}&${name}=`);
        expect((body as { policies: { id: string }[] }).policies.map(({ id }) => id)).to.deep.equal(all);
      });
    }
  }

  const VERSION_FILTERS: [version: string, query: string, finds: "all" | "the tagged one" | "nothing"][] = [
    ["v1", "tag_name=env", "the tagged one"],
    ["v1", "tag_value=prod", "the tagged one"],
    ["v1", "tag_name=env&tag_value=prod", "the tagged one"],
    ["v1", "tag_name=env&tag_value=blue", "nothing"],
    ["v1", "tag_name=no", "nothing"],
    ["v2", "service_group_id=IAM", "nothing"],
    // Filters of the other version are ignored.
    ["v1", "service_name=kms", "all"],
    ["v1", "service_group_id=IAM", "all"],
    ["v2", "tag_name=no", "all"],
  ];
  for (const [version, query, finds] of VERSION_FILTERS) {
    it(`finds ${finds} by ${query}, in ${version}`, async () => {
      const { attributes } = bucket().resource;
      const tags = [equals("env", "prod"), equals("team", "blue")];
      const all = await create(bucket(), { ...bucket(), resource: { attributes, tags } });
      const { body } = await send("GET", `/${version}/policies?account_id=${target.accountId}&${query}`);
      const found = (body as { policies: { id: string }[] }).policies.map(({ id }) => id);
      expect(found).to.deep.equal({ all, "the tagged one": all.slice(1), nothing: [] }[finds]);
    });
  }

  it("finds a seeded policy for a service group by service_group_id", async () => {
    await create(bucket());
    const { subject } = bucket();
    const attributes = [equals("accountId", target.accountId), equals("service_group_id", "IAM")];
    const [seeded] = target.seed([{ ...bucket(), type: "authorization", subject, resource: { attributes } }]);
    expect(await ids({ serviceGroupId: "IAM" })).to.deep.equal([seeded?.id]);
    expect(await ids({ serviceGroupId: "OTHER" })).to.deep.equal([]);
  });

  it("keeps the order of creation when sorted by last_permit_at and last_permit_frequency", async () => {
    const all = await create(bucket(), bucket());
    for (const sort of ["last_permit_at", "-last_permit_at", "last_permit_frequency"]) {
      expect(await ids({ sort })).to.deep.equal(all);
    }
  });

  for (const version of ["v1", "v2"]) {
    it(`reports no permitted access with format=include_last_permit, in ${version}`, async () => {
      const [id = ""] = await create(bucket());
      const permits = { last_permit_at: null, last_permit_frequency: 0 };
      const query = `account_id=${target.accountId}&format=include_last_permit`;
      const { body: listed } = await send("GET", `/${version}/policies?${query}`);
      const { body: shown } = await send("GET", `/${version}/policies/${id}?format=include_last_permit`);
      expect((listed as { policies: object[] }).policies[0]).to.include(permits);
      expect(shown).to.include(permits);
      expect((await send("GET", `/${version}/policies/${id}`)).body).not.to.have.any.keys(permits);
    });
  }

  const SORTS = ["id", "href", "created_at", "last_modified_at"] as const;
  for (const sort of SORTS) {
    it(`sorts by ${sort} in both directions`, async () => {
      const [first = ""] = await create(bucket());
      for (let count = 0; count < 2; count += 1) {
        await pause(2);
        await create(bucket());
      }
      await pause(2);
      await changeRoles(first);

      const ordered = target.policies().toSorted((one, other) => (one[sort] < other[sort] ? -1 : 1));
      const sorted = ordered.map((each) => each.id);
      expect(new Set(ordered.map((each) => each[sort]))).to.have.length(3);
      expect(await ids({ sort })).to.deep.equal(sorted);
      expect(await ids({ sort: `-${sort}` })).to.deep.equal(sorted.toReversed());
    });
  }

  it("keeps the order of creation among equal values of the sort key", async () => {
    const all = await create(bucket(), bucket(), bucket());
    for (const sort of ["type", "state", "created_by_id", "-last_modified_by_id"]) {
      expect(await ids({ sort })).to.deep.equal(all);
    }
  });

  const INVALID: [query: string, name: string][] = [
    ["sort=subject", "sort"],
    ["sort=constructor", "sort"],
    ["sort=--id", "sort"],
    ["limit=0", "limit"],
    ["limit=-1", "limit"],
    ["limit=1.5", "limit"],
    ["limit=1001", "limit"],
    ["limit=many", "limit"],
    ["limit=1&start=MQ.MQ", "start"],
    ["limit=1&start=LTE", "start"],
  ];
  for (const [query, name] of INVALID) {
    for (const version of ["v1", "v2"]) {
      it(`returns 400 to GET /${version}/policies?${query}`, async () => {
        const answer = await send("GET", `/${version}/policies?account_id=${target.accountId}&${query}`);
        expect(answer.status).to.equal(400);
        const { code, message } = errorIn(answer);
        expect(code).to.equal("invalid_body");
        expect(message).to.include(`The query parameter ${name} must`);
      });
    }
  }

  it("links each page to the first, the next and the previous page", async () => {
    const all = await create(bucket(), bucket(), bucket(), bucket(), bucket());
    const first = await page({ limit: 2, type: "authorization" });
    expect(first).to.include({ limit: 2 }).and.not.to.have.property("previous");
    const second = await page({ limit: 2, start: first.next?.start });
    const last = await page({ limit: 2, start: second.next?.start });
    expect(last).not.to.have.property("next");
    const found = [first, second, last].map(({ policies }) => policies.map(({ id }) => id));
    expect(found).to.deep.equal([all.slice(0, 2), all.slice(2, 4), all.slice(4)]);

    expect(await ids({ limit: 2, start: last.previous?.start })).to.deep.equal(all.slice(2, 4));
    expect(await ids({ limit: 2, start: second.previous?.start })).to.deep.equal(all.slice(0, 2));
    const { body } = await send("GET", String(first.next?.href).replace(target.url, ""));
    expect(body).to.deep.include({ policies: second.policies });
    expect(first.next?.href).to.include("type=authorization");
    const again = await send("GET", String(last.first?.href).replace(target.url, ""));
    expect(again.body).to.deep.include({ policies: first.policies });
  });

  it("has no next page when the last one is full", async () => {
    await create(bucket(), bucket());
    expect(await page({ limit: 2 })).not.to.have.property("next");
    expect(await page({ limit: 1 })).to.have.property("next");
  });

  it("is read completely by IBM's pagers, sorted and filtered", async () => {
    const all = await create(bucket(), bucket(), bucket());
    const params = { accountId: target.accountId, type: "authorization", sort: "-id", limit: 2 };
    const wanted = all.toSorted().reverse();
    const v1 = await new IamPolicyManagementV1.PoliciesPager(client, params).getAll();
    const v2 = await new IamPolicyManagementV1.V2PoliciesPager(client, params).getAll();
    expect(v1.map(({ id }) => id)).to.deep.equal(wanted);
    expect(v2.map(({ id }) => id)).to.deep.equal(wanted);
  });

  it("requires account_id in v1, too", async () => {
    const answer = await send("GET", "/v1/policies");
    expect([answer.status, errorIn(answer).code]).to.deep.equal([400, "missing_required_query_parameter"]);
  });
});
