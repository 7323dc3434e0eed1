import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { RULES, withLowerCaseIds } from "../audit";
import type { Facts, Problem, Rule } from "../audit/types";
import { isAuthorizationType } from "../shared/resource-types";
import { toAuthorization } from "./authorization";
import { authorizationsIn } from "./stack";

/** The options of {@link authorizationPolicies}. */
export interface AuthorizationPolicyOptions {
  /**
   * The accounts whose services may have access: 32 hexadecimal digits each.
   * @default only the account of the credentials
   */
  allowedAccounts?: readonly string[];
}

/**
 * Returns the rules of the command `audit` as policies for a Pulumi policy pack. They check the authorizations that a program
 * declares with this package's resource or the packaged provider, and make no calls. `docs/audit.md` lists them.
 *
 * The pack's `enforcementLevel` applies to all of them. Its configuration can set the level of a single policy.
 *
 * @example
 * import { PolicyPack } from "@pulumi/policy";
 * import { authorizationPolicies } from "pulumi-ibm-en-authorization/policy";
 *
 * new PolicyPack("ibm-authorizations", {
 *   enforcementLevel: "mandatory",
 *   policies: authorizationPolicies(),
 * });
 */
export function authorizationPolicies({ allowedAccounts = [] }: AuthorizationPolicyOptions = {}): Policies {
  const facts = withLowerCaseIds({ allowedAccounts });
  return [
    ...RULES.filter(({ looksAt }) => looksAt === "one").map((rule) => resourcePolicy(rule, facts)),
    UNDECLARED_ROLES,
    ...RULES.filter(({ looksAt }) => looksAt === "all").map((rule) => stackPolicy(rule, facts)),
  ];
}

function described({ id, title, severity, source }: Rule) {
  return { name: id, description: `${title}.`, severity, url: source };
}

function messageOf({ why, change }: Pick<Problem, "why" | "change">): string {
  return `${why}. To fix it, ${change}.`;
}

function resourcePolicy(rule: Rule, facts: Facts): ResourceValidationPolicy {
  return {
    ...described(rule),
    validateResource: ({ type, name, props }, reportViolation) => {
      if (!isAuthorizationType(type)) return;
      for (const problem of rule.find([toAuthorization(name, props)], facts))
        reportViolation(messageOf(problem));
    },
  };
}

/** Without this policy, the policies about roles would pass an authorization whose roles only IAM knows. */
const UNDECLARED_ROLES: ResourceValidationPolicy = {
  name: "undeclared-roles",
  description: "The program adopts an authorization without declaring its roles.",
  severity: "medium",
  validateResource: ({ type, props }, reportViolation) => {
    if (!isAuthorizationType(type) || props["roles"] !== undefined) return;
    reportViolation(
      messageOf({
        why: "it keeps the roles that it has in IAM, which no policy can check",
        change: "write them in roles",
      }),
    );
  },
};

/** A policy about all authorizations of a stack. An unknown value hides only the violations that depend on it. */
function stackPolicy(rule: Rule, facts: Facts): StackValidationPolicy {
  return {
    ...described(rule),
    validateStack: ({ resources }, reportViolation) => {
      const { authorizations, urns, unknown } = authorizationsIn(resources);
      for (const problem of rule.find(authorizations, facts))
        reportViolation(messageOf(problem), urns.get(problem.id));
      // Pulumi reports this error as an advisory: the policy can't run during preview.
      if (unknown !== undefined) throw unknown as Error;
    },
  };
}
