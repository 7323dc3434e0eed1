import type { StylesheetJson } from "cytoscape";
import { NODE_SIZE } from "../layout";

/** Returns the style of the drawing, with the colors of the page's style sheet. */
export function styleOf(body: HTMLElement): StylesheetJson {
  const colors = getComputedStyle(body);
  const color = (name: string) => colors.getPropertyValue(`--${name}`).trim();
  const font = colors.fontFamily;
  return [
    {
      selector: "node",
      style: {
        label: "data(label)",
        shape: "round-rectangle",
        ...NODE_SIZE,
        "background-color": color("node"),
        "border-color": color("line"),
        "border-width": 1,
        color: color("text"),
        "font-family": font,
        "font-size": 12,
        "text-valign": "center",
        "text-wrap": "ellipsis",
        "text-max-width": `${NODE_SIZE.width - 12}px`,
      },
    },
    { selector: "node.service", style: { "border-style": "dashed" } },
    { selector: "node.events", style: { "background-color": color("events") } },
    { selector: "node.broad", style: { "border-color": color("broad"), "border-width": 2 } },
    {
      selector: ":parent",
      style: {
        "background-color": color("group"),
        "background-opacity": 0.6,
        "border-color": color("group-line"),
        color: color("soft"),
        "font-size": 11,
        "text-valign": "top",
        "text-halign": "center",
        "text-max-width": "600px",
        "text-margin-y": 16,
        padding: "20px",
      },
    },
    { selector: "node.account", style: { "background-color": color("account") } },
    {
      selector: "edge",
      style: {
        label: "data(label)",
        width: 1.2,
        "curve-style": "bezier",
        "control-point-step-size": 50,
        "source-endpoint": "90deg",
        "target-endpoint": "270deg",
        "line-opacity": 0.7,
        "line-color": color("edge"),
        "target-arrow-color": color("edge"),
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.8,
        color: color("text"),
        "font-family": font,
        "font-size": 10,
        "text-wrap": "wrap",
        "text-background-color": color("account"),
        "text-background-opacity": 0.85,
        "text-background-padding": "2px",
      },
    },
    {
      selector: "edge.broad",
      style: { width: 2, "line-color": color("broad"), "target-arrow-color": color("broad") },
    },
    { selector: "edge.many", style: { width: 4 } },
    { selector: ".faded", style: { opacity: 0.3 } },
    { selector: "edge.quiet", style: { label: "" } },
    {
      selector: "edge.marked, edge.hover",
      style: { width: 3, label: "data(label)", "line-opacity": 1, "z-index": 10 },
    },
    { selector: "node.marked", style: { "border-width": 3 } },
  ];
}
