import { edgeLines, nodeLines } from "./labels";
import type { Graph, GraphNode } from "./types";

const BROAD = "#c4314b";

/** Writes the graph in Graphviz's language, with a box for each account and resource group. Broad grants are red. */
export function toDot({ groups, nodes, edges }: Graph): string {
  const inside = (parent: string | undefined, indent: string): string[] => [
    ...nodes
      .filter((node) => node.parent === parent)
      .map((node) => `${indent}${node.id} ${nodeAttributes(node)}`),
    ...groups
      .filter((group) => group.parent === parent)
      .flatMap(({ id, kind, name }) => [
        `${indent}subgraph cluster_${id} {`,
        `${indent}  label=${quoted([name])} fillcolor="${kind === "account" ? "#f5f7fa" : "#e9eef5"}"`,
        ...inside(id, `${indent}  `),
        `${indent}}`,
      ]),
  ];
  return `${[
    "digraph {",
    '  graph [rankdir=LR ranksep=2 nodesep=0.15 bgcolor=white style="rounded,filled" color="#a8b3c2" fontname=Helvetica fontsize=11]',
    '  node [shape=box style="rounded,filled" fillcolor=white color="#5b6b80" fontname=Helvetica fontsize=11]',
    '  edge [color="#5b6b80" fontname=Helvetica fontsize=9]',
    ...inside(undefined, "  "),
    ...edges.map((edge) => {
      const broad = edge.isBroad && { color: `"${BROAD}"`, fontcolor: `"${BROAD}"` };
      const attributes = { label: quoted(edgeLines(edge)), tooltip: quoted([edge.id]), ...broad };
      return `  ${edge.source} -> ${edge.target} ${attributeList(attributes)}`;
    }),
    "}",
  ].join("\n")}\n`;
}

function nodeAttributes(node: GraphNode): string {
  return attributeList({
    label: quoted(nodeLines(node)),
    tooltip: quoted([node.guid ?? node.name]),
    ...(node.isBroad && { color: `"${BROAD}"`, penwidth: "2" }),
  });
}

function attributeList(attributes: Readonly<Record<string, string>>): string {
  const texts = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  return `[${texts.join(" ")}]`;
}

/** Escapes sequences such as `\N` and HTML entities, which Graphviz would replace. */
function quoted(lines: readonly string[]): string {
  const literal = lines.map((line) =>
    line.replaceAll("\\", "\\\\").replaceAll("&", "&amp;").replaceAll('"', '\\"'),
  );
  return `"${literal.join("\\n")}"`;
}
