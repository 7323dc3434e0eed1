import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { getResourceGroup, getResourceGroupOutput } from "../../src";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { closing } from "../support/opened";
import { configFor, inProgram } from "../support/program";
import { failure } from "../support/provider";

const OTHER = { id: "2".repeat(32), apiKeys: ["other"], iamId: "iam-ServiceId-2" };
const ACCOUNT = { id: "1".repeat(32), apiKeys: ["own"], iamId: "iam-ServiceId-1" };
const GROUP = "0123456789abcdef0123456789abcdef";

describe("getResourceGroup", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    const resourceGroups = [
      { name: "production", id: GROUP },
      { name: "test" },
      { name: "theirs", accountId: OTHER.id },
    ];
    iam = closing(await startIamEmulator({ accounts: [ACCOUNT, OTHER], resourceGroups }));
  });

  const lookUp = (name: string) => inProgram({ config: configFor(iam) }, () => getResourceGroup({ name }));
  const refusal = (name: string) => failure(lookUp(name));
  /** Returns the names of the groups that an error lists. */
  const listed = ({ message }: Error) => [...message.matchAll(/"([^"]+)" \(/g)].map(([, name]) => name);

  it("returns a group's id, CRN and account by its name", async () => {
    expect(await lookUp("production")).to.deep.equal({
      id: GROUP,
      crn: `crn:v1:bluemix:public:resource-controller::a/${ACCOUNT.id}::resource-group:${GROUP}`,
      name: "production",
      accountId: ACCOUNT.id,
    });
    expect(iam.calls().map(({ operation }) => operation)).to.deep.equal(["token", "listResourceGroups"]);
  });

  it("finds the account's default group", async () => {
    expect((await lookUp("Default")).id).to.match(/^[0-9a-f]{32}$/);
  });

  it("lists the closest name first if there is no match, with one call", async () => {
    const error = await refusal("prodction");
    expect(error.cause).to.include({ code: "not-found" });
    expect(error.message).to.include(ACCOUNT.id).and.to.include(`"production" (${GROUP})`);
    expect(listed(error)[0]).to.equal("production");
    expect(iam.calls().filter(({ operation }) => operation === "listResourceGroups")).to.have.length(1);
  });

  it("doesn't find or list groups of other accounts", async () => {
    const error = await refusal("theirs");
    expect(error.cause).to.include({ code: "not-found" });
    expect(listed(error)).to.include("test").and.not.to.include("theirs");
  });

  it("lists all matches if there are several", async () => {
    iam.addResourceGroups([{ name: "test", id: "another" }]);
    const error = await refusal("test");
    expect(error.cause).to.include({ code: "ambiguous" });
    expect(listed(error)).to.deep.equal(["test", "test"]);
    expect(error.message).to.include("(another)");
  });

  it("refuses an empty name", async () => {
    expect((await refusal(" ")).message).to.include("[invalid-argument]");
    expect(iam.calls()).to.deep.equal([]);
  });

  it("fails with Resource Manager's refusal as the cause", async () => {
    iam.inject({ operation: "listResourceGroups", status: 403, times: Infinity });
    expect((await refusal("test")).cause).to.include({ code: "not-permitted" });
    iam.reset();
    iam.inject({ operation: "listResourceGroups", body: "{}", times: Infinity });
    expect((await refusal("test")).cause).to.include({ code: "not-iam" });
  });

  it("accepts outputs in its Output form", async () => {
    const id = await inProgram({ config: configFor(iam) }, () => {
      const group = getResourceGroupOutput({ name: pulumi.output("production") });
      return new Promise((resolve) => group.id.apply(resolve));
    });
    expect(id).to.equal(GROUP);
  });
});
