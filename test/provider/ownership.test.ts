import { expect } from "chai";
import { createOwnership, type Ownership } from "../../src/provider/ownership";
import { bucketInputs } from "../support/inputs";

const OWNED_TWICE = "another resource of this program owns the same authorization (one)";
const INPUTS = bucketInputs();
const OTHER = { ...INPUTS, description: "other" };

/** The same inputs with their properties in another order. */
function reordered<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]: [string, unknown]) => [
        key,
        typeof each === "object" && each !== null && !Array.isArray(each) ? reordered(each) : each,
      ]),
  ) as Value;
}

describe("createOwnership", () => {
  let ownership: Ownership;
  beforeEach(() => {
    ownership = createOwnership();
  });
  const declare = (...all: object[]) => {
    for (const each of all) ownership.declare(each);
  };

  it("owns nothing at first", () => {
    expect(ownership.isOwned("one")).to.equal(false);
    expect(ownership.isDeleting("one")).to.equal(false);
    expect(ownership.isDeleted("one")).to.equal(false);
    expect(ownership.unconfirmedInputs("one")).to.equal(undefined);
  });

  it("lets one resource take a policy, and refuses a second one", () => {
    ownership.take("one");
    expect(ownership.isOwned("one")).to.equal(true);
    expect(() => {
      ownership.take("one");
    }).to.throw(OWNED_TWICE);
    ownership.take("two");
  });

  it("lets a declared resource keep its policy more than once", () => {
    declare(INPUTS);
    ownership.keep("one", INPUTS);
    ownership.keep("one", reordered(INPUTS));
    expect(ownership.isOwned("one")).to.equal(true);
    expect(ownership.unconfirmedInputs("one")).to.deep.equal(INPUTS);
  });

  it("ignores a diff with inputs that no resource declares", () => {
    declare(OTHER);
    ownership.keep("one", INPUTS);
    expect(ownership.isOwned("one")).to.equal(false);
  });

  it("ignores inputs whose lists have another order", () => {
    declare({ ...INPUTS, roles: ["Reader", "Writer"] });
    ownership.keep("one", { ...INPUTS, roles: ["Writer", "Reader"] });
    expect(ownership.isOwned("one")).to.equal(false);
  });

  it("recognizes inputs with null properties", () => {
    declare({ ...INPUTS, description: null });
    ownership.keep("one", { ...INPUTS, description: null as unknown as string });
    expect(ownership.isOwned("one")).to.equal(true);
  });

  it("refuses a second resource with other inputs, even after the first one was reconciled", () => {
    declare(INPUTS, OTHER);
    ownership.keep("one", INPUTS);
    const keepOther = () => {
      ownership.keep("one", OTHER);
    };
    expect(keepOther).to.throw(OWNED_TWICE).with.property("code", "held-twice");
    ownership.reconciled("one");
    expect(keepOther).to.throw(OWNED_TWICE);
  });

  it("refuses a second resource with the same inputs", () => {
    declare(INPUTS, reordered(INPUTS));
    ownership.keep("one", INPUTS);
    expect(() => {
      ownership.keep("one", INPUTS);
    }).to.throw(OWNED_TWICE);
  });

  it("refuses to keep a policy that another resource took, and to take one that another keeps", () => {
    declare(INPUTS);
    ownership.take("one");
    expect(() => {
      ownership.keep("one", INPUTS);
    }).to.throw(OWNED_TWICE);
    ownership.keep("two", INPUTS);
    expect(() => {
      ownership.take("two");
    }).to.throw("another resource of this program owns the same authorization (two)");
  });

  describe("with URNs", () => {
    it("tells resources with equal inputs apart", () => {
      declare(INPUTS, INPUTS);
      ownership.keep("one", INPUTS, false, "urn:one");
      ownership.keep("one", INPUTS, false, "urn:one");
      expect(() => {
        ownership.keep("one", INPUTS, false, "urn:other");
      }).to.throw(OWNED_TWICE);
    });

    it("recognizes a resource whose inputs changed between two diffs", () => {
      declare(INPUTS, OTHER);
      ownership.keep("one", INPUTS, false, "urn:one");
      ownership.keep("one", OTHER, false, "urn:one");
      expect(ownership.unconfirmedInputs("one")).to.deep.equal(OTHER);
    });

    it("lets a resource be replaced although its diff was an update, until the update begins", () => {
      declare(INPUTS);
      ownership.keep("one", INPUTS, false, "urn:one");
      expect(ownership.isReplacedBy("one", "urn:one")).to.equal(true);
      expect(ownership.isReplacedBy("one", "urn:other")).to.equal(false);
      expect(ownership.isReplacedBy("one", undefined)).to.equal(false);
      ownership.startUpdate("one");
      expect(ownership.isReplacedBy("one", "urn:one")).to.equal(false);
    });

    it("lets no resource be replaced that is unchanged or took its policy", () => {
      declare(INPUTS);
      ownership.keep("one", INPUTS, true, "urn:one");
      ownership.take("two");
      for (const id of ["one", "two"]) expect(ownership.isReplacedBy(id, "urn:one")).to.equal(false);
    });
  });

  it("confirms the inputs of a policy that was reconciled", () => {
    declare(INPUTS);
    ownership.keep("one", INPUTS);
    ownership.reconciled("one");
    expect(ownership.unconfirmedInputs("one")).to.equal(undefined);
    expect(ownership.isOwned("one")).to.equal(true);
  });

  it("reserves an authorization once, until the reservation is released", () => {
    const release = ownership.reserve("scope and roles");
    ownership.reserve("other roles");
    const reserve = () => ownership.reserve("scope and roles");
    expect(reserve).to.throw().with.property("code", "declared-twice");
    release();
    reserve();
  });

  it("refuses to take a policy that is being deleted, until every delete is cancelled", () => {
    const take = () => {
      ownership.take("one");
    };
    const deletions = [ownership.startDelete("one"), ownership.startDelete("one")];
    expect(take).to.throw("this run is deleting authorization one").with.property("code", "being-removed");
    deletions[0]?.cancel();
    expect(ownership.isDeleting("one")).to.equal(true);
    expect(take).to.throw();
    deletions[1]?.cancel();
    expect(ownership.isDeleting("one")).to.equal(false);
    take();
    expect(ownership.isOwned("one")).to.equal(true);
  });

  it("remembers a policy that it deleted", () => {
    const deletion = ownership.startDelete("one");
    expect(ownership.isDeleted("one")).to.equal(false);
    deletion.done();
    expect(ownership.isDeleted("one")).to.equal(true);
    expect(ownership.isDeleting("one")).to.equal(true);
  });
});
