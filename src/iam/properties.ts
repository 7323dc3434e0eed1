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

/**
 * Credentials as the stack's configuration writes them.
 *
 * @param path where they stand, for the sentence; values are never shown
 * @throws CodedError for what has another type, is empty, or has an unknown name
 */
export function writtenProperties(value: unknown, path: string): Properties {
  const { success, output, issues = [] } = v.safeParse(written, value);
  if (success) return output;
  const [issue] = issues;
  const key = (issue && v.getDotPath(issue)) ?? "";
  const where = key === "" ? path : `${path}.${key}`;
  if (key !== "" && !Object.hasOwn(entries, key)) {
    const names = Object.keys(entries);
    throw invalid(`${where} is not known: did you mean ${path}.${closest(key, names)}?`);
  }
  if (key === "") throw invalid(`${where} must be an object with properties such as apikey`);
  throw invalid(`${where} ${issue?.message ?? "cannot be used"}`);
}

/** Credentials out of the environment or a file, trimmed. What is empty there is not set, and other names are not ours. */
export function foundProperties(found: object): Properties {
  const known = Object.entries(found).flatMap(([key, value]: [string, unknown]) => {
    if (!Object.hasOwn(entries, key)) return [];
    const trimmed = typeof value === "string" ? value.trim() : value;
    return trimmed === "" || trimmed === undefined || trimmed === null ? [] : [[key, trimmed] as const];
  });
  return Object.fromEntries(known);
}

function invalid(message: string): CodedError {
  return new CodedError("invalid-configuration", message);
}
