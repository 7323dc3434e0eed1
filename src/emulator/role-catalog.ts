import { createHash } from "node:crypto";
import type { Accounts, Caller } from "./accounts";
import {
  AUTHORIZATION_DELEGATOR,
  GROUP_ROLES,
  OTHER_TARGET_ROLES,
  TARGET_ROLES,
  type CatalogRole,
} from "./service-roles";

/** A custom role that an account defines. */
export interface CustomRole {
  /** The name in the role's CRN, such as `EventReader`. */
  name: string;
  displayName: string;
  /** The service that the role applies to, as target. */
  serviceName: string;
  /**
   * The actions that the role allows.
   * @default one made-up action
   */
  actions?: readonly string[];
  /**
   * The id of the account that defines the role.
   * @default the first account
   */
  accountId?: string;
}

/** The roles that authorizations can grant: those of the services, and the accounts' custom roles. */
export interface RoleCatalog {
  /** Returns the roles that a caller can grant to a pair of services; none for a pair that does not exist. */
  offered: (caller: Caller, source: string | undefined, target: string | undefined) => CatalogRole[];
  byId: (crn: string) => CatalogRole | undefined;
}

/** @param anyPair allows any source for any known target */
export function createRoleCatalog(
  customRoles: readonly CustomRole[],
  accounts: Accounts,
  anyPair = false,
): RoleCatalog {
  const custom = customRoles.map((role) => customRoleOf(role, accounts));
  return {
    offered: ({ accountId }, source, target) => {
      const roles = rolesOf(source, target, anyPair);
      if (roles.length === 0) return [];
      return [
        ...roles,
        ...custom.filter((each) => each.account_id === accountId && each.service_name === target),
      ];
    },
    byId: (crn) => roleById(crn) ?? custom.find((each) => each.crn === crn),
  };
}

/** A custom role as `/v2/roles` returns it. */
interface CustomCatalogRole extends CatalogRole {
  kind: "custom";
  id: string;
  name: string;
  account_id: string;
  service_name: string;
  created_by_id: string;
}

function customRoleOf(
  { name, displayName, serviceName, actions, accountId }: CustomRole,
  accounts: Accounts,
): CustomCatalogRole {
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

/** The targets that Event Notifications can be authorized to. Source: event-notifications docs, en-destination-*.md. */
const DESTINATIONS = [
  "kms",
  "hs-crypto",
  "cloud-object-storage",
  "codeengine",
  "apprapp",
  "messagehub",
  "resource-controller",
];

/** The sources that can be authorized to Event Notifications. Source: each service's page about Event Notifications. */
const SOURCES = [
  "secrets-manager",
  "logs",
  "sysdig-monitor",
  "project",
  "toolchain",
  "is",
  "software-defined-storage",
  "compliance",
  "apprapp",
  "lakehouse",
  "openpages",
];

/** The targets that offer Authorization Delegator. Source: Terraform's tests; the pages of VPC and Event Streams. */
const DELEGATING = ["kms", "hs-crypto"];

/**
 * Returns the roles that an authorization of a pair can grant; none for a pair that does not exist.
 *
 * @param source a service's name; undefined for a resource group as source
 * @param target a service's name; by default a resource group as target
 * @param anyPair allows any source for any known target
 */
export function rolesOf(
  source: string | undefined,
  target = "resource-controller",
  anyPair = false,
): CatalogRole[] {
  const offered = anyPair
    ? [...rolesIn(TARGET_ROLES, target), ...rolesIn(OTHER_TARGET_ROLES, target)]
    : rolesIn(TARGET_ROLES, target);
  if (source === undefined) return offered;
  if (anyPair) return DELEGATING.includes(target) ? [...offered, AUTHORIZATION_DELEGATOR] : offered;
  const exists =
    source === "event-notifications"
      ? DESTINATIONS.includes(target)
      : target === "event-notifications" && SOURCES.includes(source);
  return exists ? offered : [];
}

/** Returns the roles of a service group. */
export function rolesOfGroup(id: string): CatalogRole[] {
  return rolesIn(GROUP_ROLES, id);
}

/** Returns the role of any service with this CRN. */
export function roleById(crn: string): CatalogRole | undefined {
  return [...Object.values(TARGET_ROLES), ...Object.values(OTHER_TARGET_ROLES), AUTHORIZATION_DELEGATOR]
    .flat()
    .find((each) => each.crn === crn);
}

function rolesIn(table: Record<string, CatalogRole[]>, name: string): CatalogRole[] {
  return Object.hasOwn(table, name) ? (table[name] ?? []) : [];
}
