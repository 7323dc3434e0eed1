import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Option, type Command } from "commander";
import type * as viz from "@viz-js/viz" with { "resolution-mode": "import" };
import type * as auditing from "../audit";
import type { Finding } from "../audit/types";
import type * as dot from "../graph/dot";
import type * as html from "../graph/html";
import type * as layout from "../graph/layout";
import type * as mermaid from "../graph/mermaid";
import type * as model from "../graph/model";
import type { Graph } from "../graph/types";
import type { Authorization } from "../results";
import { addAccountOptions, type AccountOptions } from "./account-options";
import { EXIT, noteOf, orFail, type Io } from "./command";
import { addFilterOptions, emptyText, readSelected, type Filters } from "./filters";
import type { Places } from "./listed";

const load = createRequire(__filename);

interface Options extends AccountOptions, Filters {
  output: string;
  out?: string;
}

/** Adds the command `graph`. */
export function addGraphCommand(program: Command, io: Io): void {
  const command = program
    .command("graph")
    .description("draw the authorizations in an account as one HTML page that works offline");
  addFilterOptions(command)
    .option("--all", "draw the authorizations of every pair of services")
    .option("--deleted", "draw the authorizations that were deleted in the last 10 days")
    .addOption(new Option("--output <format>", "output format").choices(Object.keys(FORMATS)).default("html"))
    .option("--out <file>", "write to this file");
  addAccountOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options) => draw(options, command, io));
}

const EXAMPLES = `
Examples:
  graph --out graph.html                           a page to open in a browser
  graph --all --broad --out broad.html             every broad grant in the account
  graph --source my-events --output mermaid        for a Markdown file on GitHub or GitLab
  graph --output dot | dot -Tpdf > graph.pdf       for Graphviz
  graph --output svg --out graph.svg               a picture`;

async function draw(options: Options, command: Command, { out }: Io): Promise<void> {
  const { output, out: file } = options;
  // A page has half a million characters.
  if (output === "html" && file === undefined && (out as Partial<NodeJS.WriteStream>).isTTY)
    command.error("Write the page to a file: graph --out graph.html", { exitCode: EXIT.failed });
  const { toGraph } = load("../graph/model") as typeof model;
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
    const text = (await FORMATS[output]?.(graph)) ?? "";
    if (file === undefined) return void out.write(text);
    writeFileSync(file, text);
    note(`${file}: ${found.length} authorizations`);
  });
}

/** Audits without the list of instances or groups if these credentials see none: otherwise, each would count as missing. */
function findingsOf(all: readonly Authorization[], { instances, groups }: Places): Finding[] {
  const { audit } = load("../audit") as typeof auditing;
  return audit(all, {
    ...(instances.length > 0 && { instances: new Map(instances.map((each) => [each.guid, each])) }),
    ...(groups.length > 0 && { groups: new Set(groups.map(({ id }) => id)) }),
  });
}

/** The formats. Each library loads only for its format. */
const FORMATS: Readonly<Record<string, (graph: Graph) => string | Promise<string>>> = {
  html: toPage,
  mermaid: (graph) => (load("../graph/mermaid") as typeof mermaid).toMermaid(graph),
  dot: toDot,
  svg: toSvg,
};

/** The page's own files are built from `src/graph/page`. */
const PAGE = join(__dirname, "..", "..", "dist", "graph", "page");

function pageAssets(): html.Assets {
  const library = load.resolve("cytoscape/dist/cytoscape.min.js");
  return {
    scripts: [library, join(PAGE, "index.js")].map((path) => readFileSync(path, "utf8")),
    style: readFileSync(join(PAGE, "page.css"), "utf8"),
  };
}

function toDot(graph: Graph): string {
  return (load("../graph/dot") as typeof dot).toDot(graph);
}

async function toSvg(graph: Graph): Promise<string> {
  return render(toDot(graph), "svg");
}

async function toPage(graph: Graph): Promise<string> {
  const { layoutDot, place } = load("../graph/layout") as typeof layout;
  const { toHtml } = load("../graph/html") as typeof html;
  return toHtml(place(graph, await render(layoutDot(graph), "plain")), pageAssets());
}

async function render(text: string, format: "plain" | "svg"): Promise<string> {
  const { instance } = load("@viz-js/viz") as typeof viz;
  return (await instance()).renderString(text, { format });
}
