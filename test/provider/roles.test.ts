import { expect } from "chai";
import { canonicalRoles, roleNamesOf, matchRoles, isSameRoles } from "../../src/provider/roles";

const READER = { crn: "crn:v1:bluemix:public:iam::::serviceRole:Reader", displayName: "Reader" };
const OBJECT_WRITER = {
  crn: "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter",
  displayName: "Object Writer",
};
const SAME_NAME = {
  crn: "crn:v1:bluemix:public:iam-access-management::a/1::customRole:Twin",
  displayName: "Reader",
};
const OFFERED = [READER, OBJECT_WRITER];

describe("roles", () => {
  it("have canonical names in the program's order, without duplicates", () => {
    expect(canonicalRoles(["object writer", "READER", "reader", "My Role"])).to.deep.equal([
      "Object Writer",
      "Reader",
      "My Role",
    ]);
    expect(canonicalRoles([OBJECT_WRITER.crn, "reader"], OFFERED)).to.deep.equal(["Object Writer", "Reader"]);
  });

  it("keep their CRN if the name is unknown or ambiguous", () => {
    expect(canonicalRoles([READER.crn])).to.deep.equal([READER.crn]);
    expect(canonicalRoles([READER.crn], [READER, SAME_NAME])).to.deep.equal([READER.crn]);
    expect(roleNamesOf([READER.crn, OBJECT_WRITER.crn], { [READER.crn]: "Reader" })).to.deep.equal([
      "Reader",
      OBJECT_WRITER.crn,
    ]);
  });

  it("are equal in any order and case, and with duplicates", () => {
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
      "a misspelled role",
      "Raeder",
      OFFERED,
      /is Raeder, which IAM does not offer for x -> y: did you mean Reader\? It offers Reader, Object Writer/,
    ],
    [
      "a role that resembles no offered one",
      "Superintendent",
      OFFERED,
      /for x -> y\. It offers Reader, Object Writer/,
    ],
    [
      "a CRN that is not offered",
      SAME_NAME.crn,
      OFFERED,
      /is crn:v1.*Twin, which IAM does not offer for x -> y\. It/,
    ],
    [
      "a CRN of another service, and suggests the role whose CRN ends alike",
      "crn:v1:bluemix:public:event-notifications::::serviceRole:Reader",
      OFFERED,
      /: did you mean Reader \(crn:v1:bluemix:public:iam::::serviceRole:Reader\)\? It offers Reader, /,
    ],
    [
      "a misspelled CRN, and suggests the role whose CRN ends almost alike",
      OBJECT_WRITER.crn.replace("ObjectWriter", "object-writer"),
      OFFERED,
      /: did you mean Object Writer \(crn:v1:.*:serviceRole:ObjectWriter\)\?/,
    ],
    [
      "a name of two roles",
      "Reader",
      [READER, SAME_NAME],
      /write the CRN, one of crn:v1.*Reader, crn:v1.*Twin/,
    ],
    ["a name if IAM offers no roles", "Reader", [], /offers no roles for x -> y: .* misspelled/],
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

  it("accept a CRN if IAM offers no roles, because the credentials may not read them", () => {
    expect(matchRoles([READER.crn], [], "x -> y").crns).to.deep.equal([READER.crn]);
  });
});
