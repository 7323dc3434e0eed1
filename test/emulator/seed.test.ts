import { expect } from "chai";
import { startIamEmulator, type Account, type IamEmulator, type Seed } from "../../src/emulator";
import { edit, sdk } from "../support/iam-edits";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, refusal } from "./answers";
import { bucketBody, equals, granting } from "./bodies";

const ID = "0f3a9b52-7c41-4d5e-9a86-2b1c3d4e5f60";
const SERVICE = "crn-crn:v1:bluemix:public:event-notifications:us-south:a/1:2::";
const TEMPLATE = { id: "policyTemplate-1", version: "2", assignment_id: "policyAssignment-3" };

/** A body as something that an account holds. */
function seedOf(accountId: string, more: Partial<Seed> = {}): Seed {
  const { subject, resource, control } = bucketBody(accountId) as Seed;
  return { subject, resource, control, ...more };
}

/** A policy of which everything is given. */
function whole(accountId: string): Seed {
  return seedOf(accountId, {
    type: "authorization",
    id: ID,
    description: "made long ago",
    href: `https://iam.cloud.ibm.com/v1/policies/${ID}`,
    created_at: "2018-04-17T06:53:46.342Z",
    created_by_id: SERVICE,
    last_modified_at: "2019-01-02T03:04:05.006Z",
    last_modified_by_id: "IBMid-270004WA4U",
    state: "active",
    template: TEMPLATE,
  });
}

describeEmulator("a seeded policy", () => {
  let iam: IamEmulator;
  let client: ReturnType<typeof sdk>;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    client = sdk(iam);
  });

  it("is held and shown as it is given", async () => {
    const seed = whole(iam.accountId);
    expect(iam.seed([seed])).to.deep.equal([seed]);
    expect(iam.policies()).to.deep.equal([seed]);
    const { result, headers } = await client.getV2Policy({ id: ID });
    expect(result).to.deep.equal(seed);
    expect(headers.etag).to.match(/^1-[0-9a-f]{32}$/);
    const { result: v1 } = await client.getPolicy({ policyId: ID });
    const { description, href, created_by_id, template } = seed;
    expect(v1).to.deep.include({ id: ID, description, href, created_by_id, template });
    const { result: listing } = await client.listV2Policies({ accountId: iam.accountId });
    expect(listing.policies).to.deep.equal([seed]);
  });

  it("may be among the options", async () => {
    const accountId = "5".repeat(32);
    const accounts = [{ id: accountId, apiKeys: ["key"], iamId: "IBMid-5" }] as const;
    const seed = [whole(accountId), seedOf(accountId)];
    const target = closing(await startIamEmulator({ accounts: [...accounts], seed }));
    expect(target.policies()[0]).to.deep.equal(seed[0]);
    expect(target.policies()[1]).to.include({ created_by_id: "IBMid-5", state: "active" });
  });

  it("gets what is left out", () => {
    const seed = seedOf(iam.accountId, { created_at: "2020-01-01T00:00:00.000Z", description: undefined });
    const [policy] = iam.seed([seed]);
    const { id, created_by_id, ...rest } = policy ?? {};
    expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(created_by_id).to.match(/^iam-ServiceId-/);
    const { subject, resource, control } = seed;
    expect(rest).to.deep.equal({
      type: "authorization",
      subject,
      resource,
      control,
      href: `${iam.url}/v2/policies/${id}`,
      created_at: "2020-01-01T00:00:00.000Z",
      last_modified_at: "2020-01-01T00:00:00.000Z",
      last_modified_by_id: created_by_id,
      state: "active",
    });
  });

  it("shares nothing with what was given, nor with what was returned", () => {
    const seed = seedOf(iam.accountId);
    const [returned] = iam.seed([seed]);
    const before = iam.policies();
    seed.resource.attributes.pop();
    returned?.resource.attributes.pop();
    expect(iam.policies()).to.deep.equal(before);
  });

  it("belongs to the account of its resource, or to the first", async () => {
    const accounts = [
      { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" },
      { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" },
    ] as const;
    const target = closing(await startIamEmulator({ accounts: [...accounts] }));
    const [, { id: second }] = accounts;
    const nobodys = seedOf(second, { resource: { attributes: [equals("serviceName", "kms")] } });
    const made = target.seed([seedOf(second), nobodys]);
    expect(made.map(({ created_by_id }) => created_by_id)).to.deep.equal([
      "iam-ServiceId-2",
      "iam-ServiceId-1",
    ]);
    const ids = [];
    for (const { id: accountId, apiKeys } of accounts) {
      const { result } = await sdk({ url: target.url, apiKey: apiKeys[0] }).listV2Policies({
        accountId,
      });
      ids.push(result.policies.map(({ id }) => id));
    }
    expect(ids).to.deep.equal([[made[1]?.id], [made[0]?.id]]);
  });

  it("need not keep the API's rules", () => {
    iam.behave({ quota: 1 });
    const odd = seedOf(iam.accountId, {
      subject: { attributes: [equals("unknown", "")] },
      control: granting("crn:v1:bluemix:public:no-such-service::::serviceRole:Any"),
    });
    expect(iam.seed([odd, odd, odd])).to.have.length(3);
    expect(iam.policies()).to.have.length(3);
  });

  it("is seen at once, and is in the way of one that says the same", async () => {
    iam.behave({ visibleAfter: Infinity });
    const body = bucketBody(iam.accountId);
    iam.seed([{ ...(body as Seed), id: ID }]);
    await client.getV2Policy({ id: ID });
    const answer = await refusal(client.createV2Policy({ ...body }));
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.include({ id: ID });
  });

  it("takes the place of one with its id", () => {
    iam.seed([seedOf(iam.accountId, { id: ID, description: "old" })]);
    iam.seed([seedOf(iam.accountId, { id: ID, description: "new" })]);
    expect(iam.policies().map(({ description }) => description)).to.deep.equal(["new"]);
  });

  it("is changed, deleted and restored like any other", async () => {
    iam.seed([seedOf(iam.accountId, { id: ID, created_by_id: SERVICE })]);
    await edit(iam, ID, (policy) => (policy.description = "theirs"));
    await client.deleteV2Policy({ id: ID });
    await client.updatePolicyState({ policyId: ID, ifMatch: "*", state: "active" });
    const [policy] = iam.policies();
    expect(policy).to.include({ id: ID, description: "theirs", created_by_id: SERVICE });
    expect(policy?.last_modified_by_id).to.match(/^iam-ServiceId-/);
  });

  it("may be deleted already", async () => {
    iam.seed([seedOf(iam.accountId, { id: ID, state: "deleted" })]);
    expect(iam.policies()).to.deep.equal([]);
    expect((await client.getV2Policy({ id: ID })).result.state).to.equal("deleted");
    expect(inShort(await refusal(client.deleteV2Policy({ id: ID })))).to.equal("404 policy_not_found");
  });

  it("is forgotten by a reset, and may be seeded again", () => {
    iam.seed([whole(iam.accountId)]);
    iam.reset();
    expect(iam.policies({ state: "all" })).to.deep.equal([]);
    iam.seed([whole(iam.accountId)]);
    expect(iam.policies()).to.have.length(1);
  });

  const MANAGED: [method: string, path: string][] = [
    ["PUT", `/v2/policies/${ID}`],
    ["DELETE", `/v2/policies/${ID}`],
    ["DELETE", `/v1/policies/${ID}`],
  ];
  for (const [method, path] of MANAGED) {
    it(`of a template is refused by ${method} ${path.slice(0, 12)}/{id}, and stays as it is`, async () => {
      const seed = whole(iam.accountId);
      iam.seed([seed]);
      const { type = "authorization", subject, resource, control } = seed;
      const json = method === "PUT" ? { type, subject, resource, control } : undefined;
      const answer = await connect(iam).send(method, path, { json, headers: { "if-match": "*" } });
      expect(inShort(answer)).to.equal("400 unable_to_process");
      expect(errorIn(answer).message).to.include(ID).and.to.include(TEMPLATE.id);
      expect(iam.policies()).to.deep.equal([seed]);
    });
  }
});

