import { closest } from "fastest-levenshtein";
import * as v from "valibot";
import { CodedError } from "../shared/coded-error";
import { plainObject } from "../shared/plain-object";

const text = v.optional(v.pipe(v.string("must be a string"), v.trim(), v.nonEmpty("must not be empty")));
const flag = v.optional(v.boolean("must be true or false"));

/** The properties of credentials that this package supports, named as in ibm-cloud-sdk-core. */
const properties = {
  url: text,
  authUrl: text,
  authType: text,
  authtype: text,
  apikey: text,
  clientId: text,
  clientSecret: text,
  scope: text,
  bearerToken: text,
  iamProfileId: text,
  iamProfileCrn: text,
  iamProfileName: text,
  iamAccountId: text,
  crTokenFilename: text,
  disableSsl: flag,
  authDisableSsl: flag,
};
const schema = v.pipe(plainObject, v.strictObject(properties));

export type Properties = v.InferOutput<typeof schema>;

/**
 * The role of each property. A secret is never shown. Credentials exist if at least one property that `authenticates` is
 * set; the other properties only complete them, or set an endpoint. A property that is missing here fails the build.
 */
const ROLES: Record<keyof Properties, { isSecret?: true; authenticates?: true }> = {
  url: {},
  authUrl: {},
  authType: { authenticates: true },
  authtype: { authenticates: true },
  apikey: { isSecret: true, authenticates: true },
  clientId: {},
  clientSecret: { isSecret: true },
  scope: {},
  bearerToken: { isSecret: true, authenticates: true },
  iamProfileId: { authenticates: true },
  iamProfileCrn: { authenticates: true },
  iamProfileName: { authenticates: true },
  iamAccountId: {},
  crTokenFilename: { authenticates: true },
  disableSsl: {},
  authDisableSsl: {},
};
const KEYS = Object.keys(ROLES) as (keyof Properties)[];

/** Returns true if the properties are credentials, and not only an endpoint. */
export function canAuthenticate(properties: Properties): boolean {
  return KEYS.some((key) => ROLES[key].authenticates && properties[key] !== undefined);
}

/** The properties whose values must never be shown. */
export const SECRET_KEYS = KEYS.filter((key) => ROLES[key].isSecret);

/** Returns the values that must never be shown. */
export function secretsOf(properties: Properties): string[] {
  const { clientId = "", clientSecret } = properties;
  // Token requests send both as HTTP basic authentication.
  const basic = clientSecret && Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  const secrets = SECRET_KEYS.map((key) => properties[key]);
  return [...secrets, basic].filter((each) => typeof each === "string");
}

/** Returns the name of the setting of a property: `ibmcloud:credentials.PARTNER.apikey`, or `PARTNER_APIKEY`. */
export type SettingName = (property: string) => string;

/**
 * Parses credentials from the stack's configuration. Errors never show values.
 *
 * @param path the path of the credentials in the configuration
 * @throws CodedError if a property has the wrong type, is empty, or is unknown
 */
export function parseConfigured(value: unknown, path: string): Properties {
  if (!v.is(plainObject, value)) throw invalid(`${path} must be an object with properties such as apikey`);
  return parse(value, (property) => `${path}.${property}`);
}

/**
 * Parses credentials from the environment or a credentials file. Empty and unknown properties are ignored.
 *
 * @throws CodedError if a property has the wrong type, which is possible because VCAP_SERVICES is JSON
 */
export function parseExternal(found: object, setting: SettingName): Properties {
  const known = Object.entries(found).filter(([key, value]: [string, unknown]) => {
    const text = typeof value === "string" ? value.trim() : value;
    return Object.hasOwn(properties, key) && text !== "" && text !== undefined && text !== null;
  });
  return parse(Object.fromEntries(known), setting);
}

function parse(value: Record<string, unknown>, setting: SettingName): Properties {
  const names = Object.keys(properties);
  const unknown = Object.keys(value).find((key) => !names.includes(key));
  if (unknown !== undefined) {
    const nearest = closest(simplified(unknown), names.map(simplified));
    const meant = names.find((each) => simplified(each) === nearest) ?? "apikey";
    throw invalid(`${setting(unknown)} is unknown: did you mean ${setting(meant)}?`);
  }
  const { success, output, issues = [] } = v.safeParse(schema, value);
  if (success) return output;
  const [issue] = issues;
  const property = (issue && v.getDotPath(issue)) ?? "";
  throw invalid(`${setting(property)} ${issue?.message ?? "cannot be used"}`);
}

/** Returns a name in lower case and without punctuation: `apikey` for `API_KEY`. */
function simplified(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, "");
}

function invalid(message: string): CodedError {
  return new CodedError("invalid-configuration", message);
}
