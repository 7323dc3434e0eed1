import { expect } from "chai";
import { canonicalRoles, roleNamesOf, matchRoles, isSameRoles } from "../../src/provider/roles";

const READER = { crn: "crn:v1:bluemix:public:iam::::serviceRole:Reader", displayName: "Reader" };
const OBJECT_WRITER = {
  crn: "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter",
  displayName: "Object Writer",
};
const TWIN = {
  crn: "crn:v1:bluemix:public:iam-access-management::a/1::customRole:Twin",
  displayName: "Reader",
};
const OFFERED = [READER, OBJECT_WRITER];

describe("roles", () => {
  it("have one spelling, by IAM's names where they are known, and each stands once", () => {
    expect(canonicalRoles(["object writer", "READER", "reader", "My Role"])).to.deep.equal([
      "My Role",
      "Object Writer",
      "Reader",
    ]);
    expect(canonicalRoles([OBJECT_WRITER.crn, "reader"], OFFERED)).to.deep.equal(["Object Writer", "Reader"]);
  });

  it("keep their CRN while nobody knows the name, or the name is not theirs alone", () => {
    expect(canonicalRoles([READER.crn])).to.deep.equal([READER.crn]);
    expect(canonicalRoles([READER.crn], [READER, TWIN])).to.deep.equal([READER.crn]);
    expect(roleNamesOf([READER.crn, OBJECT_WRITER.crn], { [READER.crn]: "Reader" })).to.deep.equal([
      "Reader",
      OBJECT_WRITER.crn,
    ]);
  });

  it("are the same in any order, case and number", () => {
    expect(isSameRoles(["a", "B", "b"], ["b", "A"])).to.equal(true);
    expect(isSameRoles(["a"], ["a", "b"])).to.equal(false);
  });

  it("resolve to CRNs by name in any case, and by CRN", () => {
    expect(matchRoles(["reader", OBJECT_WRITER.crn], OFFERED, "x -> y")).to.deep.equal({
      crns: [READER.crn, OBJECT_WRITER.crn],
      refused: [],
    });
  });

  const REFUSED: [title: string, role: string, offered: typeof OFFERED, sentence: RegExp][] = [
    [
      "a misspelt role",
      "Raeder",
      OFFERED,
      /is Raeder, which IAM does not offer for x -> y: did you mean Reader\? It offers Reader, Object Writer/,
    ],
    [
      "a role that is nothing like the offered",
      "Superintendent",
      OFFERED,
      /for x -> y\. It offers Reader, Object Writer/,
    ],
    ["a CRN that is not offered", TWIN.crn, OFFERED, /is crn:v1.*Twin, which IAM does not offer/],
    ["a name of two roles", "Reader", [READER, TWIN], /write the CRN, one of crn:v1.*Reader, crn:v1.*Twin/],
    ["a name where nothing is offered", "Reader", [], /offers no roles for x -> y: .* misspelt/],
  ];
  for (const [title, role, offered, sentence] of REFUSED) {
    it(`refuse ${title}`, () => {
      const { crns, refused } = matchRoles([role], offered, "x -> y");
      expect(crns).to.deep.equal([]);
      expect(refused).to.have.length(1);
      expect(refused[0]?.index).to.equal(0);
      expect(refused[0]?.reason).to.match(sentence);
    });
  }

  it("take a CRN where nothing is offered: the credentials may not read roles", () => {
    expect(matchRoles([READER.crn], [], "x -> y").crns).to.deep.equal([READER.crn]);
  });
});
