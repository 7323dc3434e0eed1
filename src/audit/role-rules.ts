import { ROLE_NAMES, SERVICE_NAMES } from "../known-names";
import { documentedRoles, missingRoles } from "../provider/check/default-roles";
import { isListedService } from "../provider/check/ids";
import { shortName } from "../provider/roles";
import type { Authorization } from "../results";
import { parseCrn } from "../shared/crn";
import { suggest } from "../shared/suggest";
import { ruleForEach } from "./rule-for-each";
import type { Rule } from "./types";

const ROLES = "https://cloud.ibm.com/docs/account?topic=account-userroles";
const EVENT_NOTIFICATIONS =
  "https://cloud.ibm.com/docs/event-notifications?topic=event-notifications-en-create-source";

/** The roles that can change or delete what a service holds. */
const POWERFUL = ["Administrator", "Manager"];

/** The services that IBM documents with Event Notifications, and `*` for any service. */
const DOCUMENTED = new Set<string>(["*", ...SERVICE_NAMES]);

function pairOf({ source, target }: Authorization) {
  return { source: source.serviceName, target: target.serviceName };
}

function rolesText(roles: readonly string[]): string {
  return `the ${roles.length === 1 ? "role" : "roles"} ${roles.join(", ")}`;
}

/**
 * Returns the name of a role. A role appears as its CRN if IAM gives no name for it, or if a program declares the CRN. The CRN of
 * `Object Writer` ends with `ObjectWriter`, and that of `Event Source Manager` with `Event-Source-Manager`. An account's own role
 * and an unknown role stay as they are: an account can give its own role the name of another.
 */
function roleName(role: string): string {
  const crn = parseCrn(role);
  if (crn?.resourceType === "customRole") return role;
  const key = (text: string) => text.toLowerCase().replace(/[\s-]/g, "");
  const wanted = key(crn ? shortName(role) : role);
  return ROLE_NAMES.find((known) => key(known) === wanted) ?? role;
}

/** The rules about roles and services. */
export const ROLE_RULES: readonly Rule[] = [
  ruleForEach(
    {
      id: "excess-roles",
      severity: "high",
      title: "The authorization grants more roles than IBM documents for the pair",
      source: ROLES,
      looksAt: "one",
    },
    (authorization) => {
      const documented = documentedRoles(pairOf(authorization));
      const excess = authorization.roles.filter((role) =>
        documented ? !documented.includes(roleName(role)) : POWERFUL.includes(roleName(role)),
      );
      if (excess.length === 0) return undefined;
      const why = documented
        ? `IBM documents ${documented.join(", ")} for this pair, but not ${excess.join(", ")}`
        : `${excess.join(", ")} can change or delete what the target holds`;
      return { why, change: `remove ${rolesText(excess)} unless you know that the source needs this access` };
    },
  ),
  ruleForEach(
    {
      id: "missing-roles",
      severity: "medium",
      title: "The authorization lacks a role that IBM documents for the pair",
      source: EVENT_NOTIFICATIONS,
      looksAt: "one",
    },
    (authorization) => {
      const missing = missingRoles(pairOf(authorization), authorization.roles.map(roleName));
      if (missing.length === 0) return undefined;
      const why = `the integration may not work without ${rolesText(missing)}, which IBM documents for this pair`;
      return { why, change: `add ${rolesText(missing)}` };
    },
  ),
  ruleForEach(
    {
      id: "unknown-service",
      severity: "low",
      title: "IBM doesn't document the service with Event Notifications",
      source: EVENT_NOTIFICATIONS,
      looksAt: "one",
    },
    ({ source, target }, { instances }) => {
      const names = [source, target].map(({ serviceName = "*" }) => serviceName);
      if (!names.includes("event-notifications")) return undefined;
      const isInAccount = (name: string) =>
        [...(instances?.values() ?? [])].some(({ serviceName }) => serviceName === name);
      const unknown = names.find((name) => !DOCUMENTED.has(name) && !isInAccount(name));
      if (unknown === undefined) return undefined;
      const similar = suggest(unknown, SERVICE_NAMES, 3);
      const isAbsent = instances !== undefined && isListedService(unknown);
      return {
        why: `IBM documents no service ${unknown} with Event Notifications${isAbsent ? ", and the account has no instance of it" : ""}`,
        change: similar
          ? `correct the name: ${similar}`
          : "check the name of the service, and delete the authorization if it has no use",
      };
    },
  ),
];
