import { createHash, randomUUID } from "node:crypto";

/** A resource group that an account has already. */
export interface ResourceGroupSeed {
  name: string;
  /**
   * 32 hexadecimal digits.
   * @default made up
   */
  id?: string;
  /**
   * Whether it is the account's default one, in place of the group `Default`.
   * @default false
   */
  default?: boolean;
  /**
   * The account that holds it.
   * @default the first
   */
  accountId?: string;
}

/** A resource group as Resource Manager shows it. */
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

/** The group that a seed grows to. */
export function groupOf(
  { name, id = randomUUID().replaceAll("-", ""), default: isDefault = false }: ResourceGroupSeed,
  accountId: string,
): ResourceGroup {
  const now = new Date().toISOString();
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
    created_at: now,
    updated_at: now,
  };
}

export function groupCrn(id: string, accountId: string): string {
  return `crn:v1:bluemix:public:resource-controller::a/${accountId}::resource-group:${id}`;
}

/** The group that every account begins with; its id stays the same. */
export function defaultGroupOf(accountId: string): ResourceGroup {
  const id = createHash("md5").update(`${accountId}/Default`).digest("hex");
  return groupOf({ name: "Default", id, default: true }, accountId);
}
