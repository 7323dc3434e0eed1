import { expect } from "chai";
import { startIamEmulator, type Attribute, type AuthorizationSide, type Seed } from "../../src/emulator";
import { SCOPE_KEYS } from "../../src/emulator/scope";
import { describeEmulator, connect } from "../support/iam-target";
import { closing } from "../support/opened";
import { bucketBody, equals, granting, OBJECT_WRITER, READER } from "./bodies";

const ACCOUNT = "1".repeat(32);

function policy(subject: Attribute[], resource: Attribute[], more: Partial<Seed> = {}): Seed {
  const control = { grant: { roles: [{ role_id: READER }] } };
  return { subject: { attributes: subject }, resource: { attributes: resource }, control, ...more };
}

async function sourceOf(...attributes: Attribute[]): Promise<AuthorizationSide | undefined> {
  const iam = closing(await startIamEmulator({ seed: [policy(attributes, [])] }));
  return iam.authorizations()[0]?.source;
}

describeEmulator("authorizations()", () => {
  it("returns what IBM's client created, in the order of creation", async () => {
    const iam = closing(await startIamEmulator());
    const { client } = connect(iam);
    const control = granting(READER, OBJECT_WRITER);
    const bodies = [
      bucketBody(iam.accountId, { description: "one" }),
      bucketBody(iam.accountId, { control }),
    ];
    for (const body of bodies) await client.createV2Policy({ ...body });
    const [first, second] = bodies.map(({ subject, resource }) => ({
      source: Object.fromEntries(subject.attributes.map(({ key, value }) => [key, value as string])),
      target: Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value as string])),
    }));
    expect(iam.authorizations()).to.deep.equal([
      { ...first, roles: ["Reader"], description: "one" },
      { ...second, roles: ["Object Writer", "Reader"] },
    ]);
  });

  it("returns active policies only", async () => {
    const iam = closing(await startIamEmulator({ seed: [policy([], [], { state: "deleted" })] }));
    expect(iam.authorizations()).to.deep.equal([]);
  });

  it("has a property for each attribute that IAM accepts on a source", async () => {
    const side: Required<Omit<AuthorizationSide, "attributes" | "tags">> = {
      accountId: ACCOUNT,
      serviceName: "kms",
      serviceInstance: "instance-1",
      resourceGroupId: "group-1",
      region: "us-south",
      resourceType: "key",
      resource: "key-1",
    };
    expect(Object.keys(side)).to.have.members(SCOPE_KEYS);
    const attributes = Object.entries(side).map(([key, value]) => equals(key, value));
    expect(await sourceOf(...attributes)).to.deep.equal(side);
  });

  it('writes "*" for every service, every instance and every resource group', async () => {
    const kms = equals("serviceName", "kms");
    const exists = (key: string) => ({ key, operator: "stringExists", value: true });
    expect(await sourceOf()).to.deep.equal({ serviceName: "*", serviceInstance: "*" });
    expect(await sourceOf(kms)).to.deep.equal({ serviceName: "kms", serviceInstance: "*" });
    expect(await sourceOf(kms, exists("serviceInstance"))).to.deep.equal({
      serviceName: "kms",
      serviceInstance: "*",
    });
    expect(await sourceOf(exists("resourceGroupId"))).to.deep.equal({
      serviceName: "*",
      resourceGroupId: "*",
    });
  });

  it("keeps other attributes and operators, and tags, as they are", async () => {
    const attributes = [
      { key: "namespace", operator: "stringEquals", value: "one" },
      { key: "resource", operator: "stringMatch", value: "key-*" },
      { key: "region", operator: "stringExists", value: true },
      { key: "serviceInstance", operator: "stringExists", value: false },
      { key: "resourceType", operator: "stringEqualsAnyOf", value: ["key", "bucket"] },
    ];
    const tags = [{ key: "env", operator: "stringEquals", value: "prod" }];
    const seed = policy([], [equals("serviceName", "kms"), ...attributes]);
    seed.resource.tags = tags;
    const iam = closing(await startIamEmulator({ seed: [seed] }));
    expect(iam.authorizations()[0]?.target).to.deep.equal({ serviceName: "kms", attributes, tags });
  });

  it("names custom roles, and returns the CRN of a role that doesn't exist", async () => {
    const custom = { name: "Watcher", displayName: "Key Watcher", serviceName: "kms" };
    const iam = closing(await startIamEmulator({ customRoles: [custom] }));
    const roles = [
      { role_id: "crn:of:nothing" },
      { role_id: `crn:v1:bluemix:public:iam-access-management::a/${iam.accountId}::customRole:Watcher` },
      { role_id: READER },
    ];
    iam.seed([policy([], [], { control: { grant: { roles } } })]);
    expect(iam.authorizations()[0]?.roles).to.deep.equal(["Key Watcher", "Reader", "crn:of:nothing"]);
  });

  it("returns copies", async () => {
    const seed = policy([{ key: "namespace", operator: "stringEquals", value: "one" }], []);
    const iam = closing(await startIamEmulator({ seed: [seed] }));
    const before = iam.authorizations();
    iam.authorizations()[0]?.source.attributes?.pop();
    expect(iam.authorizations()).to.deep.equal(before);
    expect(before[0]?.source.attributes).to.have.length(1);
  });
});
