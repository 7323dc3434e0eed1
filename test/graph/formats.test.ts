import { expect } from "chai";
import { instance, type Viz } from "@viz-js/viz";
import { toDot } from "../../src/graph/dot";
import { toHtml } from "../../src/graph/html";
import { layoutDot, place } from "../../src/graph/layout";
import { toMermaid } from "../../src/graph/mermaid";
import { toGraph } from "../../src/graph/model";
import { COS, EN } from "../support/inputs";
import { AUTHORIZATIONS, HOSTILE, KNOWN } from "./graphs";

const graph = toGraph(AUTHORIZATIONS, KNOWN);
const hostile = toGraph(AUTHORIZATIONS, {
  ...KNOWN,
  names: new Map([
    [EN, HOSTILE],
    [COS, `${HOSTILE}\\`],
  ]),
});
const names = hostile.nodes.slice(0, 2).map(({ name }) => name);

describe("toDot", () => {
  let viz: Viz;
  before(async () => {
    viz = await instance();
  });

  it("writes a graph that Graphviz reads, with each node, edge and box", () => {
    const svg = viz.renderString(toDot(graph), { format: "svg" });
    for (const [kind, count] of [
      ["node", graph.nodes.length],
      ["edge", graph.edges.length],
      ["cluster", graph.groups.length],
    ] as const)
      expect(svg.match(new RegExp(`class="${kind}"`, "g")), kind).to.have.length(count);
  });

  it("writes hostile names as text", () => {
    const svg = viz.renderString(toDot(hostile), { format: "svg" });
    const text = svg
      .replaceAll("&#45;", "-")
      .replaceAll("&#160;", " ")
      .replace(
        /&(lt|gt|quot);/g,
        (_all, name: "lt" | "gt" | "quot") => ({ lt: "<", gt: ">", quot: '"' })[name],
      )
      .replaceAll("&amp;", "&");
    for (const name of names) expect(text).to.include(`>${name}</text>`);
    expect(svg).to.not.include("<script");
    expect(svg.match(/class="node"/g)).to.have.length(hostile.nodes.length);
  });
});

describe("layoutDot and place", () => {
  it("give every node a place of its own, sources left of targets", async () => {
    const viz = await instance();
    const { nodes, edges } = place(graph, viz.renderString(layoutDot(graph), { format: "plain" }));
    expect(new Set(nodes.map(({ x, y }) => `${x ?? "?"} ${y ?? "?"}`)).size).to.equal(nodes.length);
    const xOf = (id: string) => nodes.find((node) => node.id === id)?.x ?? NaN;
    for (const { id, source, target } of edges) expect(xOf(source), id).to.be.below(xOf(target));
  });
});

describe("toMermaid", () => {
  it("lets no name end a string or become HTML", () => {
    const lines = toMermaid(hostile).split("\n");
    const [line = ""] = lines.filter((each) => each.includes("n1["));
    expect(line.trim()).to.match(/^n1\["[^"<>`]*<br>event-notifications"\]$/);
    const decoded = line.replace(/#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
    expect(decoded).to.include(names[0]);
    expect(lines).to.have.length(toMermaid(graph).split("\n").length);
  });
});

describe("toHtml", () => {
  const page = (scripts: string[]) => toHtml(hostile, { scripts, style: "p { color: red }" });

  it("has the graph as JSON that cannot end its element", () => {
    const html = page(["start()"]);
    const [, json = ""] = /<script id="graph" type="application\/json">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(json)).to.deep.equal(hostile);
    expect(json).to.not.include("<");
  });

  it("allows only its own scripts and style sheets", () => {
    const html = page(["start()", "const end = '</script><!--';"]);
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(policy).to.match(
      /^default-src 'none'; script-src( 'sha256-[^']+'){2}; style-src( 'sha256-[^']+'){2};/,
    );
    expect(html.match(/<\/script>/g)).to.have.length(3);
    expect(html).to.include(String.raw`const end = '\x3c/script>\x3c!--';`);
  });
});
