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

  const found = (name: string) => inProgram({ config: configFor(iam) }, () => getResourceGroup({ name }));
  const refused = async (name: string) => (await failure(found(name))).message;

  it("tells a group's id, CRN and account by its name", async () => {
    expect(await found("production")).to.deep.equal({
      id: GROUP,
      crn: `crn:v1:bluemix:public:resource-controller::a/${ACCOUNT.id}::resource-group:${GROUP}`,
      name: "production",
      accountId: ACCOUNT.id,
    });
    expect(iam.calls().map(({ operation }) => operation)).to.deep.equal(["token", "listResourceGroups"]);
  });

  it("finds the account's default group", async () => {
    expect((await found("Default")).id).to.match(/^[0-9a-f]{32}$/);
  });

  it("refuses a name that is not there, with the nearest spelling first, in one call", async () => {
    expect(await refused("prodction")).to.match(
      /^Cannot look up the resource group "prodction": there is none in the account 1{32} of these credentials, which has "production" \(0123456789abcdef0123456789abcdef\), "/,
    );
    expect(iam.calls().filter(({ operation }) => operation === "listResourceGroups")).to.have.length(1);
  });

  it("does not see another account's", async () => {
    expect(await refused("theirs"))
      .to.match(/there is none/)
      .and.not.to.match(/theirs" \(/);
  });

  it("refuses several of one name", async () => {
    iam.addResourceGroups([{ name: "test", id: "another" }]);
    expect(await refused("test")).to.match(
      /there are 2: "test" \(.*\), "test" \(another\)\. Write the id of one/,
    );
  });

  it("refuses an empty name", async () => {
    expect(await refused(" ")).to.match(/^Cannot look up the resource group: it needs a name/);
  });

  it("is refused in one sentence by whom it asks", async () => {
    iam.inject({ operation: "listResourceGroups", status: 403, times: Infinity });
    expect(await refused("test")).to.match(
      /^Cannot look up the resource group "test": Resource Manager refused \(403 /,
    );
    iam.reset();
    iam.inject({ operation: "listResourceGroups", body: "{}", times: Infinity });
    expect(await refused("test")).to.match(/is not the JSON that Resource Manager documents/);
  });

  it("has a form for a name that is known later", async () => {
    const id = await inProgram({ config: configFor(iam) }, () => {
      const group = getResourceGroupOutput({ name: pulumi.output("production") });
      return new Promise((resolve) => group.id.apply(resolve));
    });
    expect(id).to.equal(GROUP);
  });
});
