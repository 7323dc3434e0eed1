import { expect } from "chai";
import type { Authorization } from "../../src/results";
import { clean } from "../../src/shared/text";
import { toGraph } from "../../src/graph/model";
import { ACCOUNT, EN, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { AUTHORIZATIONS, HOSTILE, KNOWN } from "./graphs";

const graph = toGraph(AUTHORIZATIONS, KNOWN);
const node = (name: string, note?: string) =>
  graph.nodes.filter((each) => each.name === name && (note === undefined || each.note === note));
const groupName = (id: string | undefined) => graph.groups.find((each) => each.id === id)?.name;
const edge = (id: string) => graph.edges.find((each) => each.id === id);

describe("toGraph", () => {
  it("has an edge for each authorization and a node for each different side", () => {
    expect(graph.edges.map(({ id }) => id)).to.deep.equal(AUTHORIZATIONS.map(({ id }) => id));
    expect(graph.nodes.map(({ name, note }) => [name, note])).to.deep.equal([
      ["my-events", "event-notifications"],
      ["my-storage", "cloud-object-storage"],
      [KMS, "kms"],
      ["kms", "all instances"],
      ["any service", "all in the group"],
      ["secrets-manager", "all resource groups"],
      ["secrets-manager", "all instances"],
      ["logs", "region eu-de"],
    ]);
    const ids = new Set(graph.nodes.map(({ id }) => id));
    expect(graph.edges.every(({ source, target }) => ids.has(source) && ids.has(target))).to.equal(true);
  });

  it("puts instances into their resource group, and groups into their account", () => {
    expect(graph.groups.map(({ name, parent }) => [name, groupName(parent)])).to.deep.equal([
      [`account ${ACCOUNT}`, undefined],
      ["resource group production", `account ${ACCOUNT}`],
      [`other account ${OTHER_ACCOUNT}`, undefined],
    ]);
    const places = ["my-events", "any service", "kms", KMS].map((name) => groupName(node(name)[0]?.parent));
    expect(places).to.deep.equal([
      "resource group production",
      "resource group production",
      `account ${ACCOUNT}`,
      `account ${ACCOUNT}`,
    ]);
    expect(groupName(node("secrets-manager", "all instances")[0]?.parent)).to.include(OTHER_ACCOUNT);
  });

  it("marks as broad the sides and authorizations that list --broad selects", () => {
    expect(graph.nodes.filter(({ isBroad }) => isBroad).map(({ name }) => name)).to.deep.equal([
      "kms",
      "any service",
      "secrets-manager",
      "secrets-manager",
    ]);
    expect(graph.edges.filter(({ isBroad }) => isBroad).map(({ id }) => id)).to.deep.equal([
      "all keys",
      "group",
      "every group",
      "other account",
    ]);
  });

  it("puts limits inside an instance on the edge", () => {
    expect(edge("bucket")?.limits).to.deep.equal(["bucket failed-events"]);
    expect(edge("region")?.limits).to.deep.equal([]);
    expect(edge("bucket")).to.deep.include({ description: "Failed events", createdBy: "IBMid-1" });
    expect(edge("all keys")).to.deep.include({ managedBy: "template" });
  });

  it("adds the findings to their authorizations", () => {
    const finding = { rule: "excess-roles", severity: "high", why: "a", change: "b" } as const;
    const { edges } = toGraph(AUTHORIZATIONS, { ...KNOWN, findings: [{ id: "key", ...finding }] });
    expect(edges.map(({ findings }) => findings)).to.deep.equal([[], [finding], [], [], [], [], []]);
  });

  it("works without names and groups", () => {
    const { groups, nodes } = toGraph(AUTHORIZATIONS.slice(0, 1), { names: new Map() });
    expect(groups.map(({ kind }) => kind)).to.deep.equal(["account"]);
    expect(nodes[0]).to.deep.include({ name: EN, guid: EN });
  });

  it("puts every text on one line without invisible characters", () => {
    const side = Object.fromEntries(
      ["accountId", "serviceName", "serviceInstance", "region", "resourceType", "resource"].map((key) => [
        key,
        `${key} ${HOSTILE}`,
      ]),
    );
    const group = { accountId: HOSTILE, serviceName: HOSTILE, resourceGroupId: HOSTILE };
    const all = [
      [side, group],
      [group, side],
    ].map(([source, target], at) => ({
      ...{ id: `${at} ${HOSTILE}`, source, target, roles: [HOSTILE], description: HOSTILE },
      ...{ createdAt: HOSTILE, createdById: HOSTILE },
    })) as Authorization[];
    const texts: string[] = [];
    JSON.stringify(toGraph(all, { names: new Map() }), (_key, value: unknown) => {
      if (typeof value === "string") texts.push(value);
      return value;
    });
    expect(texts).to.have.length.above(20);
    for (const text of texts) expect(text).to.equal(clean(text));
  });

  it("puts names on one line without invisible characters", () => {
    const { nodes } = toGraph(AUTHORIZATIONS.slice(0, 1), { names: new Map([[EN, HOSTILE]]) });
    expect(nodes[0]?.name)
      .to.include("alert(1)")
      .and.not.include("\n")
      .and.not.include("\u001b")
      .and.not.include("\u202e");
  });
});
