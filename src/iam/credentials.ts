import type { Authenticator } from "ibm-cloud-sdk-core";
import { CodedError } from "../shared/coded-error";
import { authenticate, authenticatorOf, secretsOf } from "./authenticators";
import { endpointOf, normalizedEndpoint, PUBLIC_ENDPOINT } from "./endpoints";
import { foundProperties, writtenProperties, type Properties } from "./properties";
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
  const properties = name === undefined ? defaultOnes(settings) : namedOnes(settings, name);
  if (!properties || !authenticate(properties)) throw new NoCredentialsError(name);
  const prefix = prefixOf(name ?? SERVICE);
  const own = properties.url === undefined ? undefined : normalizedEndpoint(properties.url, `${prefix}_URL`);
  return {
    authenticator: authenticatorOf(properties, { prefix, endpoint }),
    serviceUrl: endpoint ?? own ?? PUBLIC_ENDPOINT,
    secrets: secretsOf(properties),
    accountId: expectedAccountId(settings, name),
    disableSslVerification: properties.disableSsl ?? false,
  };
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

function defaultOnes({ config, env }: Settings): Properties | undefined {
  const setting = (...names: string[]) => names.map((each) => env[each]?.trim()).find(Boolean);
  const profile = {
    iamProfileId: setting("IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID"),
    iamProfileName: setting("IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME"),
  };
  const isProfile = Object.values(profile).some((each) => each !== undefined);
  const apikey = config("ibmcloud:apiKey")?.trim() || setting("IC_API_KEY", "IBMCLOUD_API_KEY");
  if (apikey) {
    if (!isProfile) return { apikey };
    // A profile's name is told apart by its account; its id needs none.
    const iamAccountId =
      profile.iamProfileId === undefined ? setting("IC_ACCOUNT_ID", "IBMCLOUD_ACCOUNT_ID") : undefined;
    return defined({ authType: "iamAssume", apikey, ...profile, iamAccountId });
  }
  const token = setting("IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN");
  if (token) return { authType: "bearerToken", bearerToken: token.replace(/^Bearer /i, "") };
  if (isProfile) return defined({ authType: "container", ...profile });
  return external(env, SERVICE);
}

function namedOnes({ config, env }: Settings, name: string): Properties | undefined {
  const written = config("ibmcloud:credentials");
  if (written !== undefined && written !== "") {
    const all = objectIn(written);
    if (!all) {
      throw new CodedError(
        "invalid-configuration",
        "ibmcloud:credentials is not an object of credentials by name: set one with `pulumi config set --secret --path ibmcloud:credentials.<NAME>.apikey`",
      );
    }
    if (Object.hasOwn(all, name)) return writtenProperties(all[name], `ibmcloud:credentials.${name}`);
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

/** @throws when the file that should hold credentials cannot be read */
function external({ IBM_CREDENTIALS_FILE: file }: NodeJS.ProcessEnv, name: string): Properties | undefined {
  try {
    const found = sources().readExternalSources(name) as object | null;
    return found ? foundProperties(found) : undefined;
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
