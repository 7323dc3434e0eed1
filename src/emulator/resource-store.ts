import type { Account } from "./account";
import { defaultGroupOf, groupOf, type ResourceGroup, type ResourceGroupSeed } from "./resource-group";
import { instanceOf, type InstanceSeed, type ResourceInstance } from "./resource-instance";

/** The service instances and resource groups of every account, in the order in which they were put in. */
export interface ResourceStore {
  addInstances: (seeds: readonly InstanceSeed[]) => ResourceInstance[];
  addGroups: (seeds: readonly ResourceGroupSeed[]) => ResourceGroup[];
  instancesOf: (accountId: string) => ResourceInstance[];
  /** An account always has a default one. */
  groupsOf: (accountId: string) => ResourceGroup[];
  clear: () => void;
}

export function resourceStore(accounts: readonly [Account, ...Account[]]): ResourceStore {
  const instances: ResourceInstance[] = [];
  const groups: ResourceGroup[] = [];

  // Made once: who reads it again sees the same times.
  const defaults = new Map<string, ResourceGroup>();

  function defaultOf(accountId: string): ResourceGroup {
    const group = defaults.get(accountId) ?? defaultGroupOf(accountId);
    defaults.set(accountId, group);
    return group;
  }

  function groupsOf(accountId: string): ResourceGroup[] {
    const own = groups.filter((each) => each.account_id === accountId);
    return own.some((each) => each.default) ? own : [defaultOf(accountId), ...own];
  }

  function addInstances(seeds: readonly InstanceSeed[]): ResourceInstance[] {
    const added = seeds.map((seed) => {
      const { accountId: id = accounts[0].id } = seed;
      const { iamId } = accounts.find((each) => each.id === id) ?? accounts[0];
      const group = groupsOf(id).find((each) => each.default)?.id ?? "";
      return instanceOf(seed, { id, iamId }, group);
    });
    instances.push(...added);
    return added;
  }

  return {
    addInstances,
    addGroups: (seeds) => {
      const added = seeds.map((seed) => groupOf(seed, seed.accountId ?? accounts[0].id));
      groups.push(...added);
      return added;
    },
    instancesOf: (accountId) => instances.filter((each) => each.account_id === accountId),
    groupsOf,
    clear: () => {
      instances.length = 0;
      groups.length = 0;
    },
  };
}
