import { ENDPOINTS } from "../iam/config";
import { documentedRoles } from "./check/default-roles";
import {
  accountOf,
  checkAccounts,
  expandCrns,
  lowerCaseAccounts,
  pairOf,
  withAccounts,
} from "./check/normalize";
import { checkRules } from "./check/rules";
import { validate } from "./check/validate";
import { canonicalRoles } from "./roles";
import type { Inputs } from "./types";

/** The state of every policy that isn't deleted. */
export const ACTIVE = "active";

/** The account of the credentials if neither side names one: under mocks there are no credentials. */
const UNNAMED_ACCOUNT = "0".repeat(32);

/** Both sides of an authorization, as outputs. */
interface Sides {
  source: unknown;
  target: unknown;
  /** The roles that IBM documents for the two services, if any. */
  documented?: string[];
}

/**
 * Returns both sides as the provider would: with the source's service, the account of both, and properties instead of a
 * CRN. Sides that `check` would refuse are returned as they are, because under mocks nothing is checked.
 */
export function completeSides(mocked: { source: unknown; target: unknown }): Sides {
  const expanded = expandCrns(lowerCaseAccounts(mocked));
  const valid = validate(expanded.inputs);
  const mistakes = [...expanded.failures, ...valid.failures, ...checkRules(valid.inputs)];
  if (mistakes.length > 0) return mocked;

  const inputs = valid.inputs as Inputs;
  const accountId = accountOfCredentials(inputs);
  if (checkAccounts(inputs, { accountId }).length > 0) return mocked;
  const { source, target } = withAccounts(inputs, accountId);
  return { source, target, documented: documentedRoles(pairOf({ source, target })) };
}

/** IAM creates an authorization in its target's account. A source without `accountId` is in this account too. */
function accountOfCredentials({ source, target }: Inputs): string {
  const ofSource = source.accountId === undefined ? accountOf(source) : undefined;
  return accountOf(target) ?? ofSource ?? UNNAMED_ACCOUNT;
}

/**
 * Returns the roles in canonical spelling, or the documented ones if the program sets none. The roles of an adopted
 * authorization are unknown, so they are undefined unless `newResource` returns them.
 */
export function completeRoles({ documented }: Sides, mocked: unknown, adopt: unknown): unknown {
  if (isTextList(mocked)) return canonicalRoles(mocked);
  return mocked ?? (adopt ? undefined : documented);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Returns a policy's URL in IBM Cloud's public IAM. */
export function hrefOf(id: unknown): string {
  return `${ENDPOINTS.iam.public}/v2/policies/${String(id)}`;
}
