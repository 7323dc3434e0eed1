import type { Iam } from "../../iam";
import { NoCredentialsError } from "../../iam/credentials";
import type { OfferedRole, Pair, Policy } from "../../iam/types";
import { SERVICE_NAMES } from "../../known-names";
import { messageOf } from "../../shared/coded-error";
import { suggest } from "../../shared/suggest";
import { canonicalRoles, matchRoles } from "../roles";
import type { CheckFailure, Inputs } from "../types";
import { hasUnknown } from "../values";
import { missingRoles } from "./default-roles";
import { compareWithIam, wantedOf, type Findings, type Run } from "./existing";
import { inTime, isUnavailable, refusalOf } from "./iam-errors";
import { createKnownScopes } from "./known-scopes";
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

/** The calls of a check to IAM. If IAM does not respond in time, the check goes on, and `create` asks again and waits. */
export interface Preflight {
  /** Asks for the account of the credentials and the roles of a pair. */
  ask: (iam: Iam, pair: Pair | undefined, credentials?: string) => Promise<PreflightResult>;
  /** Returns the account of the credentials, if IAM has returned it. */
  accountOf: (iam: Iam) => string | undefined;
  /** Compares a new resource with the policies in IAM. */
  compare: (iam: Iam, inputs: Inputs, facts: IamFacts, deletesFirst: boolean) => Promise<Findings>;
  /** Registers the inputs in state of a resource that the program still declares. */
  knows: (olds: Partial<Inputs>) => void;
}

/** The part of a run that a preflight depends on. */
interface PreflightRun {
  ownership: Run["ownership"];
  /** Returns true once the run has begun to write. */
  isWriting: () => boolean;
}

/**
 * Creates the preflight of one run. Pulumi checks resources one after the other. After the first check that gets no
 * response, IAM is not asked again with these credentials, so a preview waits at most once for each set of credentials.
 *
 * @param timeout in milliseconds
 */
export function createPreflight(
  { ownership, isWriting }: PreflightRun,
  timeout = PREFLIGHT_TIMEOUT,
): Preflight {
  /** The results for credentials that need no further call. */
  const final = new WeakMap<Iam, PreflightResult>();
  /** The results for credentials with which IAM returned no policies. */
  const uncompared = new WeakMap<Iam, Findings>();
  const accounts = new WeakMap<Iam, string>();
  const known = createKnownScopes();

  async function ask(iam: Iam, pair: Pair | undefined, credentials?: string): Promise<PreflightResult> {
    const expected = iam.configuredAccountId;
    let accountId: string;
    try {
      ({ accountId } = await inTime(iam.identity(), timeout));
      accounts.set(iam, accountId);
    } catch (error) {
      const facts = { accountId: expected };
      const failure = refusalOf(error, credentials);
      if (failure) return kept(iam, { facts, failures: [failure], notes: [] });
      const result = { facts, failures: [], notes: [withoutIdentity(error, expected)] };
      return isUnavailable(error) ? kept(iam, result) : result;
    }
    try {
      const roles = pair && (await inTime(iam.offeredRoles(pair), timeout));
      return { facts: { accountId, roles }, failures: [], notes: [] };
    } catch (error) {
      const facts = { accountId };
      const failure = refusalOf(error, credentials);
      if (failure) return kept(iam, { facts, failures: [failure], notes: [] });
      const note = `IAM did not return the roles that it offers, so roles and existing authorizations are not checked before pulumi up: ${messageOf(error)}`;
      const result = { facts, failures: [], notes: [note] };
      return isUnavailable(error) ? kept(iam, result) : result;
    }
  }

  function kept(iam: Iam, result: PreflightResult): PreflightResult {
    final.set(iam, result);
    return result;
  }

  async function compare(
    iam: Iam,
    inputs: Inputs,
    { accountId, roles }: IamFacts,
    deletesFirst: boolean,
  ): Promise<Findings> {
    const wanted = accountId && roles && wantedOf(inputs, accountId, roles);
    if (!wanted) return { failures: [], notes: [] };
    let listed: Policy[];
    try {
      listed = await inTime(iam.findPolicies(wanted.body), timeout);
    } catch (error) {
      const result = notCompared(error, inputs);
      uncompared.set(iam, result);
      return result;
    }
    try {
      const isReplacement = listed.length > 0 && known.has(wanted.inputs);
      const run = { ownership, isReplacement, deletesFirst };
      const { failures, notes } = await inTime(compareWithIam(iam, wanted, listed, run), timeout);
      // A failure would stop the whole run, even with --continue-on-error. Once the run writes, `create` reports the duplicate.
      const reported = isWriting() ? [] : failures;
      // These messages contain parts of IAM's response.
      return {
        failures: reported.map(({ reason, ...each }) => ({ ...each, reason: iam.redact(reason) })),
        notes: notes.map(iam.redact),
      };
    } catch (error) {
      const result = notCompared(error, inputs);
      if (isUnavailable(error)) uncompared.set(iam, result);
      return result;
    }
  }

  return {
    accountOf: (iam) => accounts.get(iam),
    ask: async (iam, pair, credentials) => final.get(iam) ?? ask(iam, pair, credentials),
    compare: async (iam, ...wanted) => uncompared.get(iam) ?? compare(iam, ...wanted),
    knows: known.add,
  };
}

/** @param expected the account in the stack's configuration: accounts are checked against it without a call */
function withoutIdentity(error: unknown, expected: string | undefined): string {
  const accounts = expected === undefined ? "accounts" : "the account of the credentials";
  const unchecked = `so roles, ${accounts} and existing authorizations are not checked before pulumi up`;
  if (error instanceof NoCredentialsError) return `No IBM Cloud credentials were found, ${unchecked}`;
  return `IAM did not return the account of the credentials, ${unchecked}: ${messageOf(error)}`;
}

function notCompared(error: unknown, { credentials }: Inputs): Findings {
  const failure = refusalOf(error, credentials);
  if (failure) return { failures: [failure], notes: [] };
  const note = `IAM did not return its authorizations, so existing authorizations are not checked before pulumi up: ${messageOf(error)}`;
  return { failures: [], notes: [note] };
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
  // A refused role may be a misspelling of the missing one.
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
