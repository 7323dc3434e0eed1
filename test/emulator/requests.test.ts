import { gzipSync } from "node:zlib";
import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { IamAuthenticator } from "ibm-cloud-sdk-core";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import {
  connect,
  describeEmulator,
  describeIam,
  type Connection,
  type RawRequest,
} from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn } from "./answers";
import { bucketBody } from "./bodies";

const KNOWN = "0f3a9b52-7c41-4d5e-9a86-2b1c3d4e5f60";
const ifMatch = `1-${"0".repeat(32)}`;

/** Each operation, with its request and the method of IBM's client that makes it. */
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

describeEmulator("calls()", () => {
  let target: IamEmulator;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
  });

  for (const [operation, request, call] of OPERATIONS) {
    it(`records ${request} as operation ${operation}`, async () => {
      const { client } = connect(target);
      await call(client, target.accountId).catch(() => undefined);
      const made = target.calls().map(({ operation: name, method, path }) => [name, `${method} ${path}`]);
      expect(made).to.deep.equal([
        ["token", "POST /identity/token"],
        [operation, request],
      ]);
    });
  }

  it("records the request and the status, also of refused requests", async () => {
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

  it("contains neither API keys nor tokens", async () => {
    await connect(target).client.createV2Policy({ ...bucketBody(target.accountId) });
    const text = JSON.stringify(target.calls());
    expect(text).to.include("createV2Policy");
    expect(text)
      .not.to.include(target.apiKey)
      .and.not.to.match(/eyJ|bearer/i);
  });

  it("returns a copy", async () => {
    await connect(target).client.listV2Policies({ accountId: target.accountId });
    target.calls().pop();
    expect(target.calls()).to.have.length(2);
  });
});

const JSON_TYPE = { "content-type": "application/json" };

describeIam("a request body", (iam) => {
  const NOT_JSON: [what: string, body: string][] = [
    ["that is incomplete JSON", '{"type":"authorization",'],
    ["that is a form", "type=authorization"],
    ["that is empty", ""],
  ];
  for (const [what, body] of NOT_JSON) {
    it(`${what} gets 400 invalid_body`, async () => {
      const answer = await iam.send("POST", "/v2/policies", { body, headers: JSON_TYPE });
      expect(answer.status).to.equal(400);
      expect(errorIn(answer).code).to.equal("invalid_body");
    });
  }

  it("of another content type gets 415 unsupported_content_type", async () => {
    const body = JSON.stringify(bucketBody(iam.accountId));
    const headers = { "content-type": "text/plain" };
    const answer = await iam.send("POST", "/v2/policies", { body, headers });
    expect(answer.status).to.equal(415);
    expect(errorIn(answer).code).to.equal("unsupported_content_type");
  });
});

describeEmulator("readJson()", () => {
  let target: IamEmulator;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
  });

  it("accepts gzip, which IBM's client can send", async () => {
    const { url, apiKey } = target;
    const client = new IamPolicyManagementV1({
      authenticator: new IamAuthenticator({ apikey: apiKey, url }),
      serviceUrl: url,
      enableGzipCompression: true,
    });
    const body = bucketBody(target.accountId, { description: "why" });
    const { result } = await client.createV2Policy({ ...body });
    expect(result).to.deep.include(body);
  });

  it("accepts a content type with a charset", async () => {
    const body = JSON.stringify(bucketBody(target.accountId, { description: "Genève" }));
    const headers = { "content-type": "application/json; charset=utf-8" };
    const { status } = await connect(target).send("POST", "/v2/policies", { body, headers });
    expect(status).to.equal(201);
    expect(target.policies()[0]?.description).to.equal("Genève");
  });

  const gzip = { ...JSON_TYPE, "content-encoding": "gzip" };
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const REFUSED: [what: string, status: number, request: RawRequest][] = [
    ["a body that is declared as gzip and is not", 400, { body: "{}", headers: gzip }],
    ["incomplete gzip", 400, { body: gzipSync("{}").subarray(0, 10), headers: gzip }],
    ["JSON too deep for a recursive function", 400, { body: deep, headers: JSON_TYPE }],
    ["a body without a content type", 415, { body: Buffer.from("{}"), headers: { "content-type": "" } }],
    [
      "a content type that only starts like JSON's",
      415,
      { body: "{}", headers: { "content-type": "application/jsonp" } },
    ],
  ];
  for (const [what, status, request] of REFUSED) {
    it(`returns ${status} to ${what}`, async () => {
      const answer = await connect(target).send("POST", "/v2/policies", request);
      expect(answer.status).to.equal(status);
      expect(errorIn(answer).code).to.equal(status === 415 ? "unsupported_content_type" : "invalid_body");
      expect(target.policies({ state: "all" })).to.deep.equal([]);
    });
  }

  // White space after JSON is valid, so only the size of this body can be refused.
  const padded = (length: number) => {
    const text = JSON.stringify(bucketBody(target.accountId));
    return text + " ".repeat(length - Buffer.byteLength(text));
  };
  const SIZES: [size: string, length: number, status: number][] = [
    ["1 MiB", 1024 * 1024, 201],
    ["1 MiB and one byte", 1024 * 1024 + 1, 400],
  ];
  for (const [size, length, status] of SIZES) {
    it(`returns ${status} to a body of ${size}, gzipped or not`, async () => {
      const { send } = connect(target);
      const plain = await send("POST", "/v2/policies", { body: padded(length), headers: JSON_TYPE });
      const zipped = await send("POST", "/v2/policies", { body: gzipSync(padded(length)), headers: gzip });
      expect([plain.status, zipped.status]).to.deep.equal([status, status]);
      if (status === 400) expect(errorIn(zipped).code).to.equal("invalid_body");
    });
  }
});
