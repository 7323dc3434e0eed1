import type { Graph } from "./types";

/** The size of a node in the page, in pixels. */
export const NODE_SIZE = { width: 250, height: 22 };

/** Graphviz has 72 points in an inch. */
const POINTS = 72;

/** Writes only what Graphviz needs to place the nodes: their sizes, and one edge for each connected pair. */
export function layoutDot({ groups, nodes, edges }: Graph): string {
  const inside = (parent: string | undefined): string[] => [
    ...nodes.filter((node) => node.parent === parent).map(({ id }) => id),
    ...groups
      .filter((group) => group.parent === parent)
      .flatMap(({ id }) => [`subgraph cluster_${id} { margin=18 label=" "`, ...inside(id), "}"]),
  ];
  // With few nodes, there is room for the labels of the arrows.
  const gap = nodes.length <= 40 ? 0.4 : 0.1;
  return [
    `digraph { graph [rankdir=LR ranksep=2.2 nodesep=${gap} fontsize=14]`,
    `node [shape=box fixedsize=true label="" width=${NODE_SIZE.width / POINTS} height=${NODE_SIZE.height / POINTS}]`,
    ...inside(undefined),
    ...new Set(edges.map(({ source, target }) => `${source} -> ${target}`)),
    "}",
  ].join("\n");
}

/** Places the nodes at the positions in Graphviz's output format `plain`: `node <name> <x> <y> …`, in inches. */
export function place(graph: Graph, plain: string): Graph {
  const positions = new Map(
    [...plain.matchAll(/^node (\w+) (\S+) (\S+) /gm)].map(([, id, x, y]) => [
      id,
      // The y axis of a page points down.
      { x: Math.round(Number(x) * POINTS), y: Math.round(-Number(y) * POINTS) },
    ]),
  );
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, ...positions.get(node.id) })) };
}
