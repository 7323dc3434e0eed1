import type { Authenticator } from "ibm-cloud-sdk-core";
import { CodedError } from "../shared/coded-error";
import type { Properties, Setting } from "./properties";
import { sdk } from "./sdk";
import { claimsOf, type Http } from "./transport";
import { USER_AGENT } from "./user-agent";

/** What an authenticator is made of. */
interface Options extends Properties {
  disableSslVerification?: boolean;
}

/** The authenticators whose tokens are IAM's, by what ibm-cloud-sdk-core calls them in `…_AUTH_TYPE`. */
const AUTHENTICATORS: Record<string, (options: Options, ibm: ReturnType<typeof sdk>) => Authenticator> = {
  iam: ({ apikey = "", ...options }, ibm) => new ibm.IamAuthenticator({ ...options, apikey }),
  iamAssume: ({ apikey = "", ...options }, ibm) => new ibm.IamAssumeAuthenticator({ ...options, apikey }),
  container: (options, ibm) => new ibm.ContainerAuthenticator(options),
  vpc: (options, ibm) => new ibm.VpcInstanceAuthenticator(options),
  bearerToken: ({ bearerToken = "" }, ibm) => new ibm.BearerTokenAuthenticator({ bearerToken }),
};

const PROFILE = ["iamProfileId", "iamProfileCrn", "iamProfileName"] as const;

/** One of each row must be set. IBM's SDK refuses the rest as well, but names no setting. */
const NEEDED: Record<string, readonly (readonly (keyof Properties)[])[]> = {
  iam: [["apikey"]],
  iamAssume: [["apikey"], PROFILE],
  container: [["iamProfileId", "iamProfileName"]],
  bearerToken: [["bearerToken"]],
};

/** These take one way to name a profile. */
const ONE_PROFILE = ["iamAssume", "vpc"];

/** What shows that properties are meant to authenticate, and do not merely set an endpoint. */
const AUTHENTICATING: readonly (keyof Properties)[] = [
  "authType",
  "authtype",
  "apikey",
  "bearerToken",
  "iamProfileId",
  "iamProfileCrn",
  "iamProfileName",
  "crTokenFilename",
];

export function authenticate(properties: Properties): boolean {
  return AUTHENTICATING.some((key) => properties[key] !== undefined);
}

/** The values among properties that must never be shown. */
export function secretsOf({ apikey, clientId = "", clientSecret, bearerToken }: Properties): string[] {
  // Token requests carry the two as HTTP basic authentication.
  const basic =
    clientSecret === undefined ? undefined : Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  return [apikey, clientSecret, bearerToken, basic].filter((each) => each !== undefined);
}

/**
 * As `getAuthenticatorFromEnvironment` does, with an endpoint and this package's name.
 *
 * @param endpoint IAM's, where one is set for tokens and policies alike: it counts before what the properties say
 * @param setting where each property is set, for the sentences; values are never shown
 * @throws CodedError when the properties do not go together
 */
export function authenticatorOf(
  properties: Properties,
  { endpoint, setting }: { endpoint?: string; setting: Setting },
): Authenticator {
  const type = properties.authType ?? properties.authtype ?? defaultType(properties);
  const known = Object.keys(AUTHENTICATORS).find((name) => name.toLowerCase() === type.toLowerCase());
  const make = known && AUTHENTICATORS[known];
  if (!make) {
    const types = Object.keys(AUTHENTICATORS).join(", ");
    const written = setting(properties.authType === undefined ? "authtype" : "authType");
    throw invalid(`${written} is no type that gives an IAM token: it can be ${types}`);
  }
  const wrong = mistakeIn(properties, known, setting);
  if (wrong !== undefined) throw invalid(wrong);
  const { authUrl } = properties;
  // For a VPC instance the URL is that of its metadata service, not IAM's.
  const url = known === "vpc" ? authUrl : (endpoint ?? authUrl ?? properties.url);
  const { authDisableSsl: disableSslVerification } = properties;
  return named(make({ ...properties, url, disableSslVerification }, sdk()));
}

/** The sentence for the first thing that keeps properties from authenticating. */
function mistakeIn(properties: Properties, type: string, setting: Setting): string | undefined {
  const isSet = (key: keyof Properties) => properties[key] !== undefined;
  const { apikey = "", bearerToken = "" } = properties;
  const missing = NEEDED[type]?.find((row) => !row.some(isSet));
  if (missing) return `Credentials of the type ${type} need ${missing.map(setting).join(" or ")}`;
  const profiles = PROFILE.filter(isSet);
  if (ONE_PROFILE.includes(type) && profiles.length > 1) {
    return `Credentials of the type ${type} take one profile: leave all but one of ${profiles.map(setting).join(", ")} out`;
  }
  if (type === "iamAssume" && isSet("iamProfileName") !== isSet("iamAccountId")) {
    return `${setting("iamProfileName")} and ${setting("iamAccountId")} go together: set both or neither`;
  }
  if (/^[{"]|[}"]$/.test(apikey)) return `${setting("apikey")} must not begin or end with a brace or a quote`;
  if (type === "bearerToken" && claimsOf(bearerToken) === undefined) {
    return `${setting("bearerToken")} is not a JSON Web Token, as IAM's tokens are: take one from \`ibmcloud iam oauth-tokens\``;
  }
  return undefined;
}

function invalid(message: string): CodedError {
  return new CodedError("invalid-configuration", message);
}

/** As the core does, which leaves out what it can tell from a bearer token. */
function defaultType({ apikey, bearerToken }: Properties): string {
  if (apikey) return "iam";
  return bearerToken ? "bearerToken" : "container";
}

/** Sends this package's name with token requests, which the core otherwise signs with its own. */
function named(authenticator: Authenticator): Authenticator {
  for (const manager of managersOf(authenticator)) Reflect.set(manager, "userAgent", USER_AGENT);
  return authenticator;
}

/**
 * Gives up a token that IAM no longer takes, though its time is not over; the next call asks for a new one.
 *
 * @returns whether there can be a new one: a bearer token is all there is
 */
export function renew(authenticator: Authenticator): boolean {
  const managers = managersOf(authenticator);
  for (const manager of managers) Reflect.set(manager, "accessToken", undefined);
  return managers.length > 0;
}

/** The HTTP clients that ask for tokens. */
export function httpOf(authenticator: Authenticator): Http[] {
  return managersOf(authenticator).flatMap((manager) => {
    const requests = Reflect.get(manager, "requestWrapperInstance") as
      { getHttpClient: () => Http } | undefined;
    return requests ? [requests.getHttpClient()] : [];
  });
}

function managersOf(authenticator: Authenticator): object[] {
  const manager: unknown = Reflect.get(authenticator, "tokenManager");
  if (typeof manager !== "object" || manager === null) return [];
  // A profile is assumed with the token of another manager.
  const delegate: unknown = Reflect.get(manager, "iamDelegate");
  return typeof delegate === "object" && delegate !== null ? [manager, delegate] : [manager];
}
