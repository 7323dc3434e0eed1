import { expect } from "chai";
import { SUBJECT_KEYS } from "../../src/emulator/policy-schema";
import { SCOPE_ATTRIBUTES } from "../../src/shared/policy-fields";

describe("the emulator's own list of source attributes", () => {
  it("has the scope attributes of the package: add a new one to both", () => {
    expect([...SUBJECT_KEYS].sort()).to.deep.equal([...SCOPE_ATTRIBUTES].sort());
  });
});
