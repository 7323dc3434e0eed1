import {
  type Authenticator,
  BearerTokenAuthenticator,
  ContainerAuthenticator,
  IamAssumeAuthenticator,
  IamAuthenticator,
  readExternalSources,
  VpcInstanceAuthenticator,
} from "ibm-cloud-sdk-core";
import type { Pace } from "./pace";
import { USER_AGENT } from "./user-agent";

/** Where credentials and endpoints are looked for: stack configuration, and the environment. */
export interface Settings {
  /** A value of the stack's configuration, such as `ibmcloud:apiKey`. */
  config: (key: string) => string | undefined;
  env: NodeJS.ProcessEnv;
  /** Other times than the default ones, and than those that the configuration sets. */
  pace?: Partial<Pace>;
  /** Whether nobody is left to be told what is made. */
  isEngineGone?: () => Promise<boolean>;
}

/** How calls to IAM are authenticated, and where they go. */
export interface Credentials {
  authenticator: Authenticator;
  /** IAM's endpoint for policies and roles. */
  serviceUrl: string;
  /** What must never be shown. */
  secrets: string[];
  /** The account that `ibmcloud:accountId` says these credentials are of. */
  accountId?: string;
  disableSslVerification: boolean;
}

/** The prefix under which ibm-cloud-sdk-core finds what is set for this service. */
const SERVICE = "iam_policy_management";
const PUBLIC_ENDPOINT = "https://iam.cloud.ibm.com";

const NONE =
  "There are no IBM Cloud credentials. Set the API key with `pulumi config set --secret ibmcloud:apiKey`, or in the " +
  "environment as IC_API_KEY or IBMCLOUD_API_KEY, or give IAM_POLICY_MANAGEMENT_* properties (such as " +
  "IAM_POLICY_MANAGEMENT_APIKEY) in the environment or in a credentials file named by IBM_CREDENTIALS_FILE";

/** No credentials were found; the message names every place that was looked at. */
export class NoCredentialsError extends Error {
  constructor() {
    super(NONE);
  }
}

/** Sends this package's name with token requests, which the core otherwise signs with its own. */
function named(authenticator: Authenticator): Authenticator {
  const manager: unknown = Reflect.get(authenticator, "tokenManager");
  if (typeof manager !== "object" || manager === null) return authenticator;
  // A profile is assumed with the token of another manager.
  for (const each of [manager, Reflect.get(manager, "iamDelegate") as unknown]) {
    if (typeof each === "object" && each !== null) Reflect.set(each, "userAgent", USER_AGENT);
  }
  return authenticator;
}

/** What ibm-cloud-sdk-core may find for a service, as far as it is used here. */
interface External {
  url?: string;
  authUrl?: string;
  authType?: string;
  authtype?: string;
  apikey?: string;
  clientSecret?: string;
  bearerToken?: string;
  disableSsl?: boolean;
  authDisableSsl?: boolean;
}

/** What an authenticator is made of. */
interface Options extends External {
  disableSslVerification?: boolean;
  /** In milliseconds. */
  timeout: number;
}

/** The authenticators whose tokens are IAM's, by what ibm-cloud-sdk-core calls them in `…_AUTH_TYPE`. */
const AUTHENTICATORS: Record<string, (options: Options) => Authenticator> = {
  iam: ({ apikey = "", ...options }) => new IamAuthenticator({ ...options, apikey }),
  iamAssume: ({ apikey = "", ...options }) => new IamAssumeAuthenticator({ ...options, apikey }),
  container: (options) => new ContainerAuthenticator(options),
  vpc: (options) => new VpcInstanceAuthenticator(options),
  bearerToken: ({ bearerToken = "" }) => new BearerTokenAuthenticator({ bearerToken }),
};

/** What shows that external properties are meant to authenticate, and do not merely set an endpoint. */
const AUTHENTICATING = [
  "authType",
  "authtype",
  "apikey",
  "bearerToken",
  "iamProfileId",
  "iamProfileCrn",
  "iamProfileName",
  "crTokenFilename",
];

/**
 * Finds the credentials: `ibmcloud:apiKey`, else `IC_API_KEY`, else `IBMCLOUD_API_KEY`, else what ibm-cloud-sdk-core
 * finds for `IAM_POLICY_MANAGEMENT_*` (credentials file, environment). The endpoint is `ibmcloud:iamEndpoint`, else
 * `IBMCLOUD_IAM_API_ENDPOINT`, for tokens and policies alike.
 *
 * @param timeout how long a token request may take, in milliseconds
 * @throws NoCredentialsError when there are none
 */
export function findCredentials({ config, env }: Settings, timeout: number): Credentials {
  const setting = (key: string, ...names: string[]) =>
    config(key) || names.map((name) => env[name]).find(Boolean);
  const endpoint = setting("ibmcloud:iamEndpoint", "IBMCLOUD_IAM_API_ENDPOINT");
  const apikey = setting("ibmcloud:apiKey", "IC_API_KEY", "IBMCLOUD_API_KEY");
  const accountId = setting("ibmcloud:accountId");
  if (apikey) {
    const serviceUrl = endpoint ?? PUBLIC_ENDPOINT;
    const authenticator = named(new IamAuthenticator({ apikey, url: serviceUrl, timeout }));
    return { authenticator, serviceUrl, secrets: [apikey], accountId, disableSslVerification: false };
  }
  const external = readExternal(env);
  if (!AUTHENTICATING.some((key) => key in external)) throw new NoCredentialsError();
  return {
    authenticator: authenticatorOf(external, endpoint, timeout),
    serviceUrl: endpoint ?? external.url ?? PUBLIC_ENDPOINT,
    secrets: [external.apikey, external.clientSecret, external.bearerToken].filter(
      (each) => each !== undefined,
    ),
    accountId,
    disableSslVerification: external.disableSsl ?? false,
  };
}

/** @throws when the file that should hold credentials cannot be read */
function readExternal({ IBM_CREDENTIALS_FILE: file }: NodeJS.ProcessEnv): External {
  try {
    return (readExternalSources(SERVICE) as External | null) ?? {};
  } catch (error) {
    throw new Error(
      `The credentials file${file ? ` ${file}, which IBM_CREDENTIALS_FILE names,` : ""} cannot be read: check that it is there and holds lines like IAM_POLICY_MANAGEMENT_APIKEY=…`,
      { cause: error },
    );
  }
}

/** As the core does, which leaves out what it can tell from a bearer token. */
function defaultType({ apikey, bearerToken }: External): string {
  if (apikey) return "iam";
  return bearerToken ? "bearerToken" : "container";
}

/** As `getAuthenticatorFromEnvironment` does, with an endpoint, a time limit and this package's name. */
function authenticatorOf(external: External, endpoint: string | undefined, timeout: number): Authenticator {
  const type = external.authType ?? external.authtype ?? defaultType(external);
  const known = Object.keys(AUTHENTICATORS).find((name) => name.toLowerCase() === type.toLowerCase());
  const make = known && AUTHENTICATORS[known];
  if (!make) {
    const types = Object.keys(AUTHENTICATORS).join(", ");
    throw new Error(
      `IAM_POLICY_MANAGEMENT_AUTH_TYPE is ${type}, which gives no IAM token: it can be ${types}`,
    );
  }
  // For a VPC instance the URL is that of its metadata service, not IAM's.
  const url = known === "vpc" ? external.authUrl : (endpoint ?? external.authUrl);
  const { authDisableSsl: disableSslVerification } = external;
  return named(make({ ...external, url, disableSslVerification, timeout }));
}
