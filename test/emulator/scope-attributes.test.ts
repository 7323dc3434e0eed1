import { expect } from "chai";
import { SCOPE_KEYS } from "../../src/emulator/scope";
import { SCOPE_ATTRIBUTES } from "../../src/shared/policy-fields";

describe("the emulator's own list of source attributes", () => {
  it("has the scope attributes of the package: add a new one to both", () => {
    expect([...SCOPE_KEYS].sort()).to.deep.equal([...SCOPE_ATTRIBUTES].sort());
  });
});
