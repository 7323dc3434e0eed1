import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { listPolicies } from "./policies";
import { scopeText, type HeldPolicy, type PolicyBody } from "./policy";
import { shared } from "./shared";

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

/**
 * A thousand resources that look for something to take over share one list of the account. What this process makes does
 * not make it old: nobody looks for what a resource of the same program has.
 */
export function sharedLooks(client: () => Client): SharedLooks {
  const listed = shared<Map<string, HeldPolicy[]>>();
  let listedAt = -Infinity;

  return {
    look: async (scope, deadline, since = -Infinity) => {
      if (listedAt < since) listed.forget();
      const byScope = await listed.get(deadline, async (own) => {
        listedAt = performance.now();
        return sorted(await listPolicies(client(), own));
      });
      return byScope.get(scopeText(scope)) ?? [];
    },
    forget: listed.forget,
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
