import { expect } from "chai";
import { startIamEmulator, type Account, type IamEmulator } from "../../src/emulator";
import { edit, sdk } from "../support/iam-edits";
import { connect, describeEmulator, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, refusal } from "./answers";
import { bucketBody, equals, type Body } from "./bodies";

const ONE: Account = { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" };
const TWO: Account = { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" };

/** Returns a body with all accounts replaced. */
function movedTo(account: Account, { subject, resource, ...rest }: Body): Body {
  const move = ({ key, operator, value }: { key: string; operator: string; value: unknown }) =>
    key === "accountId" ? equals(key, account.id) : { key, operator, value };
  return {
    ...rest,
    subject: { attributes: subject.attributes.map(move) },
    resource: { attributes: resource.attributes.map(move) },
  };
}

describeEmulator("an account", () => {
  let target: IamEmulator;
  let one: Connection;
  let two: Connection;
  let body: Body;
  let id: string;
  let etag: string;
  beforeEach(async () => {
    target = closing(await startIamEmulator({ accounts: [ONE, TWO] }));
    one = connect({ url: target.url, apiKey: "one" });
    two = connect({ url: target.url, apiKey: "two" });
    body = bucketBody(ONE.id);
    const { result, headers } = await one.client.createV2Policy({ ...body });
    id = String(result.id);
    etag = String(headers.etag);
  });

  it("is the default account of the emulator when it is the first", () => {
    expect(target).to.include({ accountId: ONE.id, apiKey: "one" });
  });

  it("sees only its own policies in lists, whichever account_id the request has", async () => {
    const { result } = await two.client.createV2Policy({ ...bucketBody(TWO.id) });
    const listed = async ({ client }: Connection, { id: accountId }: Account) =>
      (await client.listV2Policies({ accountId })).result.policies.map((each) => each.id);
    expect(await listed(one, ONE)).to.deep.equal([id]);
    expect(await listed(one, TWO)).to.deep.equal([]);
    expect(await listed(two, TWO)).to.deep.equal([result.id]);
    expect(await listed(two, ONE)).to.deep.equal([]);
    expect(target.policies().map((each) => each.id)).to.deep.equal([id, result.id]);
  });

  const CALLS: [method: string, version: string, json?: (body: Body) => object][] = [
    ["GET", "v2"],
    ["PUT", "v2", (own) => movedTo(TWO, own)],
    ["DELETE", "v2"],
    ["GET", "v1"],
    ["DELETE", "v1"],
    ["PATCH", "v1", () => ({ state: "active" })],
  ];
  for (const [method, version, json] of CALLS) {
    it(`gets 404 from ${method} /${version}/policies/{id} for another account's policy`, async () => {
      const answer = await two.send(method, `/${version}/policies/${id}`, {
        json: json?.(body),
        headers: { "if-match": etag },
      });
      expect(answer.status).to.equal(404);
      expect(errorIn(answer).message).to.equal(`Policy with Id ${id} not found.`);
      expect(target.policies()).to.have.length(1);
      expect((await one.client.getV2Policy({ id })).headers.etag).to.equal(etag);
    });
  }

  it("can create the same authorization as another account, and is recorded as its author", async () => {
    const { status } = await two.client.createV2Policy({ ...movedTo(TWO, body) });
    expect(status).to.equal(201);
    const authors = target.policies().map((each) => [each.created_by_id, each.last_modified_by_id]);
    expect(authors).to.deep.equal([
      [ONE.iamId, ONE.iamId],
      [TWO.iamId, TWO.iamId],
    ]);
  });

  it("can be the source of another account's authorization", async () => {
    const { resource, ...rest } = movedTo(TWO, body);
    const { subject } = movedTo(ONE, body);
    const { result } = await two.client.createV2Policy({ ...rest, subject, resource });
    expect(result.subject).to.deep.equal(subject);
  });
});

describeEmulator("an account with several identities", () => {
  const account: Account = {
    id: "7".repeat(32),
    apiKeys: ["ours", { apiKey: "theirs", iamId: "IBMid-THEIRS" }],
    iamId: "IBMid-OURS",
  };

  it("records the identity of each API key as author", async () => {
    const { url } = closing(await startIamEmulator({ accounts: [account] }));
    const [ours, theirs] = ["ours", "theirs"].map((apiKey) => sdk({ url, apiKey }));
    const { result } = (await ours?.createV2Policy({ ...bucketBody(account.id) })) ?? {};
    expect(result).to.include({ created_by_id: "IBMid-OURS", last_modified_by_id: "IBMid-OURS" });
    const id = String(result?.id);
    await edit({ url, apiKey: "theirs" }, id, (policy) => (policy.description = "theirs"));
    const edited = (await theirs?.getV2Policy({ id }))?.result;
    expect(edited).to.include({ created_by_id: "IBMid-OURS", last_modified_by_id: "IBMid-THEIRS" });
  });

  it("has one set of policies", async () => {
    const target = closing(await startIamEmulator({ accounts: [account] }));
    const body = bucketBody(account.id);
    await sdk({ url: target.url, apiKey: "theirs" }).createV2Policy({ ...body });
    const answer = await refusal(sdk({ url: target.url, apiKey: "ours" }).createV2Policy({ ...body }));
    expect(answer.status).to.equal(409);
  });

  it("can have an API key with its own identity as the first, which is the emulator's `apiKey`", async () => {
    const apiKeys = [{ apiKey: "theirs", iamId: "IBMid-THEIRS" }];
    const target = closing(await startIamEmulator({ accounts: [{ ...account, apiKeys }] }));
    expect(target.apiKey).to.equal("theirs");
    const { result } = await sdk(target).createV2Policy({ ...bucketBody(account.id) });
    expect(result.created_by_id).to.equal("IBMid-THEIRS");
    expect(JSON.stringify(target.calls())).not.to.include("theirs");
  });
});
