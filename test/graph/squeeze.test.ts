import { expect } from "chai";
import { squeeze } from "../../src/graph/squeeze";

describe("squeeze", () => {
  it("shortens long gaps and keeps the order", () => {
    const rows = [500, 0, 30, 500, 1000];
    expect(rows.map(squeeze(rows, 20))).to.deep.equal([140, 0, 30, 140, 250]);
  });
});
