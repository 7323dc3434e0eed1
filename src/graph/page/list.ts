import { edgeLines } from "../labels";
import type { Graph } from "../types";
import { edgeTitle } from "./details";
import { element } from "./dom";

/** The list of authorizations, for the keyboard and for screen readers. */
export interface EdgeList {
  list: HTMLUListElement;
  show: (edges: ReadonlySet<string>) => void;
  /** Marks the entry of an authorization, or no entry if the id is undefined. */
  mark: (id: string | undefined) => void;
}

/** Lists the authorizations. The arrow keys move between the entries. */
export function listEdges(graph: Graph, onPick: (id: string) => void): EdgeList {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const entries = new Map(
    graph.edges.map((edge) => {
      const [worst] = edge.findings;
      const button = element(
        "button",
        { type: "button", className: edge.isBroad ? "entry broad" : "entry" },
        edgeTitle(edge, nodes),
        element("small", {}, edgeLines(edge).join("; ")),
        ...(worst ? [element("span", { className: `severity ${worst.severity}` }, worst.severity)] : []),
      );
      button.addEventListener("click", () => onPick(edge.id));
      return [edge.id, element("li", {}, button)] as const;
    }),
  );
  const list = element("ul", { className: "entries" }, ...entries.values());
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll<HTMLButtonElement>("li:not([hidden]) button")];
    buttons[buttons.findIndex((each) => each === document.activeElement) + step]?.focus();
  });
  return {
    list,
    show: (edges) => entries.forEach((entry, id) => (entry.hidden = !edges.has(id))),
    mark: (id) =>
      entries.forEach((entry, each) =>
        entry.firstElementChild?.setAttribute("aria-pressed", String(each === id)),
      ),
  };
}
