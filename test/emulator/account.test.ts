import { expect } from "chai";
import { startIamEmulator, type Account, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn } from "./answers";
import { bucketBody, equals, type Body } from "./bodies";

const ONE: Account = { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" };
const TWO: Account = { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" };

/** A body of one account said for another. */
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

  it("is the emulator's own when it is the first", () => {
    expect(target).to.include({ accountId: ONE.id, apiKey: "one" });
  });

  it("lists its own policies only, whatever account it asks for", async () => {
    const { result } = await two.client.createV2Policy({ ...bucketBody(TWO.id) });
    const listed = async ({ client }: Connection, { id: accountId }: Account) =>
      (await client.listV2Policies({ accountId })).result.policies.map((each) => each.id);
    expect(await listed(one, ONE)).to.deep.equal([id]);
    expect(await listed(one, TWO)).to.deep.equal([]);
    expect(await listed(two, TWO)).to.deep.equal([result.id]);
    expect(await listed(two, ONE)).to.deep.equal([]);
    expect(target.policies().map((each) => each.id)).to.deep.equal([id, result.id]);
  });

  const TOUCHING: [method: string, version: string, json?: (body: Body) => object][] = [
    ["GET", "v2"],
    ["PUT", "v2", (own) => movedTo(TWO, own)],
    ["DELETE", "v2"],
    ["GET", "v1"],
    ["DELETE", "v1"],
    ["PATCH", "v1", () => ({ state: "active" })],
  ];
  for (const [method, version, json] of TOUCHING) {
    it(`is told by ${method} /${version}/policies/{id} that another's policy is not there`, async () => {
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

  it("may say what another said, and is named as its maker", async () => {
    const { status } = await two.client.createV2Policy({ ...movedTo(TWO, body) });
    expect(status).to.equal(201);
    const makers = target.policies().map((each) => [each.created_by_id, each.last_modified_by_id]);
    expect(makers).to.deep.equal([
      [ONE.iamId, ONE.iamId],
      [TWO.iamId, TWO.iamId],
    ]);
  });

  it("may be a source for another", async () => {
    const { resource, ...rest } = movedTo(TWO, body);
    const { subject } = movedTo(ONE, body);
    const { result } = await two.client.createV2Policy({ ...rest, subject, resource });
    expect(result.subject).to.deep.equal(subject);
  });
});
