import { Option, type Command } from "commander";
import { isBroad } from "../provider/scope-text";
import type { Authorization } from "../results";
import type { Names } from "./listed";

/** The options that select authorizations. */
export interface Filters {
  source?: string;
  target?: string;
  role?: string;
  managedBy?: string;
  broad?: boolean;
  all?: boolean;
  deleted?: boolean;
}

/** Adds the options that select authorizations. */
export function addFilterOptions(command: Command): Command {
  return command
    .option(
      "--source <text>",
      "only these sources: a service, an account, or the name or id of an instance or resource group",
    )
    .option("--target <text>", "only these targets")
    .option("--role <name>", "only those that grant this role")
    .addOption(
      new Option(
        "--managed-by <what>",
        "only those that a service manages, that a template manages, or that neither manages (none)",
      ).choices(["service", "template", "none"]),
    )
    .option("--broad", "only those that cover all instances, all resource groups or all services on a side");
}

export function matches(authorization: Authorization, filters: Filters, names: Names): boolean {
  const { source, target, roles, managedBy = "none" } = authorization;
  const { role } = filters;
  return (
    matchesSide(source, filters.source, names) &&
    matchesSide(target, filters.target, names) &&
    (role === undefined || roles.some((each) => each.toLowerCase() === role.toLowerCase())) &&
    (filters.managedBy === undefined || managedBy === filters.managedBy) &&
    (!filters.broad || [source, target].some(isBroad))
  );
}

type Side = Authorization["source"] | Authorization["target"];

function matchesSide(side: Side, wanted: string | undefined, names: Names): boolean {
  if (wanted === undefined) return true;
  const { serviceName, serviceInstance, resourceGroupId, accountId } = side;
  const ids = [serviceInstance, resourceGroupId].filter((each) => each !== undefined);
  const values = [serviceName, accountId, ...ids, ...ids.map((each) => names.get(each))];
  return values.some((each) => each?.toLowerCase() === wanted.toLowerCase());
}

/** Explains an empty result: the account has none, none of Event Notifications, or none that the filters select. */
export function emptyText(policies: number, considered: number, { all, deleted }: Filters): string {
  const what = deleted ? "deleted authorizations" : "authorizations";
  if (policies === 0) return `The account has no ${what}.`;
  if (considered > 0) return `None of the ${considered} ${what} matches the filters.`;
  return `The account has ${policies} ${what}, but none is from or to Event Notifications${all ? "" : ": list them with --all"}.`;
}
