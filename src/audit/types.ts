import type { Authorization } from "../results";

/** The severities, from the least to the most severe. */
export const SEVERITIES = ["low", "medium", "high"] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * The facts that the rules use besides the authorizations. A rule that needs an undefined fact finds nothing. The ids of accounts,
 * instances and groups are in lower case, because an authorization can have them in either case.
 */
export interface Facts {
  /** The accounts whose services may have access. */
  allowedAccounts?: readonly string[];
  /** All instances of the account, by GUID. */
  instances?: ReadonlyMap<string, { serviceName: string }>;
  /** The ids of all resource groups of the account. */
  groups?: ReadonlySet<string>;
  /** The policies in the given states, by id, with the place that holds each. */
  managed?: ReadonlyMap<string, string>;
}

/** A finding of a rule. */
export interface Problem {
  /** The policy's id. */
  id: string;
  /** The reason, a sentence without a full stop. */
  why: string;
  /** The change to make, a sentence without a full stop. */
  change: string;
}

/** A rule over plain values. It makes no call, so that a policy pack can run it too. */
export interface Rule {
  /** The stable name. */
  id: string;
  severity: Severity;
  title: string;
  /** The page of IBM's docs that the rule is based on. */
  source: string;
  /** The data that the rule compares: each authorization alone, all of them together, or also facts about the account. */
  looksAt: "one" | "all" | "account";
  find: (authorizations: readonly Authorization[], facts: Facts) => Problem[];
}

/** A problem, with its rule and the scope of its authorization. */
export interface Finding extends Problem {
  rule: string;
  severity: Severity;
  /** Undefined if IAM doesn't have the authorization. */
  authorization?: Authorization;
}
