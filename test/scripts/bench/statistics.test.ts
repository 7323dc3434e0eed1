import { expect } from "chai";
import * as fc from "fast-check";
import { growthOf, median, rangeNote } from "../../../scripts/bench/statistics";

describe("median", () => {
  it("returns the middle value, or the mean of the two middle values", () => {
    expect(median([3])).to.equal(3);
    expect(median([9, 1, 2])).to.equal(2);
    expect(median([4, 1, 3, 100])).to.equal(3.5);
  });

  it("does not depend on the order, and does not sort the given array", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const given = [...values];
        expect(median(values)).to.equal(median([...values].reverse()));
        expect(values).to.deep.equal(given);
      }),
    );
  });

  it("throws without values", () => {
    expect(() => median([])).to.throw(RangeError);
  });
});

describe("rangeNote", () => {
  it("gives the number of values and their range", () => {
    expect(rangeNote([1.4, 1.05, 1.08])).to.equal("median of 3, 1.05 to 1.40");
  });
});

describe("growthOf", () => {
  const SIZES = [1, 10, 100, 1000];
  const points = (of: (size: number) => number) => SIZES.map((size) => ({ size, value: of(size) }));

  const GROWTHS: [title: string, of: (size: number) => number, exponent: number][] = [
    ["linear", (size) => 3 * size, 1],
    ["linear above a base", (size) => 1500 + 4 * size, 1],
    ["quadratic above a base", (size) => 1500 + 0.08 * size ** 2, 2],
    ["the root above a base", (size) => 200 + 50 * size ** 0.5, 0.5],
  ];
  for (const [title, of, exponent] of GROWTHS) {
    it(`finds the exponent ${exponent} of growth that is ${title}`, () => {
      expect(growthOf(points(of)).exponent).to.be.closeTo(exponent, 0.02);
    });
  }

  it("finds the exponent even if each value is off by a few percent", () => {
    const off = [1.04, 0.96, 1.05, 0.97];
    const noisy = SIZES.map((size, at) => ({ size, value: (1500 + 4 * size ** 1.5) * (off[at] ?? 1) }));
    expect(growthOf(noisy).exponent).to.be.closeTo(1.5, 0.15);
  });

  it("finds no growth in constant or falling values", () => {
    expect(growthOf(points(() => 700))).to.include({ factor: 0, exponent: 0 });
    expect(growthOf(points((size) => 2000 - size)).exponent).to.equal(0);
  });
});
