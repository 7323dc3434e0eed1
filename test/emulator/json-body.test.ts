import { gzipSync } from "node:zlib";
import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { IamAuthenticator } from "ibm-cloud-sdk-core";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type RawRequest } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn } from "./answers";
import { bucketBody } from "./bodies";

const JSON_TYPE = { "content-type": "application/json" };

describeIam("a body", (iam) => {
  const NOT_JSON: [what: string, body: string][] = [
    ["that is cut off", '{"type":"authorization",'],
    ["that is a form", "type=authorization"],
    ["that is empty", ""],
  ];
  for (const [what, body] of NOT_JSON) {
    it(`${what} is answered 400 invalid_body`, async () => {
      const answer = await iam.send("POST", "/v2/policies", { body, headers: JSON_TYPE });
      expect(answer.status).to.equal(400);
      expect(errorIn(answer).code).to.equal("invalid_body");
    });
  }

  it("of another type is answered 415 unsupported_content_type", async () => {
    const body = JSON.stringify(bucketBody(iam.accountId));
    const headers = { "content-type": "text/plain" };
    const answer = await iam.send("POST", "/v2/policies", { body, headers });
    expect(answer.status).to.equal(415);
    expect(errorIn(answer).code).to.equal("unsupported_content_type");
  });
});

describeEmulator("a body for the emulator", () => {
  let target: IamEmulator;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
  });

  it("may be gzipped, as IBM's client can do it", async () => {
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

  it("may say its charset", async () => {
    const body = JSON.stringify(bucketBody(target.accountId, { description: "Genève" }));
    const headers = { "content-type": "application/json; charset=utf-8" };
    const { status } = await connect(target).send("POST", "/v2/policies", { body, headers });
    expect(status).to.equal(201);
    expect(target.policies()[0]?.description).to.equal("Genève");
  });

  const gzip = { ...JSON_TYPE, "content-encoding": "gzip" };
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const REFUSED: [what: string, status: number, request: RawRequest][] = [
    ["that is no gzip though it says so", 400, { body: "{}", headers: gzip }],
    ["that is cut off in its gzip", 400, { body: gzipSync("{}").subarray(0, 10), headers: gzip }],
    ["that is deeper than a stack", 400, { body: deep, headers: JSON_TYPE }],
    ["without a type", 415, { body: Buffer.from("{}"), headers: { "content-type": "" } }],
    [
      "whose type only begins like JSON's",
      415,
      { body: "{}", headers: { "content-type": "application/jsonp" } },
    ],
  ];
  for (const [what, status, request] of REFUSED) {
    it(`${what} is answered ${status}`, async () => {
      const answer = await connect(target).send("POST", "/v2/policies", request);
      expect(answer.status).to.equal(status);
      expect(errorIn(answer).code).to.equal(status === 415 ? "unsupported_content_type" : "invalid_body");
      expect(target.policies({ state: "all" })).to.deep.equal([]);
    });
  }

  // Spaces are JSON too: but for its size, such a body would be taken.
  const padded = (length: number) => {
    const text = JSON.stringify(bucketBody(target.accountId));
    return text + " ".repeat(length - Buffer.byteLength(text));
  };
  const SIZES: [what: string, length: number, status: number][] = [
    ["of a megabyte", 1024 * 1024, 201],
    ["of a byte more", 1024 * 1024 + 1, 400],
  ];
  for (const [what, length, status] of SIZES) {
    it(`${what} is answered ${status}, gzipped or not`, async () => {
      const { send } = connect(target);
      const plain = await send("POST", "/v2/policies", { body: padded(length), headers: JSON_TYPE });
      const zipped = await send("POST", "/v2/policies", { body: gzipSync(padded(length)), headers: gzip });
      expect([plain.status, zipped.status]).to.deep.equal([status, status]);
      if (status === 400) expect(errorIn(zipped).code).to.equal("invalid_body");
    });
  }
});
