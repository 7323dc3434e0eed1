import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import {
  BearerTokenAuthenticator,
  ContainerAuthenticator,
  IamAssumeAuthenticator,
  type Authenticator,
} from "ibm-cloud-sdk-core";
import { startIamEmulator, type Account, type IamEmulator } from "../../../src/emulator";
import {
  connect,
  describeEmulator,
  describeIam,
  type Answer,
  type IamTarget,
} from "../../support/iam-target";
import { closing } from "../../support/opened";
import { errorIn, failure } from "../answers";
import { bucketBody } from "../bodies";

const GRANT = "urn:ibm:params:oauth:grant-type:apikey";

function requestToken({ send }: Pick<IamTarget, "send">, form: Record<string, string>): Promise<Answer> {
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
  it("returns a token whose claims contain the account and the lifetime", async () => {
    const { status, body } = await requestToken(iam, { grant_type: GRANT, apikey: iam.apiKey });
    expect(status).to.equal(200);
    const { access_token, expires_in, expiration, ...rest } = body as Record<string, string | number>;
    const { account, iat, exp, iam_id } = claimsOf(String(access_token));
    expect(account).to.deep.include({ bss: iam.accountId });
    expect(exp).to.equal(expiration);
    expect(Number(exp) - Number(iat)).to.equal(expires_in);
    expect(iam_id).to.match(/^(IBMid|iam)-/);
    expect(rest).to.include({ token_type: "Bearer" }).and.to.include.all.keys("refresh_token", "scope");
  });

  it("returns a token that IAM accepts", async () => {
    const { body } = await requestToken(iam, { grant_type: GRANT, apikey: iam.apiKey });
    const { access_token } = body as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const { status } = await iam.send("GET", `/v2/policies?account_id=${iam.accountId}&limit=1`, { headers });
    expect(status).to.equal(200);
  });

  for (const [what, form, code, message] of REFUSED) {
    it(`returns 400 in the token service's shape to ${what}`, async () => {
      const { status, body } = await requestToken(iam, form);
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
    it(`with ${what} gets 401 invalid_token`, async () => {
      const path = `/v2/policies?account_id=${iam.accountId}`;
      const answer = await iam.send("GET", path, { headers: { authorization } });
      expect(answer.status).to.equal(401);
      expect(errorIn(answer).code).to.equal("invalid_token");
    });
  }
});

describeEmulator("a token", () => {
  it("has the account and the identity of its API key", async () => {
    const accounts = [
      { id: "1".repeat(32), apiKeys: ["one", "uno"], iamId: "iam-ServiceId-1" },
      { id: "2".repeat(32), apiKeys: ["two"], iamId: "IBMid-2" },
    ] as const;
    const { url } = closing(await startIamEmulator({ accounts: [...accounts] }));
    const { send } = connect({ url, apiKey: "one" });
    for (const { id, apiKeys, iamId } of accounts) {
      for (const apikey of apiKeys) {
        const { body } = await requestToken({ send }, { grant_type: GRANT, apikey });
        const claims = claimsOf((body as { access_token: string }).access_token);
        expect(claims).to.deep.include({ iam_id: iamId, account: { valid: true, bss: id, frozen: true } });
      }
    }
  });

  it("is valid for tokenLifetime", async () => {
    const iam = closing(await startIamEmulator({ tokenLifetime: 60 }));
    const { body } = await requestToken(connect(iam), { grant_type: GRANT, apikey: iam.apiKey });
    const { access_token, expires_in } = body as { access_token: string; expires_in: number };
    const { iat, exp } = claimsOf(access_token);
    expect([expires_in, Number(exp) - Number(iat)]).to.deep.equal([60, 60]);
  });

  it("that is expired gets 401 invalid_token", async () => {
    const iam = closing(await startIamEmulator({ tokenLifetime: 0 }));
    const { send } = connect(iam);
    const { body } = await requestToken({ send }, { grant_type: GRANT, apikey: iam.apiKey });
    const headers = { authorization: `Bearer ${(body as { access_token: string }).access_token}` };
    const answer = await send("GET", `/v2/policies?account_id=${iam.accountId}`, { headers });
    expect(answer.status).to.equal(401);
    expect(errorIn(answer)).to.deep.equal({
      code: "invalid_token",
      message: "The provided IAM token is invalid.",
    });
  });

  it("stays valid after reset()", async () => {
    const iam = closing(await startIamEmulator());
    const { client } = connect(iam);
    await client.listV2Policies({ accountId: iam.accountId });
    iam.reset();
    await client.listV2Policies({ accountId: iam.accountId });
    expect(iam.calls().map(({ operation }) => operation)).to.deep.equal(["listV2Policies"]);
  });

  it("from token() is as valid as one from /identity/token", async () => {
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

  it("from token() requires the API key of an account", async () => {
    const iam = closing(await startIamEmulator());
    expect(() => iam.token("other")).to.throw(RangeError, /No account/);
  });
});

const ASSUME = "urn:ibm:params:oauth:grant-type:assume";
const CR_TOKEN = "urn:ibm:params:oauth:grant-type:cr-token";

const PROFILE = {
  id: "Profile-1",
  name: "events",
  iamId: "iam-Profile-1",
  crToken: "content of a token file",
};
const ONE: Account = { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1", profiles: [PROFILE] };
const TWO: Account = {
  id: "2".repeat(32),
  apiKeys: ["two"],
  iamId: "iam-ServiceId-2",
  profiles: [{ id: "Profile-2", name: "events", iamId: "iam-Profile-2" }],
};
const PROFILE_CRN = `crn:v1:bluemix:public:iam-identity::a/${ONE.id}::profile:Profile-1`;

describeEmulator("a trusted profile", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator({ accounts: [ONE, TWO] }));
  });

  /** Creates a policy with this authenticator and returns its author. */
  async function authorBy(authenticator: Authenticator, accountId = ONE.id): Promise<string | undefined> {
    const client = new IamPolicyManagementV1({ authenticator, serviceUrl: iam.url });
    return (await client.createV2Policy({ ...bucketBody(accountId) })).result.created_by_id;
  }

  async function tokenFile(content: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "cr-token-"));
    closing({ close: () => rm(folder, { recursive: true }) });
    await writeFile(join(folder, "token"), content);
    return join(folder, "token");
  }

  const NAMED: [how: string, named: object][] = [
    ["its id", { iamProfileId: "Profile-1" }],
    ["its CRN", { iamProfileCrn: PROFILE_CRN }],
    ["its name and account", { iamProfileName: "events", iamAccountId: ONE.id }],
  ];
  for (const [how, named] of NAMED) {
    it(`is assumed by ${how}, with the token of any API key`, async () => {
      for (const apikey of ["one", "two"]) {
        expect(await authorBy(new IamAssumeAuthenticator({ apikey, url: iam.url, ...named }))).to.equal(
          "iam-Profile-1",
        );
      }
    });
  }

  it("of another account gets tokens of that account", async () => {
    const named = { iamProfileName: "events", iamAccountId: TWO.id };
    const authenticator = new IamAssumeAuthenticator({ apikey: "one", url: iam.url, ...named });
    expect(await authorBy(authenticator, TWO.id)).to.equal("iam-Profile-2");
  });

  for (const named of [{ iamProfileId: "Profile-1" }, { iamProfileName: "events" }]) {
    it(`is assumed by ${Object.keys(named).join()} with a compute resource token`, async () => {
      const crTokenFilename = await tokenFile(`${PROFILE.crToken}\n`);
      expect(
        await authorBy(new ContainerAuthenticator({ crTokenFilename, url: iam.url, ...named })),
      ).to.equal("iam-Profile-1");
    });
  }

  it("is not assumed with an invalid compute resource token, or if it accepts none", async () => {
    for (const [content, iamProfileId] of [
      ["other", "Profile-1"],
      [PROFILE.crToken, "Profile-2"],
    ] as const) {
      const crTokenFilename = await tokenFile(content);
      const authenticator = new ContainerAuthenticator({ crTokenFilename, url: iam.url, iamProfileId });
      expect(await failure(authorBy(authenticator))).to.include({ status: 400 });
    }
    expect(iam.policies()).to.deep.equal([]);
  });

  async function requestProfileToken(form: Record<string, string>): Promise<Answer> {
    const headers = { authorization: "", "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams(form).toString();
    return connect({ url: iam.url, apiKey: "one" }).send("POST", "/identity/token", { body, headers });
  }

  const REFUSED: [what: string, form: (token: string) => Record<string, string>, message: RegExp][] = [
    [
      "an unknown profile",
      (access_token) => ({ grant_type: ASSUME, access_token, profile_id: "Profile-0" }),
      /profile could not be found/,
    ],
    [
      "an unknown profile's CRN",
      (access_token) => ({ grant_type: ASSUME, access_token, profile_crn: `${PROFILE_CRN}0` }),
      /profile could not be found/,
    ],
    [
      "a profile's name of another account",
      (access_token) => ({
        grant_type: ASSUME,
        access_token,
        profile_name: "events",
        account: "3".repeat(32),
      }),
      /profile could not be found/,
    ],
    [
      "a name without an account",
      (access_token) => ({ grant_type: ASSUME, access_token, profile_name: "events" }),
      /: account$/,
    ],
    ["no profile", (access_token) => ({ grant_type: ASSUME, access_token }), /: profile_id$/],
    ["no token", () => ({ grant_type: ASSUME, profile_id: "Profile-1" }), /: access_token$/],
    [
      "a token of another issuer",
      () => ({ grant_type: ASSUME, access_token: "eyJ", profile_id: "Profile-1" }),
      /token is invalid/,
    ],
    ["no compute resource token", () => ({ grant_type: CR_TOKEN, profile_id: "Profile-1" }), /: cr_token$/],
    [
      "a compute resource token for an unknown profile",
      () => ({ grant_type: CR_TOKEN, cr_token: PROFILE.crToken, profile_name: "other" }),
      /profile could not be found/,
    ],
  ];
  for (const [what, form, message] of REFUSED) {
    it(`gets 400 in the token service's shape for ${what}`, async () => {
      const { status, body } = await requestProfileToken(form(iam.token()));
      expect(status).to.equal(400);
      const { errorCode, errorMessage } = body as Record<string, string>;
      expect(errorCode).to.match(/^BXNIM\d{4}E$/);
      expect(errorMessage).to.match(message);
    });
  }
});
