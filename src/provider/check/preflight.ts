import type { Iam } from "../../iam";
import { WrongAccountError } from "../../iam/client";
import { NoCredentialsError } from "../../iam/credentials";
import { DeadlineError } from "../../iam/deadline";
import { IamError } from "../../iam/errors";
import type { OfferedRole, Pair } from "../../iam/types";
import { SERVICE_NAMES } from "../../known-names";
import { messageOf } from "../../shared/coded-error";
import { suggest } from "../../shared/suggest";
import { canonicalRoles, matchRoles } from "../roles";
import type { CheckFailure, Inputs } from "../types";
import { hasUnknown } from "../values";
import { missingRoles } from "./default-roles";
import { formatPair, type IamFacts } from "./normalize";

/** The time that a preview waits for IAM, in milliseconds. */
export const PREFLIGHT_TIMEOUT = 10_000;

interface PreflightResult {
  facts: IamFacts;
  /** Mistakes in the credentials. */
  failures: CheckFailure[];
  /** Warnings about skipped checks, each with its reason. */
  notes: string[];
}

/**
 * Asks IAM for the account of the credentials and the roles of a pair. If IAM does not respond in time, the preview goes on
 * without them: `create` asks again, and waits.
 */
export type Preflight = (iam: Iam, pair: Pair | undefined) => Promise<PreflightResult>;

/**
 * Creates the preflight of one run. Pulumi checks resources one after the other. After the first check that gets no
 * response, IAM is not asked again with these credentials, so a preview waits at most once for each set of credentials.
 *
 * @param timeout in milliseconds
 */
export function createPreflight(timeout = PREFLIGHT_TIMEOUT): Preflight {
  const unavailable = new WeakMap<Iam, PreflightResult>();

  async function ask(iam: Iam, pair: Pair | undefined): Promise<PreflightResult> {
    const expected = iam.configuredAccountId;
    let accountId: string;
    try {
      ({ accountId } = await inTime(iam.identity(), timeout));
    } catch (error) {
      const facts = { accountId: expected };
      if (error instanceof WrongAccountError) {
        const { message: reason, code } = error;
        return { facts, failures: [{ property: "target.accountId", reason, code }], notes: [] };
      }
      return kept(iam, error, { facts, failures: [], notes: [withoutIdentity(error, expected)] });
    }
    try {
      const roles = pair && (await inTime(iam.offeredRoles(pair), timeout));
      return { facts: { accountId, roles }, failures: [], notes: [] };
    } catch (error) {
      const note = `IAM did not return the roles that it offers, so roles are not checked before pulumi up: ${messageOf(error)}`;
      return kept(iam, error, { facts: { accountId }, failures: [], notes: [note] });
    }
  }

  function kept(iam: Iam, error: unknown, result: PreflightResult): PreflightResult {
    if (isUnavailable(error)) unavailable.set(iam, result);
    return result;
  }

  return async (iam, pair) => unavailable.get(iam) ?? ask(iam, pair);
}

/** @param expected the account in the stack's configuration: accounts are checked against it without a call */
function withoutIdentity(error: unknown, expected: string | undefined): string {
  const accounts = expected === undefined ? "accounts" : "the account of the credentials";
  const unchecked = `so roles and ${accounts} are not checked before pulumi up`;
  if (error instanceof NoCredentialsError) return `No IBM Cloud credentials were found, ${unchecked}`;
  return `IAM did not return the account of the credentials, ${unchecked}: ${messageOf(error)}`;
}

class TimeoutError extends Error {}

/** Returns true if IAM is unavailable: it did not respond, or the call may succeed later. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof IamError) return error.status === undefined || error.isRetryable;
  return error instanceof TimeoutError || error instanceof DeadlineError;
}

/** @throws TimeoutError if the result takes too long */
async function inTime<Result>(result: Promise<Result>, timeout: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const error = new TimeoutError(`it did not respond within ${timeout / 1000} s`);
    timer = setTimeout(() => {
      reject(error);
    }, timeout);
  });
  try {
    return await Promise.race([result, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Checks roles against those that IAM offers for the pair. An empty offer may also mean that these credentials can't list
 * roles, so it is a failure only if a service's name resembles a known one.
 *
 * @param isExplicit true if the program sets the roles. If some documented roles are then missing, a note names them.
 */
export function checkRoles(
  { roles = [] }: Pick<Inputs, "roles">,
  pair: Pair,
  offered: readonly OfferedRole[] | undefined,
  isExplicit: boolean,
): { failures: CheckFailure[]; notes: string[] } {
  const text = formatPair(pair);
  const known = hasUnknown(roles) ? [] : roles;
  const missing = isExplicit ? missingRoles(pair, canonicalRoles(known, offered)) : [];
  const notes =
    missing.length === 0
      ? []
      : [
          `according to IBM's documentation, ${text} also needs ${missing.join(" and ")}, besides ${known.join(", ")}`,
        ];
  if (offered === undefined) return { failures: [], notes };
  if (offered.length === 0) {
    const failures = checkSpelling(pair);
    if (failures.length > 0) return { failures, notes };
    const note = `IAM offers no roles for ${text}: either the pair cannot be authorized, or these credentials may not list roles. Roles are not checked`;
    return { failures: [], notes: [...notes, note] };
  }
  const failures = matchRoles(known, offered, text).refused.map(({ index, reason }) => ({
    property: `roles[${index}]`,
    reason,
    code: "role-not-offered" as const,
  }));
  // A refused role may be the missing one.
  return { failures, notes: failures.length > 0 ? [] : notes };
}

/** The number of letters that a misspelled service may differ in. */
const MAX_DISTANCE = 3;

function checkSpelling({ source, target }: Pair): CheckFailure[] {
  return Object.entries({ "source.serviceName": source, "target.serviceName": target }).flatMap(
    ([property, written]) => {
      if (written === undefined || SERVICE_NAMES.some((known) => known === written)) return [];
      const suggestion = suggest(written, SERVICE_NAMES, MAX_DISTANCE);
      if (suggestion === undefined) return [];
      const reason = `${property} is ${written}, for which IAM offers no roles: did you mean ${suggestion}?`;
      return [{ property, reason }];
    },
  );
}
