import type { ElementDefinition } from "cytoscape";
import { edgeLines, nodeLines } from "./labels";
import { NODE_SIZE } from "./layout";
import type { Graph, GraphEdge, GraphNode } from "./types";
import { squeeze } from "./squeeze";

/** Up to this many authorizations between two nodes get an arrow each. */
const MOST_ARROWS = 3;

/** An arrow and its authorizations. Its id is that of its only authorization, or consists of the ids of both nodes. */
export interface Arrow {
  id: string;
  edges: readonly GraphEdge[];
}

/** Returns an arrow for each authorization, or a single arrow if many authorizations connect the same two nodes. */
export function arrowsOf(edges: readonly GraphEdge[]): Arrow[] {
  const pairs = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const pair = `${edge.source} ${edge.target}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), edge]);
  }
  return [...pairs].flatMap(([id, all]) =>
    all.length > MOST_ARROWS ? [{ id, edges: all }] : all.map((edge) => ({ id: edge.id, edges: [edge] })),
  );
}

/** Returns the elements of the drawing: the arrows, the nodes that they connect, and the groups that contain these nodes. */
export function elementsOf({ groups, nodes }: Graph, arrows: readonly Arrow[]): ElementDefinition[] {
  const ends = new Set(
    arrows.flatMap(({ edges }) => edges.flatMap(({ source, target }) => [source, target])),
  );
  const drawn = nodes.filter(({ id }) => ends.has(id));
  const parents = new Set(drawn.map(({ parent }) => parent));
  // `groups` lists a group after the group that contains it, so the reverse order visits inner groups first.
  for (const { id, parent } of [...groups].reverse()) {
    if (parent !== undefined && parents.has(id)) parents.add(parent);
  }
  const rowOf = squeeze(
    drawn.map(({ y = 0 }) => y),
    NODE_SIZE.height,
  );
  return [
    ...groups
      .filter(({ id }) => parents.has(id))
      .map(({ id, kind, name, parent }) => ({
        data: { id, label: name, ...(parent !== undefined && { parent }) },
        classes: kind === "account" ? "account" : "group",
      })),
    ...drawn.map((node) => ({
      data: { id: node.id, parent: node.parent, label: nodeLines(node).join(" · ") },
      position: { x: node.x ?? 0, y: rowOf(node.y ?? 0) },
      classes: classesOf(node),
    })),
    ...arrows.map(({ id, edges }) => ({
      data: { id, source: edges[0]?.source ?? "", target: edges[0]?.target ?? "", label: labelOf(edges) },
      classes: [edges.some(({ isBroad }) => isBroad) ? "broad" : "", edges.length > 1 ? "many" : ""].join(
        " ",
      ),
    })),
  ];
}

function classesOf({ kind, isBroad, service }: GraphNode): string {
  return [kind, isBroad ? "broad" : "", service === "event-notifications" ? "events" : ""].join(" ");
}

function labelOf(edges: readonly GraphEdge[]): string {
  const [edge] = edges;
  if (!edge || edges.length > 1) return `${edges.length} authorizations`;
  return edgeLines(edge).join("\n");
}
