import { expect } from "chai";
import { namedIn, selectAuthorizations } from "../../src/generate";
import { parseAuthorization } from "../../src/iam/parse";
import type { PolicyDefinition } from "../../src/generate/types";
import type { Policy } from "../../src/iam/types";
import { EXPORT, idOf, SHOW, TERRAFORM_STATE, TERRAFORM_TYPE, V1, V2 } from "../support/generate-sources";
import { OTHER_ACCOUNT } from "../support/inputs";
import { WHAT_EXISTS } from "../support/what-exists";

const POLICIES = Object.values(WHAT_EXISTS).flatMap((seed): Policy[] => {
  const policy = parseAuthorization({ type: "authorization", state: "active", ...seed });
  return policy ? [policy] : [];
});
const select = (content?: unknown) =>
  selectAuthorizations(POLICIES, content === undefined ? undefined : namedIn(JSON.stringify(content)));
const idsOf = (content?: unknown) => select(content).taken.map(({ id }) => id);

const [V2_DEFINITION = { subject: { attributes: [] }, resource: { attributes: [] }, roleIds: [] }] = namedIn(
  JSON.stringify(V2),
).map(({ definition }) => definition);

/** Returns the scope and roles of a policy as a definition that leaves out the accounts. */
function withoutAccounts({ subject, resource, roleIds }: Policy): PolicyDefinition {
  const others = (attributes: Policy["subject"]["attributes"]) =>
    attributes.filter(({ key }) => key !== "accountId");
  return {
    subject: { attributes: others(subject.attributes) },
    resource: { ...resource, attributes: others(resource.attributes) },
    roleIds,
  };
}

describe("the authorizations that generate takes over", () => {
  it("are all with Event Notifications on one side, except those that IAM's services and templates manage", () => {
    const { taken, skipped } = select();
    const other = ["template", "service"];
    expect(taken.map(({ id }) => id)).to.have.members(
      Object.keys(WHAT_EXISTS)
        .filter((name) => ![...other, "unrelated"].includes(name))
        .map(idOf),
    );
    expect(skipped.map(({ what }) => what)).to.have.members(other.map(idOf));
  });

  it("are those in a Terraform state, under its names; the others are skipped with a reason", () => {
    const { taken, skipped, names } = select(TERRAFORM_STATE);
    expect(taken.map(({ id }) => id)).to.deep.equal([idOf("bucket"), idOf("wide")]);
    expect([...names.values()].slice(0, 2)).to.deep.equal(["failed-events", "each-wide"]);
    const reasons = Object.fromEntries(skipped.map(({ what, reason }) => [what, reason]));
    expect(reasons[`module.events.${TERRAFORM_TYPE}.each[1]`]).to.match(
      /^IAM has no such authorization in this account: 1111/,
    );
    expect(reasons[`${TERRAFORM_TYPE}.templated (${idOf("template")})`]).to.match(/template/);
    expect(reasons[`${TERRAFORM_TYPE}.unrelated (${idOf("unrelated")})`]).to.match(
      /^neither side is Event Notifications/,
    );
    expect(skipped).to.have.length(3);
  });

  const SOURCES: Record<string, [content: unknown, names: string[]]> = {
    "the output of terraform show -json": [SHOW, ["bucket", "wide"]],
    "the output of terraform show -json for a saved plan": [
      { format_version: "1.2", planned_values: {}, resource_changes: [], prior_state: SHOW },
      ["bucket", "wide"],
    ],
    "the output of pulumi stack export with the bridged provider": [EXPORT, ["bucket"]],
    "a definition for ibmcloud iam authorization-policy-create": [V1, ["bucket"]],
    "a list of definitions": [[V1, V2], ["bucket"]],
    "a policy of IAM's v2 API": [V2, ["bucket"]],
    "a definition that IAM doesn't have": [
      { ...V1, roles: [{ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Writer" }] },
      [],
    ],
    "a state without authorizations": [{ ...TERRAFORM_STATE, resources: [] }, []],
  };
  for (const [title, [content, names]] of Object.entries(SOURCES)) {
    it(`are those in ${title}`, () => {
      expect(idsOf(content)).to.deep.equal(names.map(idOf));
    });
  }

  it("are found in one pass over the policies, however many definitions the file has", () => {
    /** Returns the number of times that a selection reads the scope of a policy. */
    const readsFor = (count: number) => {
      let reads = 0;
      const counted = POLICIES.map((policy) =>
        Object.defineProperty({ ...policy }, "subject", { get: () => ((reads += 1), policy.subject) }),
      );
      const definitions = Array.from({ length: count }, (_, at) => ({
        at: `definition ${at}`,
        definition: { ...V2_DEFINITION, roleIds: [`crn:v1:bluemix:public:iam::::serviceRole:Role${at}`] },
      }));
      expect(selectAuthorizations(counted, definitions).skipped).to.have.length(count);
      return reads;
    };
    expect(readsFor(50)).to.equal(readsFor(1)).and.to.equal(POLICIES.length);
  });

  it("are those of their own account if a definition leaves out the accounts", () => {
    const [bucket] = POLICIES.filter(({ id }) => id === idOf("bucket"));
    if (!bucket) throw new Error("no bucket");
    const account = String(bucket.resource.attributes.find(({ key }) => key === "accountId")?.value);
    const moved = JSON.parse(JSON.stringify(bucket).replaceAll(account, OTHER_ACCOUNT)) as Policy;
    const theirs = { ...moved, id: "theirs" };
    const definition = withoutAccounts(bucket);
    const found = (policies: Policy[], wanted: object) =>
      selectAuthorizations(policies, [{ at: "one", definition: { ...definition, ...wanted } }]).taken.map(
        ({ id }) => id,
      );
    expect(found([theirs, bucket], {})).to.deep.equal(["theirs"]);
    expect(found([theirs, bucket], { resource: bucket.resource })).to.deep.equal([bucket.id]);
    expect(found([theirs], { resource: bucket.resource })).to.deep.equal([]);
  });

  it("are refused if the file is none of these", () => {
    expect(() => namedIn("{}")).to.throw(/^the file is none of these/);
    expect(() => namedIn("resource {")).to.throw(/^the file is not JSON/);
  });
});
