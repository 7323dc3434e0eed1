import { expect } from "chai";
import { selector, type Filter } from "../../src/graph/filter";
import { toGraph } from "../../src/graph/model";
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
