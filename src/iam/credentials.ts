import type { Authenticator } from "ibm-cloud-sdk-core";
import { CodedError } from "../shared/coded-error";
import { createAuthenticator } from "./authenticators";
import { ENDPOINTS, iamEndpoint, normalizeEndpoint } from "./config";
import {
  canAuthenticate,
  parseConfigured,
  parseExternal,
  secretsOf,
  type Properties,
  type SettingName,
} from "./credential-properties";
import { sources } from "./sdk";
import type { Settings } from "./types";

/** The credentials of a client, and its endpoint. */
export interface Credentials {
  authenticator: Authenticator;
  /** IAM's endpoint for policies and roles. */
  serviceUrl: string;
  /** Values that must never be shown. */
  secrets: string[];
  /** The setting in which the credentials were found, such as `IC_API_KEY`. */
  from: string;
  /** The account in the stack's configuration. */
  accountId?: string;
  disableSslVerification: boolean;
}

/** The prefix under which ibm-cloud-sdk-core finds the properties of this service. */
const SERVICE = "IAM_POLICY_MANAGEMENT";

const NO_DEFAULT_CREDENTIALS =
  "No IBM Cloud credentials were found. Set the API key with `pulumi config set --secret ibmcloud:apiKey`, or in the " +
  "environment as IC_API_KEY or IBMCLOUD_API_KEY (or a token as IC_IAM_TOKEN), or set IAM_POLICY_MANAGEMENT_* properties " +
  "(such as IAM_POLICY_MANAGEMENT_APIKEY) in the environment or in the credentials file that IBM_CREDENTIALS_FILE names";

/** No credentials were found. The message names every place that was searched. */
export class NoCredentialsError extends CodedError {
  /** The name of the credentials; undefined for the default ones. */
  readonly credentials?: string;

  constructor(name?: string) {
    super(
      "no-credentials",
      name === undefined
        ? NO_DEFAULT_CREDENTIALS
        : `No credentials named ${name} were found. Set ${prefixOf(name)}_APIKEY in the environment or in the credentials file that IBM_CREDENTIALS_FILE names, or \`pulumi config set --secret --path ibmcloud:credentials.${name}.apikey\``,
    );
    this.credentials = name;
  }
}

/**
 * Finds credentials.
 *
 * Without a name, the first of these that is set:
 *
 * - the API key in `ibmcloud:apiKey`, `IC_API_KEY` or `IBMCLOUD_API_KEY`, in this order. It assumes a trusted profile if
 *   `IC_IAM_PROFILE_ID` or `IC_IAM_PROFILE_NAME` is set;
 * - the token in `IC_IAM_TOKEN`;
 * - the trusted profile in these two variables, with the token of the compute resource that this process runs on;
 * - the credentials that ibm-cloud-sdk-core finds for `IAM_POLICY_MANAGEMENT_*` in this process's environment.
 *
 * With a name: `ibmcloud:credentials.<name>`, or else the credentials that the core finds for `<NAME>_*` there.
 *
 * @throws NoCredentialsError if there are none
 */
export function findCredentials(settings: Settings, name?: string): Credentials {
  const endpoint = iamEndpoint(settings);
  const found = name === undefined ? findDefault(settings) : findNamed(settings, name);
  if (!found || !canAuthenticate(found.properties)) throw new NoCredentialsError(name);
  const properties = normalized(found);
  return {
    authenticator: createAuthenticator(properties, found.setting, endpoint),
    serviceUrl: endpoint ?? properties.url ?? ENDPOINTS.iam.public,
    secrets: secretsOf(properties),
    from: originOf(found),
    accountId: checkedAccountId(settings, name),
    disableSslVerification: properties.disableSsl ?? false,
  };
}

interface Found {
  properties: Properties;
  /** The setting of each property. */
  setting: SettingName;
}

/** The properties that name the origin of credentials: the first one that is set. */
const ORIGINS = [
  "apikey",
  "bearerToken",
  "iamProfileId",
  "iamProfileCrn",
  "iamProfileName",
  "clientId",
  "authType",
] as const;

function originOf({ properties, setting }: Found): string {
  return setting(ORIGINS.find((each) => properties[each] !== undefined) ?? "authType");
}

/** Normalizes the endpoints, and removes the scheme from a token. */
function normalized({ properties, setting }: Found): Properties {
  const { url, authUrl, bearerToken } = properties;
  return defined({
    ...properties,
    url: url && normalizeEndpoint(url, setting("url")),
    authUrl: authUrl && normalizeEndpoint(authUrl, setting("authUrl")),
    bearerToken: bearerToken?.replace(/^Bearer\s+/i, ""),
  });
}

