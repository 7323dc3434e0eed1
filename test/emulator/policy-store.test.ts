import { expect } from "chai";
import * as fc from "fast-check";
import { startIamEmulator, type IamEmulator, type Seed } from "../../src/emulator";
import { edit, sdk } from "../support/iam-edits";
import { connect, describeEmulator, describeIam } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, make, refusal } from "./answers";
import { bucketBody, equals, granting, OBJECT_WRITER, READER, WRITER, type Body } from "./bodies";

/** Returns the body with attributes and roles in the opposite order. */
function backwards({ subject, resource, control, ...rest }: Body): Body {
  return {
    ...rest,
    subject: { attributes: subject.attributes.toReversed() },
    resource: { attributes: resource.attributes.toReversed() },
    control: { grant: { roles: control.grant.roles.toReversed() } },
  };
}

describeIam("a duplicate policy", (iam) => {
  const DUPLICATES: [how: string, change: (body: Body) => Body][] = [
    ["with an identical body", (body) => body],
    ["in another order", backwards],
    ["with another description", (body) => ({ ...body, description: "other" })],
  ];
  for (const [how, change] of DUPLICATES) {
    it(`${how} gets 409 policy_conflict_error with the existing policy`, async () => {
      const body = bucketBody(iam.accountId, { control: granting(READER, OBJECT_WRITER) });
      const { id, etag } = await make(iam, body);
      const answer = await refusal(iam.client.createV2Policy({ ...change(body) }));
      expect(answer.status).to.equal(409);
      const { code, message, details } = errorIn(answer);
      expect(code).to.equal("policy_conflict_error");
      expect(message).to.include(`Please update the rule in the existing policy (${id})`);
      const { policy, ...rest } = details?.conflicts_with ?? {};
      expect(rest).to.deep.equal({ etag });
      // IBM's SDK declares it as an id. Published responses of IAM contain the whole policy.
      iam.settle("The type of conflicts_with.policy", typeof policy, "object", ["string"]);
      expect(typeof policy === "string" ? policy : (policy as { id: string }).id).to.equal(id);
    });
  }

  const OTHER_ROLES: [what: string, roles: string[]][] = [
    ["other roles", [OBJECT_WRITER]],
    ["fewer roles", [READER]],
  ];
  for (const [what, roles] of OTHER_ROLES) {
    it(`has the same roles: a policy with ${what} is created`, async () => {
      const body = bucketBody(iam.accountId, { control: granting(READER, WRITER) });
      await make(iam, body);
      const answer = await iam.send("POST", "/v2/policies", {
        json: { ...body, control: granting(...roles) },
      });
      iam.settle(`§9.4 The response to the same attributes with ${what}`, inShort(answer), "201", [
        "409 policy_conflict_error",
      ]);
    });
  }

  it("is created once the existing policy is deleted", async () => {
    const body = bucketBody(iam.accountId);
    const { id } = await make(iam, body);
    await iam.client.deleteV2Policy({ id });
    const { status, result } = await iam.eventually(() => iam.client.createV2Policy({ ...body }));
    expect(status).to.equal(201);
    expect(result.id).not.to.equal(id);
  });
});

describeEmulator("the duplicate check", () => {
  it("returns the whole existing policy", async () => {
    const target = closing(await startIamEmulator());
    const { client } = connect(target);
    const body = bucketBody(target.accountId, { description: "why" });
    const { result, headers } = await client.createV2Policy({ ...body });
    const { details } = errorIn(await refusal(client.createV2Policy({ ...body })));
    expect(details).to.deep.equal({ conflicts_with: { etag: headers.etag, policy: result } });
    expect(target.policies()).to.have.length(1);
  });

  it("refuses a replacement that duplicates another policy, and accepts one by the policy's own body", async () => {
    const target = closing(await startIamEmulator());
    const { client } = connect(target);
    const [one, other] = [bucketBody(target.accountId), bucketBody(target.accountId)];
    const first = await client.createV2Policy({ ...one });
    const { result, headers } = await client.createV2Policy({ ...other });
    const params = { id: String(result.id), ifMatch: String(headers.etag) };
    const answer = await refusal(client.replaceV2Policy({ ...params, ...one }));
    expect(answer.status).to.equal(409);
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(first.result);
    const { status } = await client.replaceV2Policy({ ...params, ...other });
    expect(status).to.equal(200);
  });

  it("ignores the order of lists, and accepts a policy that differs in one value", async () => {
    const target = closing(await startIamEmulator());
    const { send } = connect(target);
    const create = async (json: Body) => inShort(await send("POST", "/v2/policies", { json }));
    const roles = [READER, WRITER, OBJECT_WRITER];
    const shuffled = <T>(list: T[]) => fc.shuffledSubarray(list, { minLength: list.length });
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const { subject, resource, ...rest } = bucketBody(target.accountId, { control: granting(...roles) });
        const list = { key: "path", operator: "stringEqualsAnyOf", value: ["a", "b", "c"] };
        const tags = [equals("env", "prod"), equals("team", "events")];
        const wide = [...resource.attributes, list];
        expect(await create({ ...rest, subject, resource: { attributes: wide, tags } })).to.equal("201");

        const again = gen(shuffled, wide).map((each) =>
          each === list ? { ...list, value: gen(shuffled, list.value) } : each,
        );
        const same = {
          ...rest,
          subject: { attributes: gen(shuffled, subject.attributes) },
          resource: { attributes: again, tags: gen(shuffled, tags) },
          control: granting(...gen(shuffled, roles)),
        };
        expect(await create(same)).to.equal("409 policy_conflict_error");

        const at = gen(fc.nat, { max: tags.length - 1 });
        const retagged = tags.map((each, index) => (index === at ? { ...each, value: "other" } : each));
        expect(await create({ ...same, resource: { attributes: again, tags: retagged } })).to.equal("201");
        const narrowed = { attributes: again.filter((each) => each.key !== "path"), tags };
        expect(await create({ ...same, resource: narrowed })).to.equal("201");
      }),
      { numRuns: 20 },
    );
  });
});

