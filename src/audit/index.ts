import type { Authorization } from "../results";
import { ACCOUNT_RULES } from "./account-rules";
import { ROLE_RULES } from "./role-rules";
import { EXISTENCE_RULES, SCOPE_RULES } from "./scope-rules";
import { SEVERITIES, type Facts, type Finding, type Rule } from "./types";

/** All rules. `docs/audit.md` describes each. */
export const RULES: readonly Rule[] = [...SCOPE_RULES, ...ROLE_RULES, ...EXISTENCE_RULES, ...ACCOUNT_RULES];

/**
 * Applies all rules, and returns the most severe findings first.
 *
 * @param all every authorization of the account, because a state can contain any of them
 * @param isConsidered returns true for the authorizations that the findings are about
 */
export function audit(
  all: readonly Authorization[],
  facts: Facts,
  isConsidered: (authorization: Authorization) => boolean = () => true,
): Finding[] {
  const byId = new Map(all.map((each) => [each.id, each]));
  const lowerCase = withLowerCaseIds(facts);
  const findings = RULES.flatMap(({ id: rule, severity, find }) =>
    find(all, lowerCase).map((problem): Finding => {
      const authorization = byId.get(problem.id);
      return { rule, severity, ...problem, ...(authorization && { authorization }) };
    }),
  );
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return findings
    .filter(({ authorization }) => authorization === undefined || isConsidered(authorization))
    .sort((one, other) => rank(other) - rank(one));
}

/** Returns the facts as the rules need them. */
export function withLowerCaseIds({ allowedAccounts, instances, groups, ...facts }: Facts): Facts {
  return {
    ...facts,
    ...(allowedAccounts && { allowedAccounts: allowedAccounts.map((id) => id.toLowerCase()) }),
    ...(instances && { instances: new Map([...instances].map(([id, each]) => [id.toLowerCase(), each])) }),
    ...(groups && { groups: new Set([...groups].map((id) => id.toLowerCase())) }),
  };
}
