import type { Core, CytoscapeOptions } from "cytoscape";
import type { Graph, GraphEdge } from "../types";
import { arrowsOf, elementsOf } from "../drawing";
import { styleOf } from "./style";

/** The page loads this library in an earlier script. */
declare const cytoscape: (options: CytoscapeOptions) => Core;

/** The drawing of a graph. */
export interface View {
  /** Draws only these authorizations, and the nodes at their ends. */
  show: (edges: readonly GraphEdge[]) => void;
  /** Shows all of the drawing. */
  fit: () => void;
  /** Marks a node or an authorization with its neighbors, or nothing if the id is undefined. */
  mark: (id: string | undefined) => void;
}

/** Below this zoom, only marked arrows have a label: the labels of many arrows would cover each other. */
const labelZoom = (arrows: number) => (arrows > 40 ? 1.4 : 0.8);

/** The largest zoom that `fit` sets, so that few nodes don't become huge. */
const LARGEST_FIT = 1.4;

/**
 * Draws a graph.
 *
 * @param onPick gets the id of a node or an authorization that was clicked, or undefined for the background
 */
export function drawGraph(
  container: HTMLElement,
  graph: Graph,
  onPick: (id: string | undefined) => void,
): View {
  const cy = cytoscape({
    container,
    style: styleOf(document.body),
    layout: { name: "preset" },
    minZoom: 0.05,
    maxZoom: 4,
    boxSelectionEnabled: false,
    autounselectify: true,
  });
  /** The id of the arrow of each drawn authorization. */
  let arrowIds: ReadonlyMap<string, string> = new Map();
  const fit = () => {
    cy.fit(cy.elements(), 24);
    if (cy.zoom() > LARGEST_FIT) {
      cy.zoom(LARGEST_FIT);
      cy.center(cy.elements());
    }
  };
  const hideLabels = () => cy.edges().toggleClass("quiet", cy.zoom() < labelZoom(cy.edges().length));
  cy.on("zoom", hideLabels);
  cy.on("tap", (event) => {
    const picked = event.target as Core | { id: () => string; isParent?: () => boolean };
    onPick(picked === cy || !("id" in picked) || picked.isParent?.() ? undefined : picked.id());
  });
  cy.on("mouseover", "edge", ({ target }) =>
    (target as { addClass: (name: string) => void }).addClass("hover"),
  );
  cy.on("mouseout", "edge", () => cy.edges().removeClass("hover"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    cy.style(styleOf(document.body)),
  );
  addKeys(container, cy, fit);
  return {
    show: (edges) => {
      const arrows = arrowsOf(edges);
      arrowIds = new Map(arrows.flatMap((arrow) => arrow.edges.map(({ id }) => [id, arrow.id] as const)));
      cy.batch(() => {
        cy.elements().remove();
        cy.add(elementsOf(graph, arrows));
      });
      fit();
      hideLabels();
    },
    fit,
    mark: (id = "") => {
      const marked = cy.getElementById(arrowIds.get(id) ?? id);
      cy.batch(() => {
        cy.elements().removeClass("marked faded");
        if (marked.empty()) return;
        const near = marked.union(marked.connectedEdges());
        const all = near.union(near.connectedNodes());
        all.addClass("marked");
        cy.elements().difference(all).not(":parent").addClass("faded");
      });
      if (marked.nonempty() && !isInside(cy, marked.renderedBoundingBox())) cy.center(marked);
    },
  };
}

function isInside(cy: Core, { x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number }): boolean {
  return x1 >= 0 && y1 >= 0 && x2 <= cy.width() && y2 <= cy.height();
}

/** The arrow keys move the drawing, `+` and `-` change its size, and `0` shows all of it. */
function addKeys(container: HTMLElement, cy: Core, fit: () => void): void {
  const zoomBy = (factor: number) => () =>
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  const actions: Record<string, () => unknown> = {
    ArrowLeft: () => cy.panBy({ x: 60, y: 0 }),
    ArrowRight: () => cy.panBy({ x: -60, y: 0 }),
    ArrowUp: () => cy.panBy({ x: 0, y: 60 }),
    ArrowDown: () => cy.panBy({ x: 0, y: -60 }),
    "+": zoomBy(1.25),
    "-": zoomBy(0.8),
    "0": fit,
  };
  container.addEventListener("keydown", (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
