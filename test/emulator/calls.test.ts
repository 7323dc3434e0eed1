import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, type Connection } from "../support/iam-target";
import { closing } from "../support/opened";
import { bucketBody } from "./bodies";

const KNOWN = randomUUID();
const ifMatch = `1-${"0".repeat(32)}`;

/** Each operation by the method of IBM's client that makes it. */
const OPERATIONS: [
  operation: string,
  request: string,
  call: (client: Connection["client"], accountId: string) => Promise<unknown>,
][] = [
  [
    "createV2Policy",
    "POST /v2/policies",
    (client, account) => client.createV2Policy({ ...bucketBody(account) }),
  ],
  ["listV2Policies", "GET /v2/policies", (client, accountId) => client.listV2Policies({ accountId })],
  ["getV2Policy", `GET /v2/policies/${KNOWN}`, (client) => client.getV2Policy({ id: KNOWN })],
  [
    "replaceV2Policy",
    `PUT /v2/policies/${KNOWN}`,
    (client, account) => client.replaceV2Policy({ id: KNOWN, ifMatch, ...bucketBody(account) }),
  ],
  ["deleteV2Policy", `DELETE /v2/policies/${KNOWN}`, (client) => client.deleteV2Policy({ id: KNOWN })],
  [
    "createPolicy",
    "POST /v1/policies",
    (client) => client.createPolicy({ type: "authorization", subjects: [], roles: [], resources: [] }),
  ],
  [
    "replacePolicy",
    `PUT /v1/policies/${KNOWN}`,
    (client) => {
      const body = { type: "authorization", subjects: [], roles: [], resources: [] };
      return client.replacePolicy({ policyId: KNOWN, ifMatch, ...body });
    },
  ],
  ["listPolicies", "GET /v1/policies", (client, accountId) => client.listPolicies({ accountId })],
  ["getPolicy", `GET /v1/policies/${KNOWN}`, (client) => client.getPolicy({ policyId: KNOWN })],
  ["deletePolicy", `DELETE /v1/policies/${KNOWN}`, (client) => client.deletePolicy({ policyId: KNOWN })],
  [
    "updatePolicyState",
    `PATCH /v1/policies/${KNOWN}`,
    (client) => client.updatePolicyState({ policyId: KNOWN, ifMatch, state: "active" }),
  ],
  ["listRoles", "GET /v2/roles", (client) => client.listRoles({ serviceName: "kms" })],
  ["unknown", `GET /v2/roles/${KNOWN}`, (client) => client.getRole({ roleId: KNOWN })],
];

describeEmulator("calls", () => {
  let target: IamEmulator;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
  });

  for (const [operation, request, call] of OPERATIONS) {
    it(`tell ${operation} by the name that IBM's client has for it`, async () => {
      const { client } = connect(target);
      await call(client, target.accountId).catch(() => undefined);
      const made = target.calls().map(({ operation: name, method, path }) => [name, `${method} ${path}`]);
      expect(made).to.deep.equal([
        ["token", "POST /identity/token"],
        [operation, request],
      ]);
    });
  }

  it("tell what was asked and answered, refused or not", async () => {
    const { client, send } = connect(target);
    await client.createV2Policy({ ...bucketBody(target.accountId), headers: { "Transaction-Id": "mine" } });
    await send("GET", `/v2/policies?account_id=${target.accountId}&limit=0`, {
      headers: { "user-agent": "me/1" },
    });
    const [token, created, listed, ...rest] = target.calls();
    expect(rest).to.deep.equal([]);
    expect(token).to.include({ status: 200 });
    expect(created).to.include({ status: 201, transactionId: "mine" });
    expect(created?.userAgent).to.match(/platform-services/);
    expect(listed).to.include({ status: 400, userAgent: "me/1" });
    expect({ ...listed?.query }).to.deep.equal({ account_id: target.accountId, limit: "0" });
    expect(created?.startedAt).to.be.within(Number(token?.startedAt), Number(listed?.startedAt));
  });

  it("hold neither keys nor tokens", async () => {
    await connect(target).client.createV2Policy({ ...bucketBody(target.accountId) });
    const text = JSON.stringify(target.calls());
    expect(text).to.include("createV2Policy");
    expect(text)
      .not.to.include(target.apiKey)
      .and.not.to.match(/eyJ|bearer/i);
  });

  it("are a list of the caller's own", async () => {
    await connect(target).client.listV2Policies({ accountId: target.accountId });
    target.calls().pop();
    expect(target.calls()).to.have.length(2);
  });
});
