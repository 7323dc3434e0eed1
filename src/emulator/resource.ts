/** The states of a service instance. Source: IBM's SDK, `ResourceInstance.Constants.State`. */
export const INSTANCE_STATES = [
  "active",
  "inactive",
  "removed",
  "pending_removal",
  "pending_reclamation",
  "failed",
  "provisioning",
  "pre_provisioning",
] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** A service instance to put into an account. */
export interface InstanceSeed {
  name: string;
  /** The service's name in IAM: `kms`, `cloud-object-storage`, … */
  serviceName: string;
  /**
   * A UUID.
   * @default generated
   */
  guid?: string;
  /**
   * The id of the instance's resource group.
   * @default the account's default resource group
   */
  resourceGroupId?: string;
  /**
   * The instance's region.
   * @default "us-south"; "global" for Cloud Object Storage
   */
  region?: string;
  /**
   * The instance's state.
   * @default "active"
   */
  state?: InstanceState;
  /**
   * The id of the account that owns the instance.
   * @default the first account
   */
  accountId?: string;
}

/** A service instance as Resource Controller returns it. */
export interface ResourceInstance {
  /** The CRN. */
  id: string;
  guid: string;
  crn: string;
  url: string;
  name: string;
  account_id: string;
  region_id: string;
  resource_id: string;
  resource_plan_id: string;
  resource_group_id: string;
  resource_group_crn: string;
  target_crn: string;
  state: InstanceState;
  type: "service_instance";
  created_at: string;
  created_by: string;
  updated_at: string;
  resource_keys_url: string;
  resource_bindings_url: string;
  resource_aliases_url: string;
  deleted_at: null;
  updated_by: string;
  deleted_by: string;
  scheduled_reclaim_at: null;
  scheduled_reclaim_by: string;
  restored_at: null;
  restored_by: string;
  reseller_channel_id: string;
  sub_type: string;
  dashboard_url: null;
  onetime_credentials: boolean;
  allow_cleanup: boolean;
  parameters: Record<string, never>;
  extensions: Record<string, never>;
  last_operation: LastOperation;
  plan_history: { resource_plan_id: string; start_date: string; requestor_id: string }[];
  controlled_by: string;
  migrated: boolean;
  locked: boolean;
}

/** The last operation on an instance. Source: IBM's SDK, `ResourceInstanceLastOperation`. */
export interface LastOperation {
  type: "create" | "delete";
  state: "in progress" | "succeeded" | "failed";
  async: boolean;
  description: string;
  cancelable: boolean;
  poll: boolean;
}

/** A resource group to put into an account. */
export interface ResourceGroupSeed {
  name: string;
  /**
   * 32 hexadecimal digits.
   * @default generated
   */
  id?: string;
  /**
   * Makes this the account's default resource group, instead of `Default`.
   * @default false
   */
  default?: boolean;
  /**
   * The id of the account that owns the resource group.
   * @default the first account
   */
  accountId?: string;
}

/** A resource group as Resource Manager returns it. */
export interface ResourceGroup {
  id: string;
  crn: string;
  account_id: string;
  name: string;
  state: "ACTIVE";
  default: boolean;
  quota_id: string;
  quota_url: string;
  payment_methods_url: string;
  resource_linkages: object[];
  teams_url: string;
  created_at: string;
  updated_at: string;
}