describeEmulator("an account of several people", () => {
  const account: Account = {
    id: "7".repeat(32),
    apiKeys: ["ours", { apiKey: "theirs", iamId: "IBMid-THEIRS" }],
    iamId: "IBMid-OURS",
  };

  it("names each as the maker of what they made and changed", async () => {
    const { url } = closing(await startIamEmulator({ accounts: [account] }));
    const [ours, theirs] = ["ours", "theirs"].map((apiKey) => sdk({ url, apiKey }));
    const { result } = (await ours?.createV2Policy({ ...bucketBody(account.id) })) ?? {};
    expect(result).to.include({ created_by_id: "IBMid-OURS", last_modified_by_id: "IBMid-OURS" });
    const id = String(result?.id);
    await edit({ url, apiKey: "theirs" }, id, (policy) => (policy.description = "theirs"));
    const edited = (await theirs?.getV2Policy({ id }))?.result;
    expect(edited).to.include({ created_by_id: "IBMid-OURS", last_modified_by_id: "IBMid-THEIRS" });
  });

  it("is one account", async () => {
    const target = closing(await startIamEmulator({ accounts: [account] }));
    const body = bucketBody(account.id);
    await sdk({ url: target.url, apiKey: "theirs" }).createV2Policy({ ...body });
    const answer = await refusal(sdk({ url: target.url, apiKey: "ours" }).createV2Policy({ ...body }));
    expect(answer.status).to.equal(409);
  });

  it("may begin with somebody's own key, which is the emulator's then", async () => {
    const apiKeys = [{ apiKey: "theirs", iamId: "IBMid-THEIRS" }];
    const target = closing(await startIamEmulator({ accounts: [{ ...account, apiKeys }] }));
    expect(target.apiKey).to.equal("theirs");
    const { result } = await sdk(target).createV2Policy({ ...bucketBody(account.id) });
    expect(result.created_by_id).to.equal("IBMid-THEIRS");
    expect(JSON.stringify(target.calls())).not.to.include("theirs");
  });
});
