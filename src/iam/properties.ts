import { closest } from "fastest-levenshtein";
import * as v from "valibot";
import { CodedError } from "../shared/coded-error";
import { plainObject } from "./plain-object";

const text = v.optional(v.pipe(v.string("must be a text"), v.trim(), v.nonEmpty("must not be empty")));
const flag = v.optional(v.boolean("must be true or false"));

/** What may be set for a service, in the words of ibm-cloud-sdk-core, as far as it is used here. */
const entries = {
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
const written = v.pipe(plainObject, v.strictObject(entries));

export type Properties = v.InferOutput<typeof written>;

/** Where a property is set: `ibmcloud:credentials.PARTNER.apikey`, or `PARTNER_APIKEY`. */
export type Setting = (property: string) => string;

/**
 * Credentials as the stack's configuration writes them.
 *
 * @param path where they stand, for the sentence; values are never shown
 * @throws CodedError for what has another type, is empty, or has an unknown name
 */
export function writtenProperties(value: unknown, path: string): Properties {
  if (!v.is(plainObject, value)) throw invalid(`${path} must be an object with properties such as apikey`);
  return checked(value, (property) => `${path}.${property}`);
}

/**
 * Credentials out of the environment or a file, trimmed. What is empty there is not set, and other names are not ours.
 *
 * @throws CodedError for what has another type, as VCAP_SERVICES allows
 */
export function foundProperties(found: object, setting: Setting): Properties {
  const known = Object.entries(found).filter(([key, value]: [string, unknown]) => {
    const text = typeof value === "string" ? value.trim() : value;
    return Object.hasOwn(entries, key) && text !== "" && text !== undefined && text !== null;
  });
  return checked(Object.fromEntries(known), setting);
}

function checked(value: Record<string, unknown>, setting: Setting): Properties {
  const names = Object.keys(entries);
  const unknown = Object.keys(value).find((key) => !names.includes(key));
  if (unknown !== undefined) {
    const meant = names.find((each) => plain(each) === closest(plain(unknown), names.map(plain)));
    throw invalid(`${setting(unknown)} is not known: did you mean ${setting(meant ?? "apikey")}?`);
  }
  const { success, output, issues = [] } = v.safeParse(written, value);
  if (success) return output;
  const [issue] = issues;
  const property = (issue && v.getDotPath(issue)) ?? "";
  throw invalid(`${setting(property)} ${issue?.message ?? "cannot be used"}`);
}

/** A name without what people spell differently: `API_KEY` is `apikey`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, "");
}

function invalid(message: string): CodedError {
  return new CodedError("invalid-configuration", message);
}
