import { createHash } from "node:crypto";
import type { Account, Caller } from "./account";
import { roleById, rolesOf } from "./role-catalog";
import type { CatalogRole } from "./role-forms";

/** A role that an account made for itself. */
export interface CustomRole {
  /** As its CRN has it, such as `EventReader`. */
  name: string;
  displayName: string;
  /** The service whose instances it goes for, as target. */
  serviceName: string;
  /**
   * What it allows.
   * @default one made-up action
   */
  actions?: readonly string[];
  /**
   * The account that made it.
   * @default the first
   */
  accountId?: string;
}

/** A custom role as `/v2/roles` shows it, and whose it is. */
interface OwnRole extends CatalogRole {
  kind: "custom";
  id: string;
  name: string;
  account_id: string;
  service_name: string;
  created_by_id: string;
}

/** The roles that authorizations can grant: those of the services, and the accounts' own. */
export interface Roles {
  /** The roles that a caller can grant to a pair of services; none for a pair that does not exist. */
  offered: (caller: Caller, source: string | undefined, target: string | undefined) => CatalogRole[];
  /** A role by its CRN, whatever it is offered for. */
  byId: (crn: string) => CatalogRole | undefined;
}

/** @param anyPair whether any source goes with any target */
export function roleBook(
  given: readonly CustomRole[],
  accounts: readonly [Account, ...Account[]],
  anyPair = false,
): Roles {
  const own = given.map((role) => ownRole(role, accounts));
  return {
    offered: ({ accountId }, source, target) => {
      const roles = rolesOf(source, target, anyPair);
      if (roles.length === 0) return [];
      return [
        ...roles,
        ...own.filter((each) => each.account_id === accountId && each.service_name === target),
      ];
    },
    byId: (crn) => roleById(crn) ?? own.find((each) => each.crn === crn),
  };
}

function ownRole(
  { name, displayName, serviceName, actions, accountId }: CustomRole,
  accounts: readonly [Account, ...Account[]],
): OwnRole {
  const account = accounts.find(({ id }) => id === accountId) ?? accounts[0];
  const account_id = accountId ?? account.id;
  const crn = `crn:v1:bluemix:public:iam-access-management::a/${account_id}::customRole:${name}`;
  return {
    kind: "custom",
    id: createHash("md5").update(crn).digest("hex"),
    crn,
    name,
    display_name: displayName,
    description: displayName,
    actions: [...(actions ?? [`${serviceName}.emulated.${name}`])],
    account_id,
    service_name: serviceName,
    created_by_id: account.iamId,
  };
}
