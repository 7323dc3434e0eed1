import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { memoize } from "./memoize";
import { parseAuthorization } from "./parse";
import { getPolicy, listPolicyEntries } from "./policies";
import { isStale, meaningFingerprint } from "./policy";
import type { Policy, PolicyBody, WriteTimes } from "./types";

/** One list of the account's policies for all operations of a run, indexed by id and by the meaning of the scope. */
export interface PolicyCache {
  /** Reads a policy. Returns `undefined` if it does not exist, or is deleted. */
  read: (id: string, deadline: Deadline, known?: WriteTimes) => Promise<Policy | undefined>;
  /**
   * Finds the active policies whose scope has the same meaning. They may be out of date: read a policy again before relying on it.
   *
   * @param notBefore the policies are listed again if the list is older than this time, in `performance.now()`
   */
  findByMeaning: (scope: PolicyBody, deadline: Deadline, notBefore?: number) => Promise<Policy[]>;
  /** Call it after a write, done or not: from now on, this policy is read by id. */
  written: (id: string) => void;
  /** Call it if IAM reports a duplicate. If the list lacks it, the next `findByMeaning` lists the policies again. */
  reported: (id: string) => void;
  /** Empties the cache. Call it if IAM may have a new policy that no resource of the program owns. */
  clear: () => void;
}

/**
 * The first read is a call for one policy. All further reads share a list, so that a refresh of a thousand authorizations
 * takes a handful of calls. A policy that the list lacks, or shows in an older version, is read by id. After
 * the list failed, the rest of the run reads all policies by id, unless `findByMeaning`, which needs the list, gets it later.
 *
 * `findByMeaning` doesn't need to see this run's writes, because its callers look only for policies that no resource of the
 * program owns.
 */
export function createPolicyCache(client: () => Client): PolicyCache {
  let isFirstRead = true;
  let hasFailed = false;
  let listedAt = -Infinity;
  /** The ids in the latest list. Empty until it arrives. */
  let listedIds = new Set<string>();
  const writtenIds = new Set<string>();
  const byId = memoize(async () => {
    listedAt = performance.now();
    const ids = new Set<string>();
    listedIds = ids;
    try {
      // The list includes display names, which would otherwise have to be looked up.
      const entries = await client().withSharedDeadline((own) => listPolicyEntries(client(), own, "display"));
      for (const id of entries.keys()) ids.add(id);
      hasFailed = false;
      return entries;
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  });
  const byMeaning = memoize(async () => {
    const policies = [...(await byId.get()).values()].flatMap((each) => parseAuthorization(each) ?? []);
    const groups = new Map<string, Policy[]>();
    for (const policy of policies) {
      const meaning = meaningFingerprint(policy);
      groups.set(meaning, [...(groups.get(meaning) ?? []), policy]);
    }
    return groups;
  });

  async function listed(id: string, deadline: Deadline): Promise<Policy | undefined> {
    try {
      return parseAuthorization((await deadline.within(byId.get())).get(id));
    } catch (error) {
      if (deadline.isOver()) throw error;
      // Credentials that may read a policy can't always list policies.
      return undefined;
    }
  }

  function clear(): void {
    byId.clear();
    byMeaning.clear();
    listedIds = new Set();
  }

  return {
    read: async (id, deadline, known = {}) => {
      const isByIdOnly = isFirstRead || hasFailed || writtenIds.has(id);
      isFirstRead = false;
      const found = isByIdOnly ? undefined : await listed(id, deadline);
      return found && !isStale(found, known) ? found : getPolicy(client(), id, deadline, known);
    },
    findByMeaning: async (scope, deadline, notBefore = -Infinity) => {
      if (listedAt < notBefore) clear();
      return (await deadline.within(byMeaning.get())).get(meaningFingerprint(scope)) ?? [];
    },
    written: (id) => {
      writtenIds.add(id);
    },
    reported: (id) => {
      if (!listedIds.has(id)) clear();
    },
    clear,
  };
}
