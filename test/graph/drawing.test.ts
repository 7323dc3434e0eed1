import { expect } from "chai";
import { arrowsOf, elementsOf } from "../../src/graph/drawing";
import { toGraph } from "../../src/graph/model";
import { AUTHORIZATIONS, KNOWN } from "./graphs";

const graph = toGraph(AUTHORIZATIONS, KNOWN);

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
