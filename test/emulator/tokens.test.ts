import { randomUUID } from "node:crypto";
import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { BearerTokenAuthenticator } from "ibm-cloud-sdk-core";
import { startIamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type Answer, type IamTarget } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn } from "./answers";
import { bucketBody } from "./bodies";

const GRANT = "urn:ibm:params:oauth:grant-type:apikey";

function ask({ send }: Pick<IamTarget, "send">, form: Record<string, string>): Promise<Answer> {
  const headers = { authorization: "", "content-type": "application/x-www-form-urlencoded" };
  return send("POST", "/identity/token", { body: new URLSearchParams(form).toString(), headers });
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;
}

const REFUSED: [what: string, form: Record<string, string>, code: string, message: RegExp][] = [
  [
    "an unknown key",
    { grant_type: GRANT, apikey: randomUUID() },
    "BXNIM0415E",
    /^Provided API key could not be found$/,
  ],
  ["no key", { grant_type: GRANT }, "BXNIM0109E", /apikey/],
  ["no grant type", { apikey: "x" }, "BXNIM0109E", /grant_type/],
  ["an unknown grant type", { grant_type: "password" }, "BXNIM0112E", /password/],
];

describeIam("POST /identity/token", (iam) => {
  it("gives a token whose claims tell the account and how long it lasts", async () => {
    const { status, body } = await ask(iam, { grant_type: GRANT, apikey: iam.apiKey });
    expect(status).to.equal(200);
    const { access_token, expires_in, expiration, ...rest } = body as Record<string, string | number>;
    const { account, iat, exp, iam_id } = claimsOf(String(access_token));
    expect(account).to.deep.include({ bss: iam.accountId });
    expect(exp).to.equal(expiration);
    expect(Number(exp) - Number(iat)).to.equal(expires_in);
    expect(iam_id).to.match(/^(IBMid|iam)-/);
    expect(rest).to.include({ token_type: "Bearer" }).and.to.include.all.keys("refresh_token", "scope");
  });

  it("gives a token that IAM takes", async () => {
    const { body } = await ask(iam, { grant_type: GRANT, apikey: iam.apiKey });
    const { access_token } = body as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const { status } = await iam.send("GET", `/v2/policies?account_id=${iam.accountId}&limit=1`, { headers });
    expect(status).to.equal(200);
  });

  for (const [what, form, code, message] of REFUSED) {
    it(`answers ${what} with 400, in the token service's own shape`, async () => {
      const { status, body } = await ask(iam, form);
      expect(status).to.equal(400);
      expect(body).to.include.all.keys("context", "errorCode", "errorMessage");
      const { context, errorCode, errorMessage } = body as Record<string, string>;
      expect(context).to.include.all.keys("requestId", "requestType", "url");
      // IBM documents only the code for an unknown key.
      iam.settle(`The code for ${what}`, errorCode, code, code === "BXNIM0415E" ? [] : undefined);
      if (!iam.live) expect(errorMessage).to.match(message);
    });
  }
});

describeIam("a request", (iam) => {
  const WITHOUT_TOKEN: [what: string, authorization: string][] = [
    ["no token", ""],
    ["an unknown token", "Bearer abc"],
    ["a token of another scheme", "Basic YTpi"],
  ];
  for (const [what, authorization] of WITHOUT_TOKEN) {
    it(`with ${what} is answered 401 invalid_token`, async () => {
      const path = `/v2/policies?account_id=${iam.accountId}`;
      const answer = await iam.send("GET", path, { headers: { authorization } });
      expect(answer.status).to.equal(401);
      expect(errorIn(answer).code).to.equal("invalid_token");
    });
  }
});

describeEmulator("a token", () => {
  it("is of the account and the identity of its key", async () => {
    const accounts = [
      { id: "1".repeat(32), apiKeys: ["one", "uno"], iamId: "iam-ServiceId-1" },
      { id: "2".repeat(32), apiKeys: ["two"], iamId: "IBMid-2" },
    ] as const;
    const { url } = closing(await startIamEmulator({ accounts: [...accounts] }));
    const { send } = connect({ url, apiKey: "one" });
    for (const { id, apiKeys, iamId } of accounts) {
      for (const apikey of apiKeys) {
        const { body } = await ask({ send }, { grant_type: GRANT, apikey });
        const claims = claimsOf((body as { access_token: string }).access_token);
        expect(claims).to.deep.include({ iam_id: iamId, account: { valid: true, bss: id, frozen: true } });
      }
    }
  });

  it("lasts as long as the emulator was told", async () => {
    const iam = closing(await startIamEmulator({ tokenLifetime: 60 }));
    const { body } = await ask(connect(iam), { grant_type: GRANT, apikey: iam.apiKey });
    const { access_token, expires_in } = body as { access_token: string; expires_in: number };
    const { iat, exp } = claimsOf(access_token);
    expect([expires_in, Number(exp) - Number(iat)]).to.deep.equal([60, 60]);
  });

  it("that is expired is answered 401 invalid_token", async () => {
    const iam = closing(await startIamEmulator({ tokenLifetime: 0 }));
    const { send } = connect(iam);
    const { body } = await ask({ send }, { grant_type: GRANT, apikey: iam.apiKey });
    const headers = { authorization: `Bearer ${(body as { access_token: string }).access_token}` };
    const answer = await send("GET", `/v2/policies?account_id=${iam.accountId}`, { headers });
    expect(answer.status).to.equal(401);
    expect(errorIn(answer)).to.deep.equal({
      code: "invalid_token",
      message: "The provided IAM token is invalid.",
    });
  });

  it("outlives a reset", async () => {
    const iam = closing(await startIamEmulator());
    const { client } = connect(iam);
    await client.listV2Policies({ accountId: iam.accountId });
    iam.reset();
    await client.listV2Policies({ accountId: iam.accountId });
    expect(iam.calls().map(({ operation }) => operation)).to.deep.equal(["listV2Policies"]);
  });

  it("of the handle is as good as one that was asked for", async () => {
    const accounts = [
      { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" },
      { id: "2".repeat(32), apiKeys: ["two"], iamId: "IBMid-2" },
    ] as const;
    const iam = closing(await startIamEmulator({ accounts: [...accounts] }));
    for (const [token, { id: accountId, iamId }] of [
      [iam.token(), accounts[0]],
      [iam.token("two"), accounts[1]],
    ] as const) {
      expect(claimsOf(token)).to.include({ iam_id: iamId });
      const authenticator = new BearerTokenAuthenticator({ bearerToken: token });
      const client = new IamPolicyManagementV1({ authenticator, serviceUrl: iam.url });
      expect((await client.createV2Policy({ ...bucketBody(accountId) })).result.created_by_id).to.equal(
        iamId,
      );
    }
    expect(iam.calls().map(({ operation }) => operation)).not.to.include("token");
  });

  it("of the handle needs a key that an account has", async () => {
    const iam = closing(await startIamEmulator());
    expect(() => iam.token("else")).to.throw(RangeError, /No account/);
  });
});
