import { expect } from "chai";
import { startIamEmulator, type Account, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";
import { inShort, refusal } from "./answers";
import { bucketBody, granting, READER } from "./bodies";

const ONE: Account = { id: "1".repeat(32), apiKeys: ["one"], iamId: "iam-ServiceId-1" };
const TWO: Account = { id: "2".repeat(32), apiKeys: ["two"], iamId: "iam-ServiceId-2" };
const CRN = `crn:v1:bluemix:public:iam-access-management::a/${ONE.id}::customRole:BucketLister`;

describeEmulator("a custom role", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    const customRoles = [
      {
        name: "BucketLister",
        displayName: "Bucket Lister",
        serviceName: "cloud-object-storage",
        actions: ["cloud-object-storage.bucket.list_bucket"],
      },
    ];
    iam = closing(await startIamEmulator({ accounts: [ONE, TWO], customRoles }));
  });

  const by = (apiKey: string) => connect({ url: iam.url, apiKey }).client;
  async function customRoles(
    serviceName: string,
    { apiKey = "one", sourceServiceName = "event-notifications", ...more } = {},
  ) {
    const params = { serviceName, sourceServiceName, policyType: "authorization", ...more };
    return (await by(apiKey).listRoles(params)).result.custom_roles;
  }

  it("is offered for its service, with the CRN that IBM documents", async () => {
    const [role, ...others] = await customRoles("cloud-object-storage");
    expect(others).to.deep.equal([]);
    expect(role).to.include({
      name: "BucketLister",
      display_name: "Bucket Lister",
      crn: CRN,
      account_id: ONE.id,
      service_name: "cloud-object-storage",
    });
    expect(role?.actions).to.deep.equal(["cloud-object-storage.bucket.list_bucket"]);
  });

  it("is not offered for other services, pairs that do not exist, and other accounts", async () => {
    expect(await customRoles("kms")).to.deep.equal([]);
    expect(await customRoles("cloud-object-storage", { sourceServiceName: "nobody" })).to.deep.equal([]);
    expect(await customRoles("cloud-object-storage", { apiKey: "two" })).to.deep.equal([]);
    expect(await by("one").listRoles({ serviceName: "kms", accountId: TWO.id })).to.have.nested.property(
      "result.custom_roles",
    ).that.is.empty;
  });

  it("can be granted, and is shown by its name", async () => {
    const body = { ...bucketBody(ONE.id), control: granting(READER, CRN) };
    const { result } = await by("one").createV2Policy(body);
    const id = String(result.id);
    const shown = await by("one").getV2Policy({ id, format: "display" });
    expect(JSON.stringify(shown.result.control)).to.include('"display_name":"Bucket Lister"');
    const { roles } = (await by("one").getPolicy({ policyId: id })).result;
    expect(roles.map(({ display_name }) => display_name)).to.deep.equal(["Reader", "Bucket Lister"]);
  });

  it("cannot be granted by another account", async () => {
    const body = { ...bucketBody(TWO.id), control: granting(CRN) };
    expect(inShort(await refusal(by("two").createV2Policy(body)))).to.equal("400 invalid_body");
  });

  it("has one made-up action, and the account, that it is not told", async () => {
    const own = { name: "Own", displayName: "Own", serviceName: "kms", accountId: TWO.id };
    const other = closing(await startIamEmulator({ accounts: [ONE, TWO], customRoles: [own] }));
    const { client } = connect({ url: other.url, apiKey: "two" });
    const { result } = await client.listRoles({ serviceName: "kms" });
    expect(result.custom_roles[0]).to.deep.include({ account_id: TWO.id, actions: ["kms.emulated.Own"] });
  });
});