const ID = "0f3a9b52-7c41-4d5e-9a86-2b1c3d4e5f60";
const SERVICE = "crn-crn:v1:bluemix:public:event-notifications:us-south:a/1:2::";
const TEMPLATE = { id: "policyTemplate-1", version: "2", assignment_id: "policyAssignment-3" };

/** Returns a body as a seed. */
function seedOf(accountId: string, more: Partial<Seed> = {}): Seed {
  const { subject, resource, control } = bucketBody(accountId) as Seed;
  return { subject, resource, control, ...more };
}

/** Returns a seed with all metadata. */
function completeSeed(accountId: string): Seed {
  return seedOf(accountId, {
    type: "authorization",
    id: ID,
    description: "created long ago",
    href: `https://iam.cloud.ibm.com/v1/policies/${ID}`,
    created_at: "2018-04-17T06:53:46.342Z",
    created_by_id: SERVICE,
    last_modified_at: "2019-01-02T03:04:05.006Z",
    last_modified_by_id: "IBMid-270004WA4U",
    state: "active",
    template: TEMPLATE,
  });
}

describeEmulator("a seed", () => {
  let iam: IamEmulator;
  let client: ReturnType<typeof sdk>;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    client = sdk(iam);
  });

  it("is stored and returned unchanged", async () => {
    const seed = completeSeed(iam.accountId);
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

  it("can be an option of startIamEmulator", async () => {
    const accountId = "5".repeat(32);
    const accounts = [{ id: accountId, apiKeys: ["key"], iamId: "IBMid-5" }] as const;
    const seed = [completeSeed(accountId), seedOf(accountId)];
    const target = closing(await startIamEmulator({ accounts: [...accounts], seed }));
    expect(target.policies()[0]).to.deep.equal(seed[0]);
    expect(target.policies()[1]).to.include({ created_by_id: "IBMid-5", state: "active" });
  });

  it("gets the metadata that it lacks", () => {
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

  it("is copied, and so is the returned policy", () => {
    const seed = seedOf(iam.accountId);
    const [returned] = iam.seed([seed]);
    const before = iam.policies();
    seed.resource.attributes.pop();
    returned?.resource.attributes.pop();
    expect(iam.policies()).to.deep.equal(before);
  });

  it("belongs to the account of its resource, or else to the first account", async () => {
    const accounts = [
      { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" },
      { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" },
    ] as const;
    const target = closing(await startIamEmulator({ accounts: [...accounts] }));
    const [, { id: second }] = accounts;
    const withoutAccount = seedOf(second, { resource: { attributes: [equals("serviceName", "kms")] } });
    const made = target.seed([seedOf(second), withoutAccount]);
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

  it("is not checked against the API's rules", () => {
    iam.behave({ quota: 1 });
    const invalid = seedOf(iam.accountId, {
      subject: { attributes: [equals("unknown", "")] },
      control: granting("crn:v1:bluemix:public:no-such-service::::serviceRole:Any"),
    });
    expect(iam.seed([invalid, invalid, invalid])).to.have.length(3);
    expect(iam.policies()).to.have.length(3);
  });

  it("is visible at once, and conflicts with a duplicate", async () => {
    iam.behave({ visibleAfter: Infinity });
    const body = bucketBody(iam.accountId);
    iam.seed([{ ...(body as Seed), id: ID }]);
    await client.getV2Policy({ id: ID });
    const answer = await refusal(client.createV2Policy({ ...body }));
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.include({ id: ID });
  });

  it("replaces a policy with its id", () => {
    iam.seed([seedOf(iam.accountId, { id: ID, description: "old" })]);
    iam.seed([seedOf(iam.accountId, { id: ID, description: "new" })]);
    expect(iam.policies().map(({ description }) => description)).to.deep.equal(["new"]);
  });

  it("can be changed, deleted and restored like any other policy", async () => {
    iam.seed([seedOf(iam.accountId, { id: ID, created_by_id: SERVICE })]);
    await edit(iam, ID, (policy) => (policy.description = "theirs"));
    await client.deleteV2Policy({ id: ID });
    await client.updatePolicyState({ policyId: ID, ifMatch: "*", state: "active" });
    const [policy] = iam.policies();
    expect(policy).to.include({ id: ID, description: "theirs", created_by_id: SERVICE });
    expect(policy?.last_modified_by_id).to.match(/^iam-ServiceId-/);
  });

  it("can be in state deleted", async () => {
    iam.seed([seedOf(iam.accountId, { id: ID, state: "deleted" })]);
    expect(iam.policies()).to.deep.equal([]);
    expect((await client.getV2Policy({ id: ID })).result.state).to.equal("deleted");
    expect(inShort(await refusal(client.deleteV2Policy({ id: ID })))).to.equal("404 policy_not_found");
  });

  it("is removed by reset() and can be seeded again", () => {
    iam.seed([completeSeed(iam.accountId)]);
    iam.reset();
    expect(iam.policies({ state: "all" })).to.deep.equal([]);
    iam.seed([completeSeed(iam.accountId)]);
    expect(iam.policies()).to.have.length(1);
  });
});
