import { expect } from "chai";
import { tableOf } from "../../../scripts/bench/table";

describe("a table", () => {
  it("has columns as wide as what is in them, numbers to the right, and no blanks at the end", () => {
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
