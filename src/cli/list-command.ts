import { createRequire } from "node:module";
import { Option, type Command } from "commander";
import type * as authorizations from "../provider/authorizations";
import type { Authorization } from "../results";
import type * as accounts from "./account";
import { addAccountOptions, type AccountOptions } from "./account-options";
import { noteOf, orFail, outputOption, print, withProgress, type Io } from "./command";
import type * as listed from "./listed";
import type { Names } from "./listed";
import type * as mermaid from "./mermaid";
import type * as terminal from "./terminal";

const load = createRequire(__filename);

interface Filters {
  source?: string;
  target?: string;
  role?: string;
  managedBy?: string;
  broad?: boolean;
}

interface Options extends AccountOptions, Filters {
  all?: boolean;
  deleted?: boolean;
  output: string;
}

/** Adds the command `list`. */
export function addListCommand(program: Command, io: Io): void {
  const command = program
    .command("list")
    .description("list the authorizations in an account: from and to Event Notifications, or all of them")
    .option("--source <text>", "only these sources: a service, or the name or id of an instance or group")
    .option("--target <text>", "only these targets")
    .option("--role <name>", "only those that grant this role")
    .addOption(
      new Option(
        "--managed-by <what>",
        "only those that a service manages, that a template manages, or that neither manages (none)",
      ).choices(["service", "template", "none"]),
    )
    .option("--broad", "only those that cover all instances, all resource groups or all services on a side")
    .option("--all", "list the authorizations of every pair of services")
    .option("--deleted", "list the authorizations that were deleted in the last 10 days, to restore them")
    .addOption(outputOption("mermaid"));
  addAccountOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options) => list(options, command, io));
}

const EXAMPLES = `
Examples:
  list                                      from and to Event Notifications
  list --all --broad --output csv           every broad grant in the account, for a spreadsheet
  list --target kms --role Reader           by service and role
  list --source my-events                   by the name of an instance
  list --deleted                            those that can be restored`;

async function list(options: Options, command: Command, io: Io): Promise<void> {
  const { useAccount } = load("./account") as typeof accounts;
  const { authorizationTable, flatRow, namesOf, withNames } = load("./listed") as typeof listed;
  const { toAllAuthorizations, toAuthorizations } = load(
    "../provider/authorizations",
  ) as typeof authorizations;
  const { screenOf } = load("./terminal") as typeof terminal;
  const note = noteOf(command);
  const [policies, names] = await orFail(command, "list the authorizations", async () => {
    const account = await useAccount(options, note);
    const policies = () => (options.deleted ? account.deleted() : account.policies());
    return withProgress("Listing", () => Promise.all([policies(), namesOf(account, note)]));
  });
  const all = options.all ? toAllAuthorizations(policies) : toAuthorizations(policies);
  const found = all.filter((each) => matches(each, options, names));
  print(io, options.output, {
    table: () =>
      found.length === 0
        ? emptyText(policies.length, all.length, options)
        : authorizationTable(found, names, screenOf(io.out)),
    data: found.map((each) => withNames(each, names)),
    flat: () => found.map((each) => flatRow(each, names)),
    more: { mermaid: () => (load("./mermaid") as typeof mermaid).toMermaid(found) },
  });
}

/** Explains an empty list: the account has none, none of Event Notifications, or none that the filters select. */
function emptyText(policies: number, considered: number, { all, deleted }: Options): string {
  const what = deleted ? "deleted authorizations" : "authorizations";
  if (policies === 0) return `The account has no ${what}.`;
  if (considered > 0) return `None of the ${considered} ${what} matches the filters.`;
  return `The account has ${policies} ${what}, and none is from or to Event Notifications${all ? "" : ": list them with --all"}.`;
}

type Side = Authorization["source"] | Authorization["target"];

function matches(authorization: Authorization, filters: Filters, names: Names): boolean {
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

function matchesSide(side: Side, wanted: string | undefined, names: Names): boolean {
  if (wanted === undefined) return true;
  const { serviceName, serviceInstance, resourceGroupId, accountId } = side;
  const ids = [serviceInstance, resourceGroupId].filter((each) => each !== undefined);
  const values = [serviceName, accountId, ...ids, ...ids.map((each) => names.get(each))];
  return values.some((each) => each?.toLowerCase() === wanted.toLowerCase());
}

function isBroad({ serviceName, serviceInstance, resourceGroupId }: Side): boolean {
  return [serviceName, serviceInstance, resourceGroupId].includes("*");
}
