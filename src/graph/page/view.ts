import type { Core, CytoscapeOptions, ElementDefinition } from "cytoscape";
import type { DagreLayoutOptions } from "cytoscape-dagre";
import type { Graph } from "../types";
import { styleOf } from "./style";

/** The page contains these libraries as scripts before this one. */
declare const cytoscape: (options: CytoscapeOptions) => Core;

/** The drawing of a graph. */
export interface View {
  /** Draws only these authorizations, with their ends. */
  show: (edges: ReadonlySet<string>) => void;
  /** Marks a node or an authorization and what it touches; undefined: nothing. */
  mark: (id: string | undefined) => void;
}

const LAYOUT: DagreLayoutOptions = {
  name: "dagre",
  rankDir: "LR",
  nodeSep: 14,
  edgeSep: 6,
  rankSep: 170,
  padding: 24,
  animate: false,
};

/** The largest zoom at which a few nodes fill the page. */
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
    elements: elementsOf(graph),
    style: styleOf(document.body),
    layout: { name: "null" },
    minZoom: 0.05,
    maxZoom: 4,
    boxSelectionEnabled: false,
    autounselectify: true,
  });
  const fit = () => {
    cy.fit(cy.elements(":visible"), 24);
    if (cy.zoom() > LARGEST_FIT) {
      cy.zoom(LARGEST_FIT);
      cy.center(cy.elements(":visible"));
    }
  };
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
      cy.batch(() => {
        cy.edges().forEach((edge) => void edge.toggleClass("hidden", !edges.has(edge.id())));
        const ends = cy.edges().not(".hidden").connectedNodes();
        cy.nodes().difference(ends).difference(ends.ancestors()).addClass("hidden");
        ends.union(ends.ancestors()).removeClass("hidden");
      });
      cy.elements().not(".hidden").layout(LAYOUT).run();
      fit();
    },
    mark: (id) => {
      cy.batch(() => {
        cy.elements().removeClass("marked faded");
        if (id === undefined) return;
        const marked = cy.getElementById(id);
        const near = marked.union(marked.connectedEdges()).union(marked.connectedNodes());
        const all = near.union(near.connectedNodes());
        all.addClass("marked");
        cy.elements().difference(all).difference(all.ancestors()).addClass("faded");
      });
      const marked = cy.getElementById(id ?? "");
      if (marked.nonempty() && !isInside(cy, marked.renderedBoundingBox())) cy.center(marked);
    },
  };
}

function elementsOf({ groups, nodes, edges }: Graph): ElementDefinition[] {
  return [
    ...groups.map(({ id, kind, name, parent }) => ({
      data: { id, label: name, ...(parent !== undefined && { parent }) },
      classes: kind === "account" ? "account" : "group",
    })),
    ...nodes.map(({ id, parent, kind, name, note, service, isBroad }) => ({
      data: { id, parent, label: [name, note].filter(Boolean).join("\n") },
      classes: [kind, isBroad && "broad", service === "event-notifications" && "events"]
        .filter((each) => typeof each === "string")
        .join(" "),
    })),
    ...edges.map(({ id, source, target, roles, limits, isBroad }) => ({
      data: { id, source, target, label: [roles.join(", "), ...limits].join("\n") },
      classes: isBroad ? "broad" : "",
    })),
  ];
}

function isInside(cy: Core, { x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number }): boolean {
  return x1 >= 0 && y1 >= 0 && x2 <= cy.width() && y2 <= cy.height();
}

/** Arrows move the drawing, `+` and `-` change its size, and `0` shows all of it. */
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
