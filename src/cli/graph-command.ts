import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { audit } from "../audit";
import type { Finding } from "../audit/types";
import { toDot } from "../graph/dot";
import { toHtml, type Assets } from "../graph/html";
import { layoutDot, place } from "../graph/layout";
import { toMermaid } from "../graph/mermaid";
import { toGraph } from "../graph/model";
import type { Graph } from "../graph/types";
import type { Authorization } from "../results";
import { counted } from "../shared/text";
import { EXIT, noteOf, orFail, type Io } from "./command";
import { emptyText, readSelected } from "./filters";
import type { Places } from "./listed";
import type { GraphOptions } from "./options";

/** Runs the command `graph`. */
export async function runGraph(options: GraphOptions, command: Command, { out }: Io): Promise<void> {
  const { output, out: file } = options;
  // A page has half a million characters.
  if (output === "html" && file === undefined && (out as Partial<NodeJS.WriteStream>).isTTY)
    command.error("Write the page to a file: graph --out graph.html", { exitCode: EXIT.failed });
  const note = noteOf(command);
  const selected = await readSelected(options, command, {
    what: "draw the authorizations",
    progress: "Reading the account",
  });
  const { all, found, places, names } = selected;
  if (found.length === 0) note(emptyText(selected, options));
  const graph = toGraph(found, {
    names,
    groupOf: new Map(places.instances.map(({ guid, resourceGroupId }) => [guid, resourceGroupId])),
    // The rules are about what IAM grants.
    findings: options.deleted ? [] : findingsOf(all, places),
  });
  await orFail(command, "write the graph", async () => {
    const text = await FORMATS[output](graph);
    if (file === undefined) return void out.write(text);
    writeFileSync(file, text);
    note(`${file}: ${counted(found.length, "authorization")}`);
  });
}

/** Audits without the list of instances or groups if these credentials see none: otherwise, each would count as missing. */
function findingsOf(all: readonly Authorization[], { instances, groups }: Places): Finding[] {
  return audit(all, {
    ...(instances.length > 0 && { instances: new Map(instances.map((each) => [each.guid, each])) }),
    ...(groups.length > 0 && { groups: new Set(groups.map(({ id }) => id)) }),
  });
}

const FORMATS: Readonly<Record<GraphOptions["output"], (graph: Graph) => string | Promise<string>>> = {
  html: toPage,
  mermaid: toMermaid,
  dot: toDot,
  svg: async (graph) => render(toDot(graph), "svg"),
};

/** The page's own files are built from `src/graph/page`. */
const PAGE = join(__dirname, "..", "..", "dist", "graph", "page");

function pageAssets(): Assets {
  const library = require.resolve("cytoscape/dist/cytoscape.min.js");
  return {
    scripts: [library, join(PAGE, "index.js")].map((path) => readFileSync(path, "utf8")),
    style: readFileSync(join(PAGE, "page.css"), "utf8"),
  };
}

async function toPage(graph: Graph): Promise<string> {
  return toHtml(place(graph, await render(layoutDot(graph), "plain")), pageAssets());
}

/** Draws with Graphviz, which only two formats need. */
async function render(text: string, format: "plain" | "svg"): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  return (await instance()).renderString(text, { format });
}
