import type { Authenticator } from "ibm-cloud-sdk-core";
import { CodedError } from "../shared/coded-error";
import type { Properties, SettingName } from "./credential-properties";
import { sdk, USER_AGENT } from "./sdk";
import { parseClaims } from "./token";
import type { Http } from "./transport";

/** The options of IBM's authenticators. */
interface Options extends Properties {
  disableSslVerification?: boolean;
}

type Ibm = ReturnType<typeof sdk>;

/** One authentication type of ibm-cloud-sdk-core whose tokens IAM accepts. */
interface AuthenticationType {
  create: (options: Options, ibm: Ibm) => Authenticator;
  /** One property of each row is required. IBM's SDK checks this too, but does not name the setting. */
  required?: readonly (readonly (keyof Properties)[])[];
  /** True if a profile may be named in only one way. */
  takesOneProfile?: boolean;
}

const PROFILE = ["iamProfileId", "iamProfileCrn", "iamProfileName"] as const;

/** The authentication types, by their names in `…_AUTH_TYPE`. */
const TYPES: Record<string, AuthenticationType> = {
  iam: {
    create: ({ apikey = "", ...options }, ibm) => new ibm.IamAuthenticator({ ...options, apikey }),
    required: [["apikey"]],
  },
  iamAssume: {
    create: ({ apikey = "", ...options }, ibm) => new ibm.IamAssumeAuthenticator({ ...options, apikey }),
    required: [["apikey"], PROFILE],
    takesOneProfile: true,
  },
  container: {
    create: (options, ibm) => new ibm.ContainerAuthenticator(options),
    required: [["iamProfileId", "iamProfileName"]],
  },
  vpc: { create: (options, ibm) => new ibm.VpcInstanceAuthenticator(options), takesOneProfile: true },
  bearerToken: {
    create: ({ bearerToken = "" }, ibm) => new ibm.BearerTokenAuthenticator({ bearerToken }),
    required: [["bearerToken"]],
  },
};

/**
 * Creates an authenticator as the core's `getAuthenticatorFromEnvironment` does.
 *
 * @param setting returns the name of a property's setting, for errors. Values are never shown.
 * @param endpoint IAM's endpoint for tokens and policies. It takes precedence over the properties.
 * @throws CodedError if the properties are incomplete or contradictory
 */
export function createAuthenticator(
  properties: Properties,
  setting: SettingName,
  endpoint?: string,
): Authenticator {
  const written = properties.authType ?? properties.authtype ?? defaultType(properties);
  const name = Object.keys(TYPES).find((each) => each.toLowerCase() === written.toLowerCase());
  const type = name && TYPES[name];
  if (!type) {
    const key = setting(properties.authType === undefined ? "authtype" : "authType");
    throw invalid(`${key} is not a supported type: use one of ${Object.keys(TYPES).join(", ")}`);
  }
  const mistake = findMistake(properties, name, type, setting);
  if (mistake !== undefined) throw invalid(mistake);
  const { authUrl } = properties;
  // For a VPC instance, the URL is that of its metadata service.
  const url = name === "vpc" ? authUrl : (endpoint ?? authUrl ?? properties.url);
  const { authDisableSsl: disableSslVerification } = properties;
  return withUserAgent(type.create({ ...properties, url, disableSslVerification }, sdk()));
}

function findMistake(
  properties: Properties,
  name: string,
  { required = [], takesOneProfile = false }: AuthenticationType,
  setting: SettingName,
): string | undefined {
  const isSet = (key: keyof Properties) => properties[key] !== undefined;
  const { apikey = "", bearerToken = "" } = properties;
  const missing = required.find((row) => !row.some(isSet));
  if (missing) return `Credentials of type ${name} need ${missing.map(setting).join(" or ")}`;
  const profiles = PROFILE.filter(isSet);
  if (takesOneProfile && profiles.length > 1) {
    return `Credentials of type ${name} take one profile: keep one of ${profiles.map(setting).join(", ")}`;
  }
  if (name === "iamAssume" && isSet("iamProfileName") !== isSet("iamAccountId")) {
    return `${setting("iamProfileName")} and ${setting("iamAccountId")} belong together: set both or neither`;
  }
  if (/^[{"]|[}"]$/.test(apikey)) return `${setting("apikey")} must not begin or end with a brace or a quote`;
  if (name === "bearerToken" && parseClaims(bearerToken) === undefined) {
    return `${setting("bearerToken")} is not a JSON Web Token: get one with \`ibmcloud iam oauth-tokens\``;
  }
  return undefined;
}

function invalid(message: string): CodedError {
  return new CodedError("invalid-configuration", message);
}

/** Returns the core's default type, except that a bearer token without an API key selects `bearerToken`. */
function defaultType({ apikey, bearerToken }: Properties): string {
  if (apikey) return "iam";
  return bearerToken ? "bearerToken" : "container";
}

/** Token requests send the core's user agent unless their token manager gets ours. */
function withUserAgent(authenticator: Authenticator): Authenticator {
  for (const manager of tokenManagersOf(authenticator)) Reflect.set(manager, "userAgent", USER_AGENT);
  return authenticator;
}

/**
 * Drops a token that IAM refused before it expired. The next call requests a new one.
 *
 * @returns false if there can't be a new one, as for a bearer token
 */
export function renewToken(authenticator: Authenticator): boolean {
  const managers = tokenManagersOf(authenticator);
  for (const manager of managers) Reflect.set(manager, "accessToken", undefined);
  return managers.length > 0;
}

/** Returns the HTTP clients that request tokens. */
export function httpClientsOf(authenticator: Authenticator): Http[] {
  return tokenManagersOf(authenticator).flatMap((manager) => {
    const requests = Reflect.get(manager, "requestWrapperInstance") as
      { getHttpClient: () => Http } | undefined;
    return requests ? [requests.getHttpClient()] : [];
  });
}

function tokenManagersOf(authenticator: Authenticator): object[] {
  const manager: unknown = Reflect.get(authenticator, "tokenManager");
  if (typeof manager !== "object" || manager === null) return [];
  // Assuming a profile needs the token of a second manager.
  const delegate: unknown = Reflect.get(manager, "iamDelegate");
  return typeof delegate === "object" && delegate !== null ? [manager, delegate] : [manager];
}
