import type { Command } from "commander";
import { toMermaid } from "../graph/mermaid";
import { toGraph } from "../graph/model";
import { print, type Io } from "./command";
import { emptyText, readSelected } from "./filters";
import { authorizationTable, flatRow, withNames } from "./listed";
import type { ListOptions } from "./options";
import { screenOf } from "./terminal";

/** Runs the command `list`. */
export async function runList(options: ListOptions, command: Command, io: Io): Promise<void> {
  const selected = await readSelected(options, command, {
    what: "list the authorizations",
    progress: "Listing",
  });
  const { found, names } = selected;
  await print(io, options.output, {
    table: () =>
      found.length === 0 ? emptyText(selected, options) : authorizationTable(found, names, screenOf(io.out)),
    data: found.map((each) => withNames(each, names)),
    flat: () => found.map((each) => flatRow(each, names)),
    more: { mermaid: () => toMermaid(toGraph(found, { names })) },
  });
}
