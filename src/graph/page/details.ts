import { edgeLines } from "../labels";
import type { Graph, GraphEdge, GraphNode } from "../types";
import { arrowsOf } from "../drawing";
import { element, terms } from "./dom";

/**
 * Describes the node, authorization or arrow with this id.
 *
 * @param graph only with the authorizations that are drawn, so that an arrow and its list agree
 * @param onPick gets the id of the node or authorization whose button was pressed
 */
export function detailsOf(graph: Graph, id: string, onPick: (id: string) => void): Node[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const edge = graph.edges.find((each) => each.id === id);
  const node = nodes.get(id);
  if (edge) return edgeDetails(graph, edge, nodes, onPick);
  if (node) return nodeDetails(graph, node, nodes, onPick);
  const { edges = [] } = arrowsOf(graph.edges).find((arrow) => arrow.id === id) ?? {};
  return [
    element("h2", {}, edges[0] ? edgeTitle(edges[0], nodes) : ""),
    element("ul", {}, ...edges.map((each) => item(edgeLines(each).join("; "), each, onPick))),
  ];
}

function item(text: string, { id }: GraphEdge, onPick: (id: string) => void, more = ""): HTMLLIElement {
  return element(
    "li",
    {},
    button(text, () => onPick(id)),
    more,
  );
}

type Nodes = ReadonlyMap<string, GraphNode>;

/** Returns the text of an authorization in a list. */
export function edgeTitle({ source, target }: GraphEdge, nodes: Nodes): string {
  return [source, target].map((id) => nodeTitle(nodes.get(id))).join(" -> ");
}

function nodeTitle(node: GraphNode | undefined): string {
  if (!node) return "";
  return node.kind === "service" && node.note !== "" ? `${node.name} (${node.note})` : node.name;
}

function button(text: string, pick: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", pick);
  return made;
}

function edgeDetails(graph: Graph, edge: GraphEdge, nodes: Nodes, onPick: (id: string) => void): Node[] {
  const end = (id: string) => {
    const node = nodes.get(id);
    return node
      ? element(
          "p",
          {},
          button(nodeTitle(node), () => onPick(id)),
          ` ${placeText(graph, node)}`,
        )
      : "";
  };
  return [
    element("h2", {}, edgeTitle(edge, nodes)),
    ...(edge.isBroad
      ? [element("p", { className: "broad" }, "Broad: a side covers all instances, groups or services.")]
      : []),
    element("h3", {}, "Source"),
    element("div", {}, end(edge.source)),
    element("h3", {}, "Target"),
    element("div", {}, end(edge.target)),
    terms([
      ["Roles", edge.roles.join(", ")],
      ["Limits", edge.limits.join("; ")],
      ["Description", edge.description],
      ["Created", edge.createdAt],
      ["Created by", edge.createdBy],
      ["Managed by", edge.managedBy],
      ["Policy", edge.id],
    ]),
    ...findingDetails(edge),
  ];
}

function findingDetails({ findings }: GraphEdge): Node[] {
  if (findings.length === 0) return [];
  const items = findings.map(({ severity, rule, why, change }) =>
    element(
      "li",
      {},
      element("span", { className: `severity ${severity}` }, severity),
      ` ${rule}: ${why}. Change: ${change}.`,
    ),
  );
  return [element("h3", {}, "Findings"), element("ul", {}, ...items)];
}

function placeText({ groups }: Graph, { parent }: GraphNode): string {
  const group = groups.find(({ id }) => id === parent);
  const outer = groups.find(({ id }) => id === group?.parent);
  return [group, outer].flatMap((each) => each?.name ?? []).join(", ");
}

function nodeDetails(graph: Graph, node: GraphNode, nodes: Nodes, onPick: (id: string) => void): Node[] {
  const list = (title: string, edges: readonly GraphEdge[], other: "source" | "target") =>
    edges.length === 0
      ? []
      : [
          element("h3", {}, `${title} (${edges.length})`),
          element(
            "ul",
            {},
            ...edges.map((edge) =>
              item(nodeTitle(nodes.get(edge[other])), edge, onPick, ` ${edgeLines(edge).join("; ")}`),
            ),
          ),
        ];
  return [
    element("h2", {}, nodeTitle(node)),
    terms([
      ["Service", node.service],
      ["GUID", node.guid],
      ["In", placeText(graph, node)],
    ]),
    ...list(
      "May access",
      graph.edges.filter(({ source }) => source === node.id),
      "target",
    ),
    ...list(
      "Accessible to",
      graph.edges.filter(({ target }) => target === node.id),
      "source",
    ),
  ];
}
