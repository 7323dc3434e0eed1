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

describe("a bound", () => {
  it("is held up to its limit, and missed above it or where nothing could be measured", () => {
    expect([2499, 2500, 2501, NaN].map((measured) => isHeld(bound(measured, 2500)))).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it("that is missed is named, with both numbers", () => {
    expect(
      missedOf([bound(1, 2), bound(2513, 2500), bound(1.18, 1.1, { part: "growth", unit: "x" })]),
    ).to.deep.equal([
      "state: a resource is 2513 bytes, and may be 2500 bytes at most",
      "growth: a resource is 1.18 x, and may be 1.10 x at most",
    ]);
  });

  it("is counted as a test is", () => {
    expect(countsOf([bound(1, 2), bound(3, 2), bound(2, 2)])).to.deep.equal({
      passes: 2,
      failures: 1,
      pending: 0,
    });
  });

  it("is a line of the table", () => {
    expect(
      boundsTable([bound(9, 10), bound(11.5, 10, { what: "two", note: "1 of 1" })]).split("\n"),
    ).to.deep.equal([
      "            measured    at most",
      "a resource     9 bytes  10 bytes  held",
      "two         11.5 bytes  10 bytes  MISSED  1 of 1",
    ]);
  });
});
