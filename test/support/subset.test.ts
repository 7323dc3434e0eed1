import { expect } from "chai";
import * as fc from "fast-check";
import { covering, ranOf } from "./subset";

describe("a subset of test cases", () => {
  const cases = fc.array(fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 4 }));

  it("has every feature of all cases, and no case that adds no feature", () => {
    fc.assert(
      fc.property(cases, (all) => {
        const chosen = covering(all, (each) => each);
        expect(new Set(chosen.flat())).to.deep.equal(new Set(all.flat()));
        expect(chosen.length).to.be.at.most(new Set(all.flat()).size);
        expect(covering(all, (each) => each)).to.deep.equal(chosen);
      }),
    );
  });

  it("keeps the order of the cases and takes the first of equal ones", () => {
    expect(covering(["a1", "b1", "b2", "a2", "a1b2"], (each) => each.match(/\w\d/g) ?? [])).to.deep.equal([
      "b1",
      "a2",
      "a1b2",
    ]);
  });

  it("is reported with the number of all cases", () => {
    expect(ranOf(3, 20)).to.equal("3 of 20 (all with CI=true)");
    expect(ranOf(20, 20)).to.equal("20 of 20");
  });
});
