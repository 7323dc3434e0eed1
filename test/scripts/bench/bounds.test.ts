import { expect } from "chai";
import { boundsTable, countsOf, isHeld, missedOf, type Bound } from "../../../scripts/bench/bounds";

const bound = (measured: number, atMost: number, more: Partial<Bound> = {}): Bound => ({
  part: "state",
  what: "a resource",
  measured,
  atMost,
  unit: "bytes",
  ...more,
});

describe("isHeld", () => {
  it("is true up to the limit, and false for a larger or unmeasured value", () => {
    expect([2499, 2500, 2501, NaN].map((measured) => isHeld(bound(measured, 2500)))).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("missedOf", () => {
  it("names each missed bound with both numbers", () => {
    expect(
      missedOf([bound(1, 2), bound(2513, 2500), bound(1.18, 1.1, { part: "growth", unit: "x" })]),
    ).to.deep.equal([
      "state: a resource is 2513 bytes; the limit is 2500 bytes",
      "growth: a resource is 1.18 x; the limit is 1.10 x",
    ]);
  });
});

describe("countsOf", () => {
  it("counts bounds as mocha counts tests", () => {
    expect(countsOf([bound(1, 2), bound(3, 2), bound(2, 2)])).to.deep.equal({
      passes: 2,
      failures: 1,
      pending: 0,
    });
  });
});

describe("boundsTable", () => {
  it("has a line for each bound", () => {
    expect(
      boundsTable([bound(9, 10), bound(11.5, 10, { what: "two", note: "1 of 1" })]).split("\n"),
    ).to.deep.equal([
      "            measured    at most",
      "a resource     9 bytes  10 bytes  held",
      "two         11.5 bytes  10 bytes  MISSED  1 of 1",
    ]);
  });
});
