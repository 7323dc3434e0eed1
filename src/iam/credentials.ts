import type { Authenticator } from "ibm-cloud-sdk-core";
import { CodedError } from "../shared/coded-error";
import { authenticate, authenticatorOf, secretsOf } from "./authenticators";
import { endpointOf, normalizedEndpoint, PUBLIC_ENDPOINT } from "./endpoints";
import { foundProperties, writtenProperties, type Properties, type Setting } from "./properties";
import { sources } from "./sdk";
import type { Settings } from "./settings";

/** How calls to IAM are authenticated, and where they go. */
export interface Credentials {
  authenticator: Authenticator;
  /** IAM's endpoint for policies and roles. */
  serviceUrl: string;
  /** What must never be shown. */
  secrets: string[];
  /** The account that the stack's configuration says these credentials are of. */
  accountId?: string;
  disableSslVerification: boolean;
}

/** The prefix under which ibm-cloud-sdk-core finds what is set for this service. */
const SERVICE = "IAM_POLICY_MANAGEMENT";

const NONE =
  "There are no IBM Cloud credentials. Set the API key with `pulumi config set --secret ibmcloud:apiKey`, or in the " +
  "environment as IC_API_KEY or IBMCLOUD_API_KEY (or a token as IC_IAM_TOKEN), or give IAM_POLICY_MANAGEMENT_* properties " +
  "(such as IAM_POLICY_MANAGEMENT_APIKEY) in the environment or in a credentials file named by IBM_CREDENTIALS_FILE";

/** No credentials were found; the message names every place that was looked at. */
export class NoCredentialsError extends CodedError {
  constructor(name?: string) {
    super(
      "no-credentials",
      name === undefined
        ? NONE
        : `There are no credentials of the name ${name}. Set ${prefixOf(name)}_APIKEY in the environment or in a credentials file named by IBM_CREDENTIALS_FILE, or \`pulumi config set --secret --path ibmcloud:credentials.${name}.apikey\``,
    );
  }
}

/**
 * Finds credentials. Without a name: `ibmcloud:apiKey`, else `IC_API_KEY`, else `IBMCLOUD_API_KEY` (each assumes the trusted
 * profile that `IC_IAM_PROFILE_ID` or `_NAME` says), else the token in `IC_IAM_TOKEN`, else the profile by the compute
 * resource that this runs on, else what ibm-cloud-sdk-core finds for `IAM_POLICY_MANAGEMENT_*`. With a name: the stack's
 * `ibmcloud:credentials` of that name, else what the core finds for `<NAME>_*`.
 *
 * @throws NoCredentialsError when there are none
 */
export function findCredentials(settings: Settings, name?: string): Credentials {
  const endpoint = endpointOf(settings);
  const found = name === undefined ? defaultOnes(settings) : namedOnes(settings, name);
  if (!found || !authenticate(found.properties)) throw new NoCredentialsError(name);
  const properties = normalized(found);
  const { setting } = found;
  return {
    authenticator: authenticatorOf(properties, { endpoint, setting }),
    serviceUrl: endpoint ?? properties.url ?? PUBLIC_ENDPOINT,
    secrets: secretsOf(properties),
    accountId: checkedAccountId(settings, name),
    disableSslVerification: properties.disableSsl ?? false,
  };
}

/** Credentials, and where each property of theirs is set. */
interface Found {
  properties: Properties;
  setting: Setting;
}

/** Endpoints as requests are built from them, and a token without its scheme. */
function normalized({ properties, setting }: Found): Properties {
  const { url, authUrl, bearerToken } = properties;
  return defined({
    ...properties,
    url: url && normalizedEndpoint(url, setting("url")),
    authUrl: authUrl && normalizedEndpoint(authUrl, setting("authUrl")),
    bearerToken: bearerToken?.replace(/^Bearer\s+/i, ""),
  });
}

