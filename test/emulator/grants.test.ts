import { expect } from "chai";
import { ContainerAuthenticator, IamAssumeAuthenticator, type Authenticator } from "ibm-cloud-sdk-core";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { startIamEmulator, type Account, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, type Answer } from "../support/iam-target";
import { closing } from "../support/opened";
import { failure } from "./answers";
import { bucketBody } from "./bodies";

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

  /** Who makes a policy with this authenticator, as IAM notes it. */
  async function makerBy(authenticator: Authenticator, accountId = ONE.id): Promise<string | undefined> {
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
    it(`is assumed by ${how}, with the token of any key`, async () => {
      for (const apikey of ["one", "two"]) {
        expect(await makerBy(new IamAssumeAuthenticator({ apikey, url: iam.url, ...named }))).to.equal(
          "iam-Profile-1",
        );
      }
    });
  }

  it("of another account gives tokens of that account", async () => {
    const named = { iamProfileName: "events", iamAccountId: TWO.id };
    const authenticator = new IamAssumeAuthenticator({ apikey: "one", url: iam.url, ...named });
    expect(await makerBy(authenticator, TWO.id)).to.equal("iam-Profile-2");
  });

  for (const named of [{ iamProfileId: "Profile-1" }, { iamProfileName: "events" }]) {
    it(`is reached by ${Object.keys(named).join()} with the content of a compute resource's file`, async () => {
      const crTokenFilename = await tokenFile(`${PROFILE.crToken}\n`);
      expect(await makerBy(new ContainerAuthenticator({ crTokenFilename, url: iam.url, ...named }))).to.equal(
        "iam-Profile-1",
      );
    });
  }

  it("is not reached with another file's content, or when no content is good for it", async () => {
    for (const [content, iamProfileId] of [
      ["else", "Profile-1"],
      [PROFILE.crToken, "Profile-2"],
    ] as const) {
      const crTokenFilename = await tokenFile(content);
      const authenticator = new ContainerAuthenticator({ crTokenFilename, url: iam.url, iamProfileId });
      expect(await failure(makerBy(authenticator))).to.include({ status: 400 });
    }
    expect(iam.policies()).to.deep.equal([]);
  });

  async function ask(form: Record<string, string>): Promise<Answer> {
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
      "a token of somebody else",
      () => ({ grant_type: ASSUME, access_token: "eyJ", profile_id: "Profile-1" }),
      /token is invalid/,
    ],
    ["no file's content", () => ({ grant_type: CR_TOKEN, profile_id: "Profile-1" }), /: cr_token$/],
    [
      "a file's content for an unknown profile",
      () => ({ grant_type: CR_TOKEN, cr_token: PROFILE.crToken, profile_name: "else" }),
      /profile could not be found/,
    ],
  ];
  for (const [what, form, message] of REFUSED) {
    it(`is refused for ${what} with 400, in the token service's own shape`, async () => {
      const { status, body } = await ask(form(iam.token()));
      expect(status).to.equal(400);
      const { errorCode, errorMessage } = body as Record<string, string>;
      expect(errorCode).to.match(/^BXNIM\d{4}E$/);
      expect(errorMessage).to.match(message);
    });
  }
});
