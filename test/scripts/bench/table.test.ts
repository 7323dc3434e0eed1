import { expect } from "chai";
import { tableOf } from "../../../scripts/bench/table";

describe("tableOf", () => {
  it("fits columns to their cells, aligns numbers right, and leaves no trailing spaces", () => {
    expect(
      tableOf(
        ["what", "", "n"],
        [
          ["one", "x"],
          ["and two", "", "12"],
        ],
      ),
    ).to.equal(["what        n", "one      x", "and two     12"].join("\n"));
  });
});
