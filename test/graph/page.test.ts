import { expect } from "chai";
import { toGraph } from "../../src/graph/model";
import { arrowsOf, elementsOf } from "../../src/graph/page/drawing";
import { selector, type Filter } from "../../src/graph/page/filter";
import { squeeze } from "../../src/graph/page/squeeze";
import { AUTHORIZATIONS, KNOWN } from "./graphs";

const finding = { rule: "excess-roles", severity: "medium", why: "a", change: "b" } as const;
const graph = toGraph(AUTHORIZATIONS, { ...KNOWN, findings: [{ id: "key", ...finding }] });

describe("the filter of the page", () => {
  const ALL: Filter = { text: "", service: "", role: "", place: "", finding: "", broadOnly: false };
  const isSelected = selector(graph);
  const cases: [Partial<Filter>, string[]][] = [
    [{}, AUTHORIZATIONS.map(({ id }) => id)],
    [{ text: "MY-storage" }, ["bucket"]],
    [{ text: "failed reader" }, ["bucket"]],
    [{ text: "excess" }, ["key"]],
    [{ text: "other account secrets" }, ["other account"]],
    [{ service: "kms" }, ["key", "all keys"]],
    [{ role: "Object Writer" }, ["bucket"]],
    [{ place: "resource group production", service: "logs" }, ["region"]],
    [{ finding: "low" }, ["key"]],
    [{ finding: "medium" }, ["key"]],
    [{ finding: "high" }, []],
    [{ broadOnly: true }, ["all keys", "group", "every group", "other account"]],
    [{ broadOnly: true, service: "kms" }, ["all keys"]],
  ];
  for (const [filter, ids] of cases) {
    it(`selects with ${JSON.stringify(filter)}`, () => {
      const selected = graph.edges.filter((edge) => isSelected(edge, { ...ALL, ...filter }));
      expect(selected.map(({ id }) => id)).to.deep.equal(ids);
    });
  }
});

describe("the elements of the drawing", () => {
  it("have one arrow for more than three authorizations between the same nodes", () => {
    const many = toGraph(
      AUTHORIZATIONS.flatMap((each) => (each.id === "key" ? Array<typeof each>(4).fill(each) : [each])),
      KNOWN,
    );
    const counts = arrowsOf(many.edges).map(({ edges }) => edges.length);
    expect(counts.sort()).to.deep.equal([1, 1, 1, 1, 1, 1, 4]);
  });

  it("are only the nodes and groups of the arrows", () => {
    const edges = graph.edges.filter(({ id }) => id === "other account");
    const labels = elementsOf(graph, arrowsOf(edges)).map(({ data }) => String(data["label"]));
    expect(labels.filter((label) => label.includes("account"))).to.have.length(2);
    expect(labels.filter((label) => label.includes(" · "))).to.have.members([
      "my-events · event-notifications",
      "secrets-manager · all instances",
    ]);
    expect(labels).to.include("resource group production").and.to.have.length(6);
  });

  it("come after the groups that contain them", () => {
    const ids = new Set<unknown>();
    for (const { data } of elementsOf(graph, arrowsOf(graph.edges))) {
      for (const needed of [data["parent"], data.source, data.target].filter((each) => each !== undefined))
        expect(ids.has(needed), String(needed)).to.equal(true);
      ids.add(data.id);
    }
  });
});

describe("squeeze", () => {
  it("shortens long gaps and keeps the order", () => {
    const rows = [500, 0, 30, 500, 1000];
    expect(rows.map(squeeze(rows, 20))).to.deep.equal([140, 0, 30, 140, 250]);
  });
});
