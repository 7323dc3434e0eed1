import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { listPolicies } from "./policies";
import { scopeText, type HeldPolicy, type PolicyBody } from "./policy";

/** Looks for policies by their scope, all of them in one list. */
export interface SharedLooks {
  /**
   * The active policies of a scope, as they were listed at some time of this run: whoever acts on one asks for it by id.
   *
   * @param since how old the list may be, in milliseconds of `performance.now()`; any list will do without it
   */
  look: (scope: PolicyBody, deadline: Deadline, since?: number) => Promise<HeldPolicy[]>;
  /** Whatever was listed may lack something from now on. */
  forget: () => void;
}

interface Listed {
  since: number;
  byScope: Promise<Map<string, HeldPolicy[]>>;
}

/**
 * A thousand resources that look for something to take over share one list of the account. What this process makes does
 * not make it old: nobody looks for what a resource of the same program has.
 */
export function sharedLooks(client: () => Client): SharedLooks {
  let listed: Listed | undefined;

  return {
    look: async (scope, deadline, since = -Infinity) => {
      if (!listed || listed.since < since) {
        const asked = client();
        const list = asked.withDeadline((own) => listPolicies(asked, own));
        listed = { since: performance.now(), byScope: list.then(sorted) };
      }
      const shared = listed;
      try {
        return (await deadline.within(shared.byScope)).get(scopeText(scope)) ?? [];
      } catch (error) {
        // Whoever comes next asks again.
        if (listed === shared) listed = undefined;
        throw error;
      }
    },
    forget: () => {
      listed = undefined;
    },
  };
}

function sorted(policies: readonly HeldPolicy[]): Map<string, HeldPolicy[]> {
  const byScope = new Map<string, HeldPolicy[]>();
  for (const policy of policies) {
    const scope = scopeText(policy);
    byScope.set(scope, [...(byScope.get(scope) ?? []), policy]);
  }
  return byScope;
}