/** How ibm-cloud-sdk-core spells a name in the environment, and in a credentials file. */
function prefixOf(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

/** The account that the stack says credentials are of. */
export function expectedAccountId({ config }: Settings, name?: string): string | undefined {
  // The id has hexadecimal digits: case means nothing in it.
  return (name === undefined && config("ibmcloud:accountId")?.trim().toLowerCase()) || undefined;
}

/** @throws CodedError when it is no id of an account */
function checkedAccountId(settings: Settings, name?: string): string | undefined {
  const id = expectedAccountId(settings, name);
  if (id === undefined || /^[\da-f]{32}$/.test(id)) return id;
  throw new CodedError(
    "invalid-configuration",
    "ibmcloud:accountId must be the id of an account: 32 hexadecimal digits, as `ibmcloud account show` prints them",
  );
}

function defaultOnes({ config, env }: Settings): Found | undefined {
  /** Where each property was found. */
  const from: Partial<Record<string, string>> = {};
  const setting = (property: string, ...names: string[]) => {
    const name = names.find((each) => env[each]?.trim());
    from[property] = name ?? names[0];
    return name && env[name]?.trim();
  };
  const found = (properties: object): Found => ({
    properties: defined(properties),
    setting: (property) => from[property] ?? property,
  });
  const profile = {
    iamProfileId: setting("iamProfileId", "IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID"),
    iamProfileName: setting("iamProfileName", "IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME"),
  };
  const isProfile = Object.values(profile).some((each) => each !== undefined);
  const inEnv = setting("apikey", "IC_API_KEY", "IBMCLOUD_API_KEY");
  const inConfig = config("ibmcloud:apiKey")?.trim();
  if (inConfig) from["apikey"] = "ibmcloud:apiKey";
  const apikey = inConfig || inEnv;
  if (apikey) {
    if (!isProfile) return found({ apikey });
    // A profile's name is told apart by its account; its id needs none.
    const account = setting("iamAccountId", "IC_ACCOUNT_ID", "IBMCLOUD_ACCOUNT_ID");
    const iamAccountId = profile.iamProfileId === undefined ? account : undefined;
    return found({ authType: "iamAssume", apikey, ...profile, iamAccountId });
  }
  const bearerToken = setting("bearerToken", "IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN");
  if (bearerToken) return found({ authType: "bearerToken", bearerToken });
  if (isProfile) return found({ authType: "container", ...profile });
  return external(env, SERVICE);
}

function namedOnes({ config, env }: Settings, name: string): Found | undefined {
  const written = config("ibmcloud:credentials");
  if (written !== undefined && written !== "") {
    const all = objectIn(written);
    if (!all) {
      throw new CodedError(
        "invalid-configuration",
        "ibmcloud:credentials is not an object of credentials by name: set one with `pulumi config set --secret --path ibmcloud:credentials.<NAME>.apikey`",
      );
    }
    if (Object.hasOwn(all, name)) {
      const path = `ibmcloud:credentials.${name}`;
      const properties = writtenProperties(all[name], path);
      return { properties, setting: (property) => `${path}.${property}` };
    }
  }
  return external(env, name);
}

function objectIn(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws CodedError when the file that should hold credentials cannot be read, or holds odd ones */
function external(env: NodeJS.ProcessEnv, name: string): Found | undefined {
  const found = read(env, name);
  const setting: Setting = (property) =>
    `${prefixOf(name)}_${property.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
  return found ? { properties: foundProperties(found, setting), setting } : undefined;
}

function read({ IBM_CREDENTIALS_FILE: file }: NodeJS.ProcessEnv, name: string): object | null {
  try {
    return sources().readExternalSources(name) as object | null;
  } catch (error) {
    throw new CodedError(
      "invalid-configuration",
      `The credentials file${file ? ` ${file}, which IBM_CREDENTIALS_FILE names,` : ""} cannot be read: check that it is there and holds lines like ${prefixOf(name)}_APIKEY=…`,
      { cause: error },
    );
  }
}

/** Without what is `undefined`: the core takes a property that is there for one that is set. */
function defined(properties: object): Properties {
  const entries: [string, unknown][] = Object.entries(properties);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
