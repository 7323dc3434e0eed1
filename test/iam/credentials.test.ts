import { expect } from "chai";
import {
  BearerTokenAuthenticator,
  ContainerAuthenticator,
  IamAssumeAuthenticator,
  IamAuthenticator,
  VpcInstanceAuthenticator,
} from "ibm-cloud-sdk-core";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCredentials, NoCredentialsError } from "../../src/iam/credentials";

const PREFIX = "IAM_POLICY_MANAGEMENT_";

/** What ibm-cloud-sdk-core reads from the environment of this process, for one call. */
function withExternal<Result>(properties: Record<string, string>, work: () => Result): Result {
  const names = Object.keys(properties);
  Object.assign(process.env, properties);
  try {
    return work();
  } finally {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  }
}

function find(
  config: Record<string, string>,
  env: Record<string, string> = {},
  external: Record<string, string> = {},
) {
  return withExternal(external, () => findCredentials({ config: (key) => config[key], env }, 1000));
}

describe("credentials", () => {
  it("are the stack's API key, else IC_API_KEY, else IBMCLOUD_API_KEY, else what the core finds", () => {
    const external = { [`${PREFIX}APIKEY`]: "core" };
    const env = { IC_API_KEY: "ic", IBMCLOUD_API_KEY: "ibmcloud" };
    expect(find({ "ibmcloud:apiKey": "stack" }, env, external).secrets).to.deep.equal(["stack"]);
    expect(find({}, env, external).secrets).to.deep.equal(["ic"]);
    expect(find({}, { ...env, IC_API_KEY: "" }, external).secrets).to.deep.equal(["ibmcloud"]);
    expect(find({}, {}, external).secrets).to.deep.equal(["core"]);
  });

  it("name every place that was looked at when there are none", () => {
    const looked = ["ibmcloud:apiKey", "IC_API_KEY", "IBMCLOUD_API_KEY", PREFIX, "IBM_CREDENTIALS_FILE"];
    for (const place of looked) expect(() => find({})).to.throw(NoCredentialsError, place);
    expect(() => find({}, {}, { [`${PREFIX}URL`]: "http://localhost" })).to.throw(NoCredentialsError);
  });

  const TYPES: [
    type: string,
    more: Record<string, string>,
    kind: abstract new (...args: never[]) => object,
  ][] = [
    ["iam", { APIKEY: "k" }, IamAuthenticator],
    ["IAMASSUME", { APIKEY: "k", IAM_PROFILE_ID: "p" }, IamAssumeAuthenticator],
    ["container", { IAM_PROFILE_NAME: "p" }, ContainerAuthenticator],
    ["vpc", { IAM_PROFILE_ID: "p" }, VpcInstanceAuthenticator],
    ["bearerToken", { BEARER_TOKEN: "t" }, BearerTokenAuthenticator],
  ];
  for (const [type, more, kind] of TYPES) {
    it(`of the core's type ${type} are taken`, () => {
      const properties = Object.entries({ ...more, AUTH_TYPE: type }).map(([key, value]) => [
        PREFIX + key,
        value,
      ]);
      expect(
        find({}, {}, Object.fromEntries(properties) as Record<string, string>).authenticator,
      ).to.be.instanceOf(kind);
    });
  }

  it("of a type whose tokens are not IAM's are refused", () => {
    expect(() => find({}, {}, { [`${PREFIX}AUTH_TYPE`]: "basic" })).to.throw(
      /is basic, which gives no IAM token: it can be iam, /,
    );
  });

  it("are read from a credentials file too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "credentials-"));
    try {
      const file = join(folder, "ibm-credentials.env");
      await writeFile(
        file,
        `${PREFIX}APIKEY=from-file\n${PREFIX}URL=http://localhost:1/\n${PREFIX}DISABLE_SSL=true\n`,
      );
      const found = find({}, {}, { IBM_CREDENTIALS_FILE: file });
      expect(found).to.deep.include({
        secrets: ["from-file"],
        serviceUrl: "http://localhost:1/",
        disableSslVerification: true,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("go to the stack's endpoint, else IBMCLOUD_IAM_API_ENDPOINT, else the core's, else the public one", () => {
    const env = { IBMCLOUD_IAM_API_ENDPOINT: "http://env" };
    const external = { [`${PREFIX}APIKEY`]: "k", [`${PREFIX}URL`]: "http://core" };
    expect(find({ "ibmcloud:iamEndpoint": "http://stack" }, env, external).serviceUrl).to.equal(
      "http://stack",
    );
    expect(find({}, env, external).serviceUrl).to.equal("http://env");
    expect(find({}, {}, external).serviceUrl).to.equal("http://core");
    expect(find({ "ibmcloud:apiKey": "k" }).serviceUrl).to.equal("https://iam.cloud.ibm.com");
  });

  it("may say which account they are of", () => {
    expect(find({ "ibmcloud:apiKey": "k", "ibmcloud:accountId": "abc" }).accountId).to.equal("abc");
    expect(find({ "ibmcloud:apiKey": "k", "ibmcloud:accountId": "" }).accountId).to.equal(undefined);
  });
});
