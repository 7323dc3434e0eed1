import { createHash, randomUUID } from "node:crypto";
import type { Account } from "./account";
import { lastOperationOf, type LastOperation } from "./last-operation";
import { groupCrn } from "./resource-group";

/** Source: IBM's SDK, `ResourceInstance.Constants.State`. */
export type InstanceState =
  | "active"
  | "inactive"
  | "removed"
  | "pending_removal"
  | "pending_reclamation"
  | "failed"
  | "provisioning"
  | "pre_provisioning";

/** A service instance that an account has already. */
export interface InstanceSeed {
  name: string;
  /** The service's name, as IAM spells it: `kms`, `cloud-object-storage`, … */
  serviceName: string;
  /**
   * A UUID.
   * @default made up
   */
  guid?: string;
  /**
   * The group it is in.
   * @default the account's default one
   */
  resourceGroupId?: string;
  /**
   * Where it is.
   * @default "us-south"; "global" for Cloud Object Storage
   */
  region?: string;
  /**
   * What has become of it.
   * @default "active"
   */
  state?: InstanceState;
  /**
   * The account that holds it.
   * @default the first
   */
  accountId?: string;
}

/** A service instance as Resource Controller shows it. */
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

/** Services that have no regions of their own. */
const GLOBAL = ["cloud-object-storage"];

/** The instance that a seed grows to; `resourceGroupId` is that of an instance that names no group. */
export function instanceOf(
  { name, serviceName, guid = randomUUID(), region, state = "active", ...seed }: InstanceSeed,
  { id: accountId, iamId }: Pick<Account, "id" | "iamId">,
  resourceGroupId: string,
): ResourceInstance {
  const region_id = region ?? (GLOBAL.includes(serviceName) ? "global" : "us-south");
  const crn = `crn:v1:bluemix:public:${serviceName}:${region_id}:a/${accountId}:${guid}::`;
  const url = `/v2/resource_instances/${encodeURIComponent(crn)}`;
  const resource_group_id = seed.resourceGroupId ?? resourceGroupId;
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

/** An id as Global Catalog has them; the real ones are others. */
function catalogId(what: string): string {
  const hex = createHash("md5").update(what).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
