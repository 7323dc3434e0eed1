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
import { CodedError } from "../../src/shared/coded-error";

const SERVICE = "IAM_POLICY_MANAGEMENT";
const PREFIX = `${SERVICE}_`;

/** A JSON Web Token that names nobody. */
const TOKEN = "e30.e30.s";
const ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";

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
  return withExternal(external, () => findCredentials({ config: (key) => config[key], env }));
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
    ["bearerToken", { BEARER_TOKEN: TOKEN }, BearerTokenAuthenticator],
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
      `${PREFIX}AUTH_TYPE is not a supported type: use one of iam, `,
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
        serviceUrl: "http://localhost:1",
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

  it("get tokens at the stack's endpoint, else at the core's for tokens, else at its other one", () => {
    const tokensAt = (
      env: Record<string, string>,
      properties: Record<string, string>,
      type: Record<string, string> = { APIKEY: "k" },
    ) => {
      const all = Object.entries({ ...type, ...properties }).map(([key, value]) => [PREFIX + key, value]);
      const { authenticator } = find({}, env, Object.fromEntries(all) as Record<string, string>);
      return Reflect.get(Reflect.get(authenticator, "tokenManager") as object, "url") as unknown;
    };
    const both = { URL: "http://policies", AUTH_URL: "http://tokens" };
    expect(tokensAt({}, both)).to.equal("http://tokens");
    expect(tokensAt({}, { URL: "http://policies" })).to.equal("http://policies");
    expect(tokensAt({ IBMCLOUD_IAM_API_ENDPOINT: "http://stack" }, both)).to.equal("http://stack");
    expect(tokensAt({}, {})).to.equal("https://iam.cloud.ibm.com");
    // A VPC instance asks its metadata service, whatever IAM's endpoint is.
    const vpc = { AUTH_TYPE: "vpc", IAM_PROFILE_ID: "p" };
    expect(tokensAt({ IBMCLOUD_IAM_API_ENDPOINT: "http://stack" }, both, vpc)).to.equal("http://tokens");
  });

  it("lose white space around them, wherever they come from", () => {
    expect(find({ "ibmcloud:apiKey": " k\n" }).secrets).to.deep.equal(["k"]);
    expect(find({}, { IC_API_KEY: "k\r\n" }).secrets).to.deep.equal(["k"]);
    expect(find({}, { IC_API_KEY: " ", IC_IAM_TOKEN: `Bearer ${TOKEN}\n` }).secrets).to.deep.equal([TOKEN]);
    expect(find({}, {}, { [`${PREFIX}BEARER_TOKEN`]: ` bearer  ${TOKEN}` }).secrets).to.deep.equal([TOKEN]);
    expect(find({}, {}, { [`${PREFIX}APIKEY`]: " k " }).secrets).to.deep.equal(["k"]);
  });

  const ENDPOINTS: [written: string, used: string][] = [
    ["https://iam.test.cloud.ibm.com/", "https://iam.test.cloud.ibm.com"],
    ["https://iam.test.cloud.ibm.com//", "https://iam.test.cloud.ibm.com"],
    [" https://proxy/iam//v1/ ", "https://proxy/iam/v1"],
  ];
  for (const [written, used] of ENDPOINTS) {
    it(`go to ${JSON.stringify(written)} without needless slashes`, () => {
      expect(find({ "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": written }).serviceUrl).to.equal(used);
      expect(find({}, {}, { [`${PREFIX}APIKEY`]: "k", [`${PREFIX}URL`]: written }).serviceUrl).to.equal(used);
    });
  }

  for (const odd of ["iam.cloud.ibm.com", "ftp://iam", "/v2", "https://"]) {
    it(`go nowhere with the endpoint ${odd}`, () => {
      expect(() => find({ "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": odd }))
        .to.throw(`The endpoint (ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT) is ${odd}`)
        .with.property("code", "invalid-endpoint");
    });
  }

  it("may say which account they are of, in any case", () => {
    const of = (accountId: string) =>
      find({ "ibmcloud:apiKey": "k", "ibmcloud:accountId": accountId }).accountId;
    expect(of(ACCOUNT)).to.equal(ACCOUNT);
    expect(of(` ${ACCOUNT.toUpperCase()}\n`)).to.equal(ACCOUNT);
    expect(of("")).to.equal(undefined);
  });

  for (const odd of ["abc", `${ACCOUNT}0`, ACCOUNT.replace("e", "g")]) {
    it(`are of no account ${odd}`, () => {
      expect(() => find({ "ibmcloud:apiKey": "k", "ibmcloud:accountId": odd }))
        .to.throw("ibmcloud:accountId must be an account id: 32 hexadecimal digits")
        .with.property("code", "invalid-configuration");
    });
  }

  /** What environment and configuration lead to, by the kind of authenticator. */
  const WAYS: [title: string, config: Record<string, string>, env: Record<string, string>, kind: object][] = [
    ["a token", {}, { IC_IAM_TOKEN: `Bearer ${TOKEN}` }, BearerTokenAuthenticator],
    ["a token by IBM Cloud's other name", {}, { IBMCLOUD_IAM_TOKEN: TOKEN }, BearerTokenAuthenticator],
    ["a key that assumes a profile", {}, { IC_API_KEY: "k", IC_IAM_PROFILE_ID: "p" }, IamAssumeAuthenticator],
    [
      "a key that assumes a profile by its name",
      {},
      { IC_API_KEY: "k", IC_IAM_PROFILE_NAME: "p", IC_ACCOUNT_ID: "a" },
      IamAssumeAuthenticator,
    ],
    ["a profile alone, of the compute resource", {}, { IC_IAM_PROFILE_ID: "p" }, ContainerAuthenticator],
    ["a key before a token", {}, { IC_API_KEY: "k", IC_IAM_TOKEN: "t" }, IamAuthenticator],
  ];
  for (const [title, config, env, kind] of WAYS) {
    it(`may be ${title}`, () => {
      expect(find(config, env).authenticator.constructor).to.equal(kind);
    });
  }

  /** What does not authenticate, and the sentence for it; IBM's SDK would name no setting. */
  const INCOMPLETE: [env: Record<string, string>, external: Record<string, string>, sentence: string][] = [
    [{ IC_IAM_TOKEN: "t0ken" }, {}, "IC_IAM_TOKEN is not a JSON Web Token"],
    [{ IBMCLOUD_IAM_TOKEN: "t0.k.en" }, {}, "IBMCLOUD_IAM_TOKEN is not a JSON Web Token"],
    [{}, { BEARER_TOKEN: "t0ken" }, `${PREFIX}BEARER_TOKEN is not a JSON Web Token`],
    [{ IC_API_KEY: '"t0ken"' }, {}, "IC_API_KEY must not begin or end with a brace or a quote"],
    [{}, { APIKEY: "{t0ken}" }, `${PREFIX}APIKEY must not begin or end with a brace or a quote`],
    [
      { IBMCLOUD_API_KEY: "t0ken", IC_IAM_PROFILE_NAME: "p" },
      {},
      "IC_IAM_PROFILE_NAME and IC_ACCOUNT_ID belong together: set both or neither",
    ],
    [
      { IC_API_KEY: "t0ken", IC_IAM_PROFILE_NAME: "p", IC_IAM_PROFILE_ID: "p" },
      {},
      "keep one of IC_IAM_PROFILE_ID, IC_IAM_PROFILE_NAME",
    ],
    [{}, { AUTH_TYPE: "iam" }, `Credentials of type iam need ${PREFIX}APIKEY`],
    [
      {},
      { AUTH_TYPE: "container" },
      `Credentials of type container need ${PREFIX}IAM_PROFILE_ID or ${PREFIX}IAM_PROFILE_NAME`,
    ],
    [{}, { AUTH_TYPE: "bearerToken", BEARER_TOKEN: " " }, `need ${PREFIX}BEARER_TOKEN`],
    [
      {},
      { AUTH_TYPE: "vpc", IAM_PROFILE_ID: "p", IAM_PROFILE_CRN: "c" },
      `keep one of ${PREFIX}IAM_PROFILE_ID, ${PREFIX}IAM_PROFILE_CRN`,
    ],
  ];
  for (const [env, external, sentence] of INCOMPLETE) {
    it(`are refused where they were set: ${sentence}`, () => {
      const set = Object.entries(external).map(([key, value]) => [PREFIX + key, value]);
      expect(() => find({}, env, Object.fromEntries(set) as Record<string, string>))
        .to.throw(sentence)
        .with.property("code", "invalid-configuration");
      expect(() => find({}, env, Object.fromEntries(set) as Record<string, string>)).not.to.throw("t0");
    });
  }

  it("that VCAP_SERVICES holds as another type are refused by their name", () => {
    const services = JSON.stringify({ x: [{ name: SERVICE, credentials: { apikey: 5 } }] });
    expect(() => find({}, {}, { VCAP_SERVICES: services })).to.throw(`${PREFIX}APIKEY must be a string`);
  });

  it("that are empty in the environment are none", () => {
    expect(() => find({}, {}, { [`${PREFIX}APIKEY`]: " " })).to.throw(NoCredentialsError);
  });

  it("go to the private endpoint where the visibility is private, unless an endpoint is set", () => {
    const key = { IC_API_KEY: "k" };
    const url = (env: Record<string, string>, config: Record<string, string> = {}) =>
      find(config, { ...key, ...env }).serviceUrl;
    expect(url({ IC_VISIBILITY: "private" })).to.equal("https://private.iam.cloud.ibm.com");
    expect(url({ IBMCLOUD_VISIBILITY: "public-and-private" })).to.equal("https://iam.cloud.ibm.com");
    expect(url({ IC_VISIBILITY: "private" }, { "ibmcloud:visibility": "public" })).to.equal(
      "https://iam.cloud.ibm.com",
    );
    expect(url({ IC_VISIBILITY: "private", IBMCLOUD_IAM_API_ENDPOINT: "http://x" })).to.equal("http://x");
    expect(() => url({ IC_VISIBILITY: "secret" })).to.throw(/is secret: use one of public, private/);
  });

  describe("by name", () => {
    const byName = (name: string, config: Record<string, string>, external: Record<string, string> = {}) =>
      withExternal(external, () => findCredentials({ config: (key) => config[key], env: process.env }, name));

    it("are the stack's of that name, else the core's", () => {
      const config = { "ibmcloud:credentials": '{"PARTNER":{"apikey":"stack"}}', "ibmcloud:accountId": "a" };
      expect(byName("PARTNER", config, { PARTNER_APIKEY: "env" })).to.deep.include({
        secrets: ["stack"],
        accountId: undefined,
      });
      expect(byName("OTHER", config, { OTHER_APIKEY: "env" }).secrets).to.deep.equal(["env"]);
    });

    it("name every place that was looked at when there are none", () => {
      expect(() => byName("PARTNER", {})).to.throw(
        NoCredentialsError,
        /PARTNER_APIKEY.*ibmcloud:credentials.PARTNER/,
      );
    });

    it("are told by the names that the core looks for", () => {
      const name = "partner-eu";
      expect(byName(name, {}, { PARTNER_EU_APIKEY: "env" }).secrets).to.deep.equal(["env"]);
      expect(() => byName(name, {})).to.throw(
        "No credentials named partner-eu were found. Set PARTNER_EU_APIKEY in the environment or in the credentials file that IBM_CREDENTIALS_FILE names, or `pulumi config set --secret --path ibmcloud:credentials.partner-eu.apikey`",
      );
      expect(() => byName(name, {}, { PARTNER_EU_AUTH_TYPE: "basic" })).to.throw(
        "PARTNER_EU_AUTH_TYPE is not a supported type",
      );
      expect(() => byName(name, {}, { IBM_CREDENTIALS_FILE: "/no/such/file" })).to.throw(
        "has lines like PARTNER_EU_APIKEY=…",
      );
    });

    const ODD: [written: unknown, sentence: string][] = [
      [{ apikey: "" }, "ibmcloud:credentials.PARTNER.apikey must not be empty"],
      [{ apikey: " " }, "ibmcloud:credentials.PARTNER.apikey must not be empty"],
      [{ apikey: null }, "ibmcloud:credentials.PARTNER.apikey must be a string"],
      [{ apikey: 5 }, "ibmcloud:credentials.PARTNER.apikey must be a string"],
      [{ apikey: ["k"] }, "ibmcloud:credentials.PARTNER.apikey must be a string"],
      [{ apikey: "k", authType: 5 }, "ibmcloud:credentials.PARTNER.authType must be a string"],
      [{ apikey: "k", disableSsl: "no" }, "ibmcloud:credentials.PARTNER.disableSsl must be true or false"],
      [
        { apiKey: "k" },
        "ibmcloud:credentials.PARTNER.apiKey is unknown: did you mean ibmcloud:credentials.PARTNER.apikey?",
      ],
      [
        { APIKEY: "k" },
        "ibmcloud:credentials.PARTNER.APIKEY is unknown: did you mean ibmcloud:credentials.PARTNER.apikey?",
      ],
      [
        { apikey: "k", iam_profile_id: "p" },
        "PARTNER.iam_profile_id is unknown: did you mean ibmcloud:credentials.PARTNER.iamProfileId?",
      ],
      [{ authType: "basic" }, "ibmcloud:credentials.PARTNER.authType is not a supported type"],
      [
        { authType: "container" },
        "need ibmcloud:credentials.PARTNER.iamProfileId or ibmcloud:credentials.PARTNER.iamProfileName",
      ],
      [{ bearerToken: "t" }, "ibmcloud:credentials.PARTNER.bearerToken is not a JSON Web Token"],
      ["k", "ibmcloud:credentials.PARTNER must be an object with properties such as apikey"],
      [["k"], "ibmcloud:credentials.PARTNER must be an object with properties such as apikey"],
      [null, "ibmcloud:credentials.PARTNER must be an object with properties such as apikey"],
    ];
    for (const [written, sentence] of ODD) {
      it(`are refused by their path: ${JSON.stringify(written)}`, () => {
        const config = { "ibmcloud:credentials": JSON.stringify({ PARTNER: written }) };
        expect(() => byName("PARTNER", config))
          .to.throw(CodedError, sentence)
          .with.property("code", "invalid-configuration");
      });
    }

    it("go to their own endpoints without needless slashes, which are refused by their path", () => {
      const at = (properties: object) =>
        byName("PARTNER", {
          "ibmcloud:credentials": JSON.stringify({ PARTNER: { apikey: "k", ...properties } }),
        });
      const { authenticator, serviceUrl } = at({ url: "https://iam//x/", authUrl: "https://tokens/" });
      expect(serviceUrl).to.equal("https://iam/x");
      const manager = Reflect.get(authenticator, "tokenManager") as object;
      expect(Reflect.get(manager, "url")).to.equal("https://tokens");
      for (const key of ["url", "authUrl"]) {
        expect(() => at({ [key]: "ftp://user:pass@iam" }))
          .to.throw(`The endpoint (ibmcloud:credentials.PARTNER.${key}) is …@iam: it must be a URL`)
          .with.property("code", "invalid-endpoint");
      }
    });

    it("lose white space around them", () => {
      const config = { "ibmcloud:credentials": '{"PARTNER":{"apikey":" stack\\n"}}' };
      expect(byName("PARTNER", config).secrets).to.deep.equal(["stack"]);
      expect(byName("OTHER", {}, { OTHER_APIKEY: "env\n" }).secrets).to.deep.equal(["env"]);
    });

    it("must be an object in the stack's configuration", () => {
      for (const odd of ["x", "1", "null", "[]"]) {
        expect(() => byName("PARTNER", { "ibmcloud:credentials": odd })).to.throw(
          /must be an object of credentials/,
        );
      }
    });
  });

  it("of a file that is not there say so", () => {
    expect(() =>
      withExternal({ IBM_CREDENTIALS_FILE: "/no/such/file" }, () =>
        findCredentials({ config: () => undefined, env: process.env }),
      ),
    ).to.throw(/credentials file \/no\/such\/file \(IBM_CREDENTIALS_FILE\) cannot be read/);
  });
});