/** Returns the prefix that ibm-cloud-sdk-core uses for a name in the environment and in credentials files. */
function prefixOf(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

/** Returns the account in the stack's configuration. It applies to the default credentials. */
export function configuredAccountId({ config }: Settings, name?: string): string | undefined {
  // Account ids are hexadecimal, so case does not matter.
  return (name === undefined && config("ibmcloud:accountId")?.trim().toLowerCase()) || undefined;
}

/** @throws CodedError if the configured account is not an account id */
export function checkedAccountId(settings: Settings, name?: string): string | undefined {
  const id = configuredAccountId(settings, name);
  if (id === undefined || /^[\da-f]{32}$/.test(id)) return id;
  throw new CodedError(
    "invalid-configuration",
    "ibmcloud:accountId must be an account id: 32 hexadecimal digits, as `ibmcloud account show` prints them",
  );
}

function findDefault({ config, env }: Settings): Found | undefined {
  /** The setting in which each property was found. */
  const foundIn: Partial<Record<string, string>> = {};
  const read = (property: string, ...variables: string[]) => {
    const variable = variables.find((each) => env[each]?.trim());
    foundIn[property] = variable ?? variables[0];
    return variable && env[variable]?.trim();
  };
  const found = (properties: object): Found => ({
    properties: defined(properties),
    setting: (property) => foundIn[property] ?? property,
  });
  const profile = {
    iamProfileId: read("iamProfileId", "IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID"),
    iamProfileName: read("iamProfileName", "IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME"),
  };
  const hasProfile = Object.values(profile).some((each) => each !== undefined);
  const fromEnv = read("apikey", "IC_API_KEY", "IBMCLOUD_API_KEY");
  const fromConfig = config("ibmcloud:apiKey")?.trim();
  if (fromConfig) foundIn["apikey"] = "ibmcloud:apiKey";
  const apikey = fromConfig || fromEnv;
  if (apikey) {
    if (!hasProfile) return found({ apikey });
    // A profile's name is unique in its account only. An id needs no account.
    const account = read("iamAccountId", "IC_ACCOUNT_ID", "IBMCLOUD_ACCOUNT_ID");
    const iamAccountId = profile.iamProfileId === undefined ? account : undefined;
    return found({ authType: "iamAssume", apikey, ...profile, iamAccountId });
  }
  const bearerToken = read("bearerToken", "IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN");
  if (bearerToken) return found({ authType: "bearerToken", bearerToken });
  if (hasProfile) return found({ authType: "container", ...profile });
  return findExternal(SERVICE);
}

function findNamed(settings: Settings, name: string): Found | undefined {
  const all = configuredCredentials(settings);
  if (!Object.hasOwn(all, name)) return findExternal(name);
  const path = `ibmcloud:credentials.${name}`;
  return {
    properties: parseConfigured(all[name], path),
    setting: (property) => `${path}.${property}`,
  };
}

/** Returns the credentials in the stack's configuration, by name. @throws CodedError if they are not an object */
export function configuredCredentials({ config }: Settings): Record<string, unknown> {
  const written = config("ibmcloud:credentials");
  const all = written ? parseObject(written) : {};
  if (all) return all;
  throw new CodedError(
    "invalid-configuration",
    "ibmcloud:credentials must be an object of credentials by name: set one with `pulumi config set --secret --path ibmcloud:credentials.<NAME>.apikey`",
  );
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Finds the credentials that ibm-cloud-sdk-core finds for a name. It reads the environment of this process itself, so
 * `settings.env` has no effect on it.
 *
 * @throws CodedError if the credentials file can't be read, or has invalid properties
 */
function findExternal(name: string): Found | undefined {
  const found = readExternal(name);
  const setting: SettingName = (property) =>
    `${prefixOf(name)}_${property.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
  return found ? { properties: parseExternal(found, setting), setting } : undefined;
}

function readExternal(name: string): object | null {
  try {
    return sources().readExternalSources(name) as object | null;
  } catch (error) {
    const file = process.env["IBM_CREDENTIALS_FILE"];
    throw new CodedError(
      "invalid-configuration",
      `The credentials file${file ? ` ${file} (IBM_CREDENTIALS_FILE)` : ""} cannot be read: check that it exists and has lines like ${prefixOf(name)}_APIKEY=…`,
      { cause: error },
    );
  }
}

/** Removes undefined properties: the core treats a property as set if it exists. */
function defined(properties: object): Properties {
  const entries: [string, unknown][] = Object.entries(properties);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
