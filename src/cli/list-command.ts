import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as mermaid from "../graph/mermaid";
import type * as model from "../graph/model";
import type { Authorization } from "../results";
import { addAccountOptions, type AccountOptions } from "./account-options";
import { outputOption, print, type Io } from "./command";
import { addFilterOptions, emptyText, readSelected, type Filters } from "./filters";
import type * as listed from "./listed";
import type { Names } from "./listed";
import type * as terminal from "./terminal";

const load = createRequire(__filename);

interface Options extends AccountOptions, Filters {
  output: string;
}

/** Adds the command `list`. */
export function addListCommand(program: Command, io: Io): void {
  const command = program
    .command("list")
    .description("list the authorizations in an account: from and to Event Notifications, or all of them");
  addFilterOptions(command)
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
  const { authorizationTable, flatRow, withNames } = load("./listed") as typeof listed;
  const { screenOf } = load("./terminal") as typeof terminal;
  const selected = await readSelected(options, command, {
    what: "list the authorizations",
    progress: "Listing",
  });
  const { found, names } = selected;
  print(io, options.output, {
    table: () =>
      found.length === 0 ? emptyText(selected, options) : authorizationTable(found, names, screenOf(io.out)),
    data: found.map((each) => withNames(each, names)),
    flat: () => found.map((each) => flatRow(each, names)),
    more: { mermaid: () => toMermaid(found, names) },
  });
}

function toMermaid(found: readonly Authorization[], names: Names): string {
  const { toGraph } = load("../graph/model") as typeof model;
  return (load("../graph/mermaid") as typeof mermaid).toMermaid(toGraph(found, { names }));
}
