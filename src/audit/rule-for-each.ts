import type { Authorization } from "../results";
import type { Facts, Problem, Rule } from "./types";

/** Returns a rule that looks at each authorization on its own. */
export function ruleForEach(
  rule: Omit<Rule, "find">,
  findOne: (authorization: Authorization, facts: Facts) => Omit<Problem, "id"> | undefined,
): Rule {
  return {
    ...rule,
    find: (all, facts) =>
      all.flatMap((authorization) => {
        const found = findOne(authorization, facts);
        return found ? [{ id: authorization.id, ...found }] : [];
      }),
  };
}
