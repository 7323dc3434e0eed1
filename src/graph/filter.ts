import type { Graph, GraphEdge, GraphFinding } from "./types";

/** The values of the search and of the filters. An empty string selects everything. */
export interface Filter {
  text: string;
  service: string;
  role: string;
  /** The name of an account or a resource group. */
  place: string;
  finding: string;
  broadOnly: boolean;
}

/** The severities, from the least to the most severe. */
export const SEVERITIES: readonly GraphFinding["severity"][] = ["low", "medium", "high"];

/** Returns a function that returns true for the authorizations that a filter selects. */
export function selector({ nodes, groups }: Graph): (edge: GraphEdge, filter: Filter) => boolean {
  const nodesById = new Map(nodes.map((node) => [node.id, node]));
  const groupsById = new Map(groups.map((group) => [group.id, group]));
  const placesOf = (id: string | undefined): string[] => {
    const group = id === undefined ? undefined : groupsById.get(id);
    return group ? [group.name, ...placesOf(group.parent)] : [];
  };
  return (edge, { text, service, role, place, finding, broadOnly }) => {
    const ends = [edge.source, edge.target].flatMap((id) => nodesById.get(id) ?? []);
    const places = ends.flatMap(({ parent }) => placesOf(parent));
    const least = SEVERITIES.findIndex((severity) => severity === finding);
    const texts = [
      ...[edge.id, edge.description, edge.createdBy, ...edge.roles, ...edge.limits, ...places],
      ...ends.flatMap(({ name, note, guid }) => [name, note, guid]),
      ...edge.findings.map(({ rule }) => rule),
    ];
    return (
      words(text).every((word) => texts.some((each) => each?.toLowerCase().includes(word))) &&
      (service === "" || ends.some((end) => end.service === service)) &&
      (role === "" || edge.roles.includes(role)) &&
      (place === "" || places.includes(place)) &&
      (finding === "" || edge.findings.some(({ severity }) => SEVERITIES.indexOf(severity) >= least)) &&
      (!broadOnly || edge.isBroad)
    );
  };
}

function words(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}
