import { edgeLines, nodeLines } from "./labels";
import type { Graph } from "./types";

/** Writes a Mermaid flowchart with a box for each account and resource group. Broad grants are red. */
export function toMermaid({ groups, nodes, edges }: Graph): string {
  const inside = (parent: string | undefined, indent: string): string[] => [
    ...nodes
      .filter((node) => node.parent === parent)
      .map((node) => `${indent}${node.id}[${quoted(nodeLines(node))}]`),
    ...groups
      .filter((group) => group.parent === parent)
      .flatMap(({ id, name }) => [
        `${indent}subgraph ${id}[${quoted([name])}]`,
        ...inside(id, `${indent}  `),
        `${indent}end`,
      ]),
  ];
  const arrows = edges.map((edge) => `  ${edge.source} -->|${quoted(edgeLines(edge))}| ${edge.target}`);
  const broadNodes = nodes.filter(({ isBroad }) => isBroad).map(({ id }) => id);
  const broadEdges = edges.flatMap(({ isBroad }, at) => (isBroad ? [at] : []));
  return `${[
    "flowchart LR",
    ...inside(undefined, "  "),
    ...arrows,
    ...(broadNodes.length > 0
      ? ["  classDef broad stroke:#c4314b,stroke-width:2px", `  class ${broadNodes.join(",")} broad`]
      : []),
    ...(broadEdges.length > 0 ? [`  linkStyle ${broadEdges.join(",")} stroke:#c4314b`] : []),
  ].join("\n")}\n`;
}

/** Mermaid reads `#` as the start of an entity, a backtick as Markdown, and tags as HTML. */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) => line.replace(/[#"<>&`]/g, (each) => `#${each.charCodeAt(0)};`));
  return `"${escaped.join("<br>")}"`;
}
