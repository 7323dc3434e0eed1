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

/** A JSON Web Token without an identity. */
const TOKEN = "e30.e30.s";
const ACCOUNT = "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0";

/** Sets the environment variables that ibm-cloud-sdk-core reads, for one call. */
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

describe("findCredentials", () => {
  it("prefers the stack's API key, then IC_API_KEY, then IBMCLOUD_API_KEY, then the core's credentials", () => {
    const external = { [`${PREFIX}APIKEY`]: "core" };
    const env = { IC_API_KEY: "ic", IBMCLOUD_API_KEY: "ibmcloud" };
    expect(find({ "ibmcloud:apiKey": "stack" }, env, external).secrets).to.deep.equal(["stack"]);
    expect(find({}, env, external).secrets).to.deep.equal(["ic"]);
    expect(find({}, { ...env, IC_API_KEY: "" }, external).secrets).to.deep.equal(["ibmcloud"]);
    expect(find({}, {}, external).secrets).to.deep.equal(["core"]);
  });

  it("lists every place that it searched if it finds none", () => {
    const searched = ["ibmcloud:apiKey", "IC_API_KEY", "IBMCLOUD_API_KEY", PREFIX, "IBM_CREDENTIALS_FILE"];
    for (const place of searched) expect(() => find({})).to.throw(NoCredentialsError, place);
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
    it(`accepts the core's type ${type}`, () => {
      const properties = Object.entries({ ...more, AUTH_TYPE: type }).map(([key, value]) => [
        PREFIX + key,
        value,
      ]);
      expect(
        find({}, {}, Object.fromEntries(properties) as Record<string, string>).authenticator,
      ).to.be.instanceOf(kind);
    });
  }

  it("refuses a type whose tokens are not IAM's", () => {
    expect(() => find({}, {}, { [`${PREFIX}AUTH_TYPE`]: "basic" })).to.throw(
      `${PREFIX}AUTH_TYPE is not a supported type: use one of iam, `,
    );
  });

  it("reads a credentials file", async () => {
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

  it("prefers the stack's endpoint, then IBMCLOUD_IAM_API_ENDPOINT, then the core's, then the public one", () => {
    const env = { IBMCLOUD_IAM_API_ENDPOINT: "http://env" };
    const external = { [`${PREFIX}APIKEY`]: "k", [`${PREFIX}URL`]: "http://core" };
    expect(find({ "ibmcloud:iamEndpoint": "http://stack" }, env, external).serviceUrl).to.equal(
      "http://stack",
    );
    expect(find({}, env, external).serviceUrl).to.equal("http://env");
    expect(find({}, {}, external).serviceUrl).to.equal("http://core");
    expect(find({ "ibmcloud:apiKey": "k" }).serviceUrl).to.equal("https://iam.cloud.ibm.com");
  });

  it("gets tokens from the stack's endpoint, then the core's AUTH_URL, then its URL", () => {
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
    // A VPC instance gets tokens from its metadata service. IAM's endpoint does not matter.
    const vpc = { AUTH_TYPE: "vpc", IAM_PROFILE_ID: "p" };
    expect(tokensAt({ IBMCLOUD_IAM_API_ENDPOINT: "http://stack" }, both, vpc)).to.equal("http://tokens");
  });

  it("removes white space around values from every source", () => {
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
    it(`removes extra slashes from the endpoint ${JSON.stringify(written)}`, () => {
      expect(find({ "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": written }).serviceUrl).to.equal(used);
      expect(find({}, {}, { [`${PREFIX}APIKEY`]: "k", [`${PREFIX}URL`]: written }).serviceUrl).to.equal(used);
    });
  }

  for (const invalid of ["iam.cloud.ibm.com", "ftp://iam", "/v2", "https://"]) {
    it(`refuses the endpoint ${invalid}`, () => {
      expect(() => find({ "ibmcloud:apiKey": "k", "ibmcloud:iamEndpoint": invalid }))
        .to.throw(`The endpoint (ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT) is ${invalid}`)
        .with.property("code", "invalid-endpoint");
    });
  }

  it("reads the account id in upper or lower case", () => {
    const of = (accountId: string) =>
      find({ "ibmcloud:apiKey": "k", "ibmcloud:accountId": accountId }).accountId;
    expect(of(ACCOUNT)).to.equal(ACCOUNT);
    expect(of(` ${ACCOUNT.toUpperCase()}\n`)).to.equal(ACCOUNT);
    expect(of("")).to.equal(undefined);
  });

  for (const invalid of ["abc", `${ACCOUNT}0`, ACCOUNT.replace("e", "g")]) {
    it(`refuses the account id ${invalid}`, () => {
      expect(() => find({ "ibmcloud:apiKey": "k", "ibmcloud:accountId": invalid }))
        .to.throw("ibmcloud:accountId must be an account id: 32 hexadecimal digits")
        .with.property("code", "invalid-configuration");
    });
  }

  /** Settings, and the authenticator that they result in. */
  const AUTHENTICATORS: [
    title: string,
    config: Record<string, string>,
    env: Record<string, string>,
    kind: object,
  ][] = [
    ["a token in IC_IAM_TOKEN", {}, { IC_IAM_TOKEN: `Bearer ${TOKEN}` }, BearerTokenAuthenticator],
    ["a token in IBMCLOUD_IAM_TOKEN", {}, { IBMCLOUD_IAM_TOKEN: TOKEN }, BearerTokenAuthenticator],
    [
      "an API key that assumes a profile by id",
      {},
      { IC_API_KEY: "k", IC_IAM_PROFILE_ID: "p" },
      IamAssumeAuthenticator,
    ],
    [
      "an API key that assumes a profile by name",
      {},
      { IC_API_KEY: "k", IC_IAM_PROFILE_NAME: "p", IC_ACCOUNT_ID: "a" },
      IamAssumeAuthenticator,
    ],
    ["a profile of the compute resource", {}, { IC_IAM_PROFILE_ID: "p" }, ContainerAuthenticator],
    ["the API key rather than the token", {}, { IC_API_KEY: "k", IC_IAM_TOKEN: "t" }, IamAuthenticator],
  ];
  for (const [title, config, env, kind] of AUTHENTICATORS) {
    it(`uses ${title}`, () => {
      expect(find(config, env).authenticator.constructor).to.equal(kind);
    });
  }

  /** Incomplete settings and their errors, which name the setting. IBM's SDK would not. */
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
    it(`refuses incomplete settings: ${sentence}`, () => {
      const set = Object.entries(external).map(([key, value]) => [PREFIX + key, value]);
      expect(() => find({}, env, Object.fromEntries(set) as Record<string, string>))
        .to.throw(sentence)
        .with.property("code", "invalid-configuration");
      expect(() => find({}, env, Object.fromEntries(set) as Record<string, string>)).not.to.throw("t0");
    });
  }

  it("names the variable if VCAP_SERVICES has a value of the wrong type", () => {
    const services = JSON.stringify({ x: [{ name: SERVICE, credentials: { apikey: 5 } }] });
    expect(() => find({}, {}, { VCAP_SERVICES: services })).to.throw(`${PREFIX}APIKEY must be a string`);
  });

  it("ignores empty environment variables", () => {
    expect(() => find({}, {}, { [`${PREFIX}APIKEY`]: " " })).to.throw(NoCredentialsError);
  });

  it("uses the private endpoint if the visibility is private and no endpoint is set", () => {
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

  describe("with a name", () => {
    const byName = (name: string, config: Record<string, string>, external: Record<string, string> = {}) =>
      withExternal(external, () => findCredentials({ config: (key) => config[key], env: process.env }, name));

    it("prefers the stack's credentials of that name, then the core's", () => {
      const config = { "ibmcloud:credentials": '{"PARTNER":{"apikey":"stack"}}', "ibmcloud:accountId": "a" };
      expect(byName("PARTNER", config, { PARTNER_APIKEY: "env" })).to.deep.include({
        secrets: ["stack"],
        accountId: undefined,
      });
      expect(byName("OTHER", config, { OTHER_APIKEY: "env" }).secrets).to.deep.equal(["env"]);
    });

    it("lists every place that it searched if it finds none", () => {
      expect(() => byName("PARTNER", {})).to.throw(
        NoCredentialsError,
        /PARTNER_APIKEY.*ibmcloud:credentials.PARTNER/,
      );
    });

    it("mentions the variable names that the core reads", () => {
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

    const INVALID: [written: unknown, sentence: string][] = [
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
    for (const [written, sentence] of INVALID) {
      it(`names the path of an invalid value: ${JSON.stringify(written)}`, () => {
        const config = { "ibmcloud:credentials": JSON.stringify({ PARTNER: written }) };
        expect(() => byName("PARTNER", config))
          .to.throw(CodedError, sentence)
          .with.property("code", "invalid-configuration");
      });
    }

    it("uses their own endpoints without extra slashes, and names the path of an invalid one", () => {
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

    it("removes white space around values", () => {
      const config = { "ibmcloud:credentials": '{"PARTNER":{"apikey":" stack\\n"}}' };
      expect(byName("PARTNER", config).secrets).to.deep.equal(["stack"]);
      expect(byName("OTHER", {}, { OTHER_APIKEY: "env\n" }).secrets).to.deep.equal(["env"]);
    });

    it("requires an object in the stack's configuration", () => {
      for (const invalid of ["x", "1", "null", "[]"]) {
        expect(() => byName("PARTNER", { "ibmcloud:credentials": invalid })).to.throw(
          /must be an object of credentials/,
        );
      }
    });
  });

  it("reports a credentials file that does not exist", () => {
    expect(() => find({}, {}, { IBM_CREDENTIALS_FILE: "/no/such/file" })).to.throw(
      /credentials file \/no\/such\/file \(IBM_CREDENTIALS_FILE\) cannot be read/,
    );
  });

  it("names the file that the core read, whatever the settings' environment is", () => {
    const env = { IBM_CREDENTIALS_FILE: "/another/file" };
    expect(() => find({}, env, { IBM_CREDENTIALS_FILE: "/no/such/file" })).to.throw(
      /credentials file \/no\/such\/file \(/,
    );
    expect(() => find({}, env)).to.throw(NoCredentialsError);
  });
});
