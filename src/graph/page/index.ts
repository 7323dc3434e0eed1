import type { Graph } from "../types";
import { detailsOf } from "./details";
import { choice, element } from "./dom";
import { selector, SEVERITIES, type Filter } from "../filter";
import { listEdges } from "./list";
import { drawGraph } from "./view";

/** The delay between the last keystroke and the search, in milliseconds. */
const SEARCH_DELAY = 150;

start(JSON.parse(document.getElementById("graph")?.textContent ?? "") as Graph);

function start(graph: Graph): void {
  const controls = controlsOf(graph);
  const count = element("output", {});
  const all = element("button", { type: "button" }, "Show all");
  const canvas = element("div", {
    className: "canvas",
    tabIndex: 0,
    role: "application",
    ariaLabel:
      "Graph of the authorizations. Arrow keys move it, plus and minus zoom, zero shows all. The list has the same authorizations.",
  });
  const details = element("section", { className: "details", ariaLabel: "Details", ariaLive: "polite" });
  const { list, ...entries } = listEdges(graph, pick);
  document.body.append(
    element(
      "header",
      {},
      element("h1", {}, "IAM authorizations"),
      element("search", {}, ...controls.elements, all, count),
    ),
    element("main", {}, canvas, element("aside", {}, details, element("h2", {}, "Authorizations"), list)),
  );
  const view = drawGraph(canvas, graph, pick);
  all.addEventListener("click", view.fit);
  const isSelected = selector(graph);
  /** The graph with only the authorizations that the filters select. */
  let shown = graph;

  function pick(id: string | undefined): void {
    view.mark(id);
    entries.mark(id);
    details.replaceChildren(
      ...(id === undefined
        ? [element("p", {}, "Choose a node, an arrow or a list entry to see its details."), legend()]
        : detailsOf(shown, id, pick)),
    );
    details.scrollIntoView({ block: "nearest" });
  }

  function show(): void {
    const filter = controls.filter();
    const edges = graph.edges.filter((edge) => isSelected(edge, filter));
    count.value = `${edges.length} of ${graph.edges.length}`;
    entries.show(new Set(edges.map(({ id }) => id)));
    view.show(edges);
    shown = { ...graph, edges };
    pick(undefined);
  }

  let timer: number | undefined;
  controls.onChange(() => {
    clearTimeout(timer);
    timer = setTimeout(show, SEARCH_DELAY);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") pick(undefined);
  });
  show();
}

function controlsOf({ nodes, edges, groups }: Graph) {
  const sorted = (texts: readonly string[]) => [...new Set(texts)].sort();
  const search = element("input", {
    type: "search",
    placeholder: "Search names, ids, roles …",
    ariaLabel: "Search",
  });
  const service = choice("Service", "all services", sorted(nodes.map((node) => node.service)));
  const role = choice("Role", "all roles", sorted(edges.flatMap(({ roles }) => roles)));
  const place = choice("Account or resource group", "everywhere", sorted(groups.map(({ name }) => name)));
  const finding = choice("Findings", "any or no findings", [...SEVERITIES].reverse());
  const broad = element("input", { type: "checkbox" });
  const elements = [search, service, role, place, finding, element("label", {}, broad, " broad only")];
  return {
    elements,
    filter: (): Filter => ({
      text: search.value,
      service: service.value,
      role: role.value,
      place: place.value,
      finding: finding.value,
      broadOnly: broad.checked,
    }),
    onChange: (listener: () => void) => elements.forEach((each) => each.addEventListener("input", listener)),
  };
}

function legend(): HTMLElement {
  return element(
    "p",
    { className: "legend" },
    element("span", { className: "key broad" }, "red"),
    ": covers all instances, all resource groups or all services. ",
    element("span", { className: "key service" }, "dashed"),
    ": several instances.",
  );
}
