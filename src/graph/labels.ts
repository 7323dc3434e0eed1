import type { GraphEdge, GraphNode } from "./types";

/** Returns the lines of a node's text. */
export function nodeLines({ name, note }: GraphNode): string[] {
  return [name, note].filter(Boolean);
}

/** Returns the lines of an edge's text: the roles, and the limits inside the instances. */
export function edgeLines({ roles, limits }: GraphEdge): string[] {
  return [roles.join(", "), ...limits];
}
