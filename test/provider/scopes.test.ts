import { expect } from "chai";
import { bucketInputs, COS, crn, EN, GROUP, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { startRig, type Rig } from "../support/provider";

const OTHER_GROUP = "f".repeat(32);

describe("the scope of an authorization", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  const SCOPES: [title: string, inputs: object, subject: unknown[], resource: unknown[]][] = [
    [
      "everything to everything",
      {
        source: { serviceInstance: "*" },
        target: { serviceName: "kms", serviceInstance: "*" },
        roles: ["Reader"],
      },
      ["serviceName=event-notifications"],
      ["serviceName=kms"],
    ],
    [
      "every resource group",
      {
        source: { resourceGroupId: "*" },
        target: { serviceName: "kms", resourceGroupId: "*" },
        roles: ["Reader"],
      },
      ["serviceName=event-notifications", "resourceGroupId exists"],
      ["serviceName=kms", "resourceGroupId exists"],
    ],
    [
      "one resource group to another",
      {
        source: { resourceGroupId: GROUP },
        target: { serviceName: "kms", resourceGroupId: OTHER_GROUP },
        roles: ["Reader"],
      },
      ["serviceName=event-notifications", `resourceGroupId=${GROUP}`],
      ["serviceName=kms", `resourceGroupId=${OTHER_GROUP}`],
    ],
    [
      "a region, a resource type and a resource",
      {
        source: { serviceInstance: EN, region: "us-south" },
        target: {
          serviceName: "kms",
          serviceInstance: KMS,
          region: "eu-de",
          resourceType: "key",
          resource: "k",
        },
        roles: ["Reader"],
      },
      ["serviceName=event-notifications", `serviceInstance=${EN}`, "region=us-south"],
      ["serviceName=kms", `serviceInstance=${KMS}`, "region=eu-de", "resourceType=key", "resource=k"],
    ],
    [
      "a service's own attributes, and wildcards",
      {
        source: { serviceInstance: EN },
        target: {
          serviceName: "cloud-object-storage",
          serviceInstance: COS,
          attributes: [{ key: "resource", operator: "stringMatch", value: "logs-*" }],
        },
        roles: ["Reader"],
      },
      ["serviceName=event-notifications", `serviceInstance=${EN}`],
      ["serviceName=cloud-object-storage", `serviceInstance=${COS}`, "resource match logs-*"],
    ],
    [
      "backup policies into Event Notifications",
      {
        source: { serviceName: "is", serviceInstance: "*", resourceType: "backup-policy" },
        target: { serviceName: "event-notifications", serviceInstance: EN },
        roles: ["event source manager"],
      },
      ["serviceName=is", "resourceType=backup-policy"],
      ["serviceName=event-notifications", `serviceInstance=${EN}`],
    ],
  ];
  for (const [title, inputs, subject, resource] of SCOPES) {
    it(`creates ${title}, reads the same inputs back, and has no diff`, async () => {
      const { id, state, inputs: normalized } = await rig.make(inputs);
      const summaryOf = (attributes: readonly { key: string; operator: string; value: unknown }[] = []) =>
        attributes
          .filter(({ key }) => key !== "accountId")
          .map(({ key, operator, value }) => {
            if (operator === "stringEquals") return `${key}=${String(value)}`;
            return operator === "stringExists" ? `${key} exists` : `${key} match ${String(value)}`;
          });
      const [policy] = rig.iam.policies();
      expect(summaryOf(policy?.subject.attributes)).to.deep.equal(subject);
      expect(summaryOf(policy?.resource.attributes)).to.deep.equal(resource);
      const read = await rig.provider.read(id, state);
      expect(read.props).to.deep.equal(state);
      expect(read.inputs).to.deep.equal(normalized);
      expect(await rig.next().diff(id, state, normalized)).to.deep.include({ changes: false });
    });
  }

  it("creates an authorization for a source in another account if the inputs set that account", async () => {
    const source = {
      accountId: OTHER_ACCOUNT,
      serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT),
    };
    const { state } = await rig.make({ ...bucketInputs(), source });
    expect(state.source).to.deep.equal({
      serviceName: "event-notifications",
      accountId: OTHER_ACCOUNT,
      serviceInstance: EN,
    });
    expect(state.target.accountId).to.equal(rig.iam.accountId);
  });

  it("accepts one CRN for a side, also of a bucket or a key", async () => {
    const of = (service: string, inside?: string) => crn(service, KMS, rig.iam.accountId, inside);
    const { state } = await rig.make({
      source: { crn: of("event-notifications") },
      target: { crn: of("kms", "key:k-1") },
      roles: ["Reader"],
    });
    expect(state.source).to.deep.equal({
      serviceName: "event-notifications",
      accountId: rig.iam.accountId,
      serviceInstance: KMS,
    });
    expect(state.target).to.deep.equal({
      serviceName: "kms",
      accountId: rig.iam.accountId,
      serviceInstance: KMS,
      resourceType: "key",
      resource: "k-1",
    });
    const bucket = { crn: of("cloud-object-storage", "bucket:b-1") };
    await rig.make({ source: { serviceInstance: "*" }, target: bucket });
    expect(rig.iam.policies()[1]?.resource.attributes.at(-1)).to.include({ key: "resource", value: "b-1" });
    const elsewhere = { crn: crn("kms", KMS, OTHER_ACCOUNT) };
    const { failures } = await rig.provider.check(
      {},
      { source: { serviceInstance: "*" }, target: elsewhere },
    );
    expect(failures?.[0]?.reason).to.include(`use credentials of ${OTHER_ACCOUNT}`);
  });
});
