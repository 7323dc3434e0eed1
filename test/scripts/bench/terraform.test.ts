import { expect } from "chai";
import type { Counted } from "../../../scripts/bench/calls";
import { terraformBounds, terraformTable } from "../../../scripts/bench/terraform";

const counted = (operation: string, size: number, all: number): Counted => ({
  operation,
  size,
  all,
  tokens: 1,
  roles: 1,
  policies: all - 2,
});

describe("terraformBounds", () => {
  it("limits the calls to Terraform's: its token calls once, and its other calls for each authorization", () => {
    const bounds = terraformBounds([counted("create", 1, 3), counted("create", 100, 102)]);
    expect(bounds.map(({ measured, atMost }) => [measured, atMost])).to.deep.equal([
      [3, 8],
      [102, 503],
    ]);
  });

  it("has no limit for work that Terraform's provider skips: comparing new authorizations and changing descriptions", () => {
    expect(terraformBounds([counted("preview", 1, 2), counted("description", 1, 4)])).to.deep.equal([]);
  });
});

describe("terraformTable", () => {
  it("shows the calls of both for one authorization", () => {
    expect(terraformTable([counted("create", 1, 3)])).to.match(/^create +3 +1 +8$/m);
  });
});
