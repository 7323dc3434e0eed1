import { createHash, randomUUID } from "node:crypto";
import type { Account, Accounts } from "./accounts";
import type {
  InstanceSeed,
  InstanceState,
  LastOperation,
  ResourceGroup,
  ResourceGroupSeed,
  ResourceInstance,
} from "./resource";

/** The service instances and resource groups of all accounts, in the order in which they were added. */
export interface ResourceStore {
  /** An instance with the CRN of an existing one replaces it. */
  addInstances: (seeds: readonly InstanceSeed[]) => ResourceInstance[];
  /** A group with the id of an existing one replaces it. */
  addGroups: (seeds: readonly ResourceGroupSeed[]) => ResourceGroup[];
  instancesOf: (accountId: string) => ResourceInstance[];
  /** Returns the account's resource groups. One of them is always the default. */
  groupsOf: (accountId: string) => ResourceGroup[];
  clear: () => void;
  /** Returns everything that `load` needs. */
  stored: () => StoredResources;
  load: (stored: StoredResources) => void;
}

/** The resources of all accounts as a data file keeps them. */
export interface StoredResources {
  instances: ResourceInstance[];
  resourceGroups: ResourceGroup[];
}

/** @param changed is called after each change */
export function createResourceStore(accounts: Accounts, changed: () => void): ResourceStore {
  let instances: ResourceInstance[] = [];
  let groups: ResourceGroup[] = [];

  function groupsOf(accountId: string): ResourceGroup[] {
    const added = groups.filter((each) => each.account_id === accountId);
    return added.some((each) => each.default) ? added : [generateDefaultGroup(accountId), ...added];
  }

  return {
    addInstances: (seeds) => {
      const added = seeds.map((seed) => {
        const { accountId: id = accounts[0].id } = seed;
        const { iamId } = accounts.find((each) => each.id === id) ?? accounts[0];
        const defaultGroupId = groupsOf(id).find((each) => each.default)?.id ?? "";
        return instanceFromSeed(seed, { id, iamId }, defaultGroupId);
      });
      instances = [...without(instances, added), ...added];
      changed();
      return added;
    },
    addGroups: (seeds) => {
      const added = seeds.map((seed) => groupFromSeed(seed, seed.accountId ?? accounts[0].id));
      groups = [...without(groups, added), ...added];
      changed();
      return added;
    },
    instancesOf: (accountId) => instances.filter((each) => each.account_id === accountId),
    groupsOf,
    clear: () => {
      instances = [];
      groups = [];
      changed();
    },
    stored: () => ({ instances, resourceGroups: groups }),
    load: (stored) => {
      instances = stored.instances;
      groups = stored.resourceGroups;
    },
  };
}

/** Returns the resources that are not replaced. */
function without<Each extends { crn: string }>(
  resources: readonly Each[],
  replacing: readonly Each[],
): Each[] {
  const replaced = new Set(replacing.map(({ crn }) => crn));
  return resources.filter(({ crn }) => !replaced.has(crn));
}

/** Services whose instances belong to no region. */
const GLOBAL = ["cloud-object-storage"];

function instanceFromSeed(
  { name, serviceName, guid = randomUUID(), region, state = "active", ...seed }: InstanceSeed,
  { id: accountId, iamId }: Pick<Account, "id" | "iamId">,
  defaultGroupId: string,
): ResourceInstance {
  const region_id = region ?? (GLOBAL.includes(serviceName) ? "global" : "us-south");
  const crn = `crn:v1:bluemix:public:${serviceName}:${region_id}:a/${accountId}:${guid}::`;
  const url = `/v2/resource_instances/${encodeURIComponent(crn)}`;
  const resource_group_id = seed.resourceGroupId ?? defaultGroupId;
  const now = new Date().toISOString();
  const resource_plan_id = catalogId(`${serviceName} plan`);
  return {
    id: crn,
    guid,
    crn,
    url,
    name,
    account_id: accountId,
    region_id,
    resource_id: catalogId(serviceName),
    resource_plan_id,
    resource_group_id,
    resource_group_crn: groupCrn(resource_group_id, accountId),
    target_crn: `crn:v1:bluemix:public:globalcatalog::::deployment:${catalogId(serviceName + region_id)}`,
    state,
    type: "service_instance",
    created_at: now,
    created_by: iamId,
    updated_at: now,
    resource_keys_url: `${url}/resource_keys`,
    resource_bindings_url: `${url}/resource_bindings`,
    resource_aliases_url: `${url}/resource_aliases`,
    deleted_at: null,
    updated_by: "",
    deleted_by: "",
    scheduled_reclaim_at: null,
    scheduled_reclaim_by: "",
    restored_at: null,
    restored_by: "",
    reseller_channel_id: "",
    sub_type: "",
    dashboard_url: null,
    onetime_credentials: false,
    allow_cleanup: false,
    parameters: {},
    extensions: {},
    last_operation: lastOperationOf(state),
    plan_history: [{ resource_plan_id, start_date: now, requestor_id: iamId }],
    controlled_by: "",
    migrated: false,
    locked: false,
  };
}

/** Returns an id in the format of Global Catalog; IBM's real ids are different. */
function catalogId(name: string): string {
  const hex = createHash("md5").update(name).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const IN_PROGRESS: InstanceState[] = ["provisioning", "pre_provisioning", "pending_removal"];
const DELETED: InstanceState[] = ["removed", "pending_removal", "pending_reclamation"];

/** Returns the operation that led to a state. `async` is always false, so clients rely on the instance's state. */
function lastOperationOf(instance: InstanceState): LastOperation {
  const type = DELETED.includes(instance) ? "delete" : "create";
  const ended = instance === "failed" ? "failed" : "succeeded";
  const state = IN_PROGRESS.includes(instance) ? "in progress" : ended;
  return { type, state, async: false, description: `${type} ${state}`, cancelable: false, poll: false };
}

function groupFromSeed(
  { name, id = randomUUID().replaceAll("-", ""), default: isDefault = false }: ResourceGroupSeed,
  accountId: string,
  createdAt = new Date().toISOString(),
): ResourceGroup {
  const quota = "a3d7b8d01e261c24677937c29ab33f3c";
  return {
    id,
    crn: groupCrn(id, accountId),
    account_id: accountId,
    name,
    state: "ACTIVE",
    default: isDefault,
    quota_id: quota,
    quota_url: `/v2/quota_definitions/${quota}`,
    payment_methods_url: `/v2/resource_groups/${id}/payment_methods`,
    resource_linkages: [],
    teams_url: `/v2/resource_groups/${id}/teams`,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

/** Returns the resource group that every new account has. Its id depends only on the account, and its time is made up. */
function generateDefaultGroup(accountId: string): ResourceGroup {
  const id = createHash("md5").update(`${accountId}/Default`).digest("hex");
  return groupFromSeed({ name: "Default", id, default: true }, accountId, "2024-01-01T00:00:00.000Z");
}

function groupCrn(id: string, accountId: string): string {
  return `crn:v1:bluemix:public:resource-controller::a/${accountId}::resource-group:${id}`;
}
