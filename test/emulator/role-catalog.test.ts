import { expect } from "chai";
import { startIamEmulator, type Account, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";
import { inShort, refusal } from "./answers";
import { bucketBody, equals, granting, OBJECT_WRITER, READER, VIEWER } from "./bodies";
import { byName, roleCrn, rolesOf } from "./roles";

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

  it("is offered for its service, with a CRN in the format that IBM documents", async () => {
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

  it("is not offered for other services, for pairs that do not exist and to other accounts", async () => {
    expect(await customRoles("kms")).to.deep.equal([]);
    expect(await customRoles("cloud-object-storage", { sourceServiceName: "no-such-service" })).to.deep.equal(
      [],
    );
    expect(await customRoles("cloud-object-storage", { apiKey: "two" })).to.deep.equal([]);
    expect(await by("one").listRoles({ serviceName: "kms", accountId: TWO.id })).to.have.nested.property(
      "result.custom_roles",
    ).that.is.empty;
  });

  it("can be granted and is returned with its display name", async () => {
    const body = { ...bucketBody(ONE.id), control: granting(READER, CRN) };
    const { result } = await by("one").createV2Policy(body);
    const id = String(result.id);
    const shown = await by("one").getV2Policy({ id, format: "display" });
    expect(JSON.stringify(shown.result.control)).to.include('"display_name":"Bucket Lister"');
    const { roles } = (await by("one").getPolicy({ policyId: id })).result;
    expect(roles.map(({ display_name }) => display_name)).to.deep.equal(["Reader", "Bucket Lister"]);
  });

  it("cannot be granted in another account", async () => {
    const body = { ...bucketBody(TWO.id), control: granting(CRN) };
    expect(inShort(await refusal(by("two").createV2Policy(body)))).to.equal("400 invalid_body");
  });

  it("has one made-up action by default, and the given account", async () => {
    const own = { name: "Own", displayName: "Own", serviceName: "kms", accountId: TWO.id };
    const other = closing(await startIamEmulator({ accounts: [ONE, TWO], customRoles: [own] }));
    const { client } = connect({ url: other.url, apiKey: "two" });
    const { result } = await client.listRoles({ serviceName: "kms" });
    expect(result.custom_roles[0]).to.deep.include({ account_id: TWO.id, actions: ["kms.emulated.Own"] });
  });
});

/** Pairs of Terraform's acceptance tests and of IBM's pages about other services. */
const OTHER_PAIRS: [source: string, target: string, roles: Record<string, string>][] = [
  ["cloud-object-storage", "kms", { Reader: READER }],
  ["is", "cloudcerts", { Reader: READER }],
  ["is", "secrets-manager", { SecretsReader: roleCrn("secrets-manager", "SecretsReader") }],
  ["is", "is", { Editor: "crn:v1:bluemix:public:iam::::role:Editor" }],
  [
    "databases-for-redis",
    "kms",
    { Reader: READER, "Authorization Delegator": "crn:v1:bluemix:public:iam::::role:AuthorizationDelegator" },
  ],
  ["project", "resource-controller", { Viewer: VIEWER }],
  ["secrets-manager", "project", { Viewer: VIEWER }],
  ["event-notifications", "cloud-object-storage", { "Object Writer": OBJECT_WRITER }],
  // Sources that public programs use.
  ["continuous-delivery", "event-notifications", { Reader: READER }],
  ["containers-kubernetes", "event-notifications", { Reader: READER }],
  ["dashdb-for-transactions", "kms", { Reader: READER }],
];

describeEmulator("anyPair", () => {
  /** Returns a body that authorizes a pair; the target `resource-controller` stands for resource groups. */
  function bodyFor(accountId: string, source: string, target: string, roles: string[]) {
    const account = equals("accountId", accountId);
    const groups = target === "resource-controller";
    const to = groups ? equals("resourceType", "resource-group") : equals("serviceName", target);
    return {
      type: "authorization",
      subject: { attributes: [equals("serviceName", source), account] },
      resource: { attributes: [to, account] },
      control: granting(...roles),
    };
  }

  for (const [source, target, roles] of OTHER_PAIRS) {
    it(`offers and grants ${Object.keys(roles).join(", ")} for ${source} -> ${target}`, async () => {
      const emulator = closing(await startIamEmulator({ anyPair: true }));
      const iam = connect(emulator);
      expect(byName(await rolesOf(iam, source, target))).to.include(roles);
      const body = bodyFor(emulator.accountId, source, target, Object.values(roles));
      const { result } = await iam.client.createV2Policy(body);
      const { result: shown } = await iam.client.getPolicy({ policyId: String(result.id) });
      expect(shown.roles.map(({ display_name }) => display_name)).to.have.members(Object.keys(roles));
    });
  }

  it("accepts a resource group as source", async () => {
    const emulator = closing(await startIamEmulator({ anyPair: true }));
    const account = equals("accountId", emulator.accountId);
    const attributes = [equals("resourceGroupId", "0123456789abcdef0123456789abcdef"), account];
    const body = bodyFor(emulator.accountId, "", "secrets-manager", [VIEWER]);
    const { status } = await connect(emulator).client.createV2Policy({ ...body, subject: { attributes } });
    expect(status).to.equal(201);
  });

  it("offers no roles for an unknown target", async () => {
    const iam = connect(closing(await startIamEmulator({ anyPair: true })));
    expect(byName(await rolesOf(iam, "cloud-object-storage", "secret-manager"))).to.deep.equal({});
  });

  it("is off by default", async () => {
    const emulator = closing(await startIamEmulator());
    const { client, send } = connect(emulator);
    expect(byName(await rolesOf({ client }, "cloud-object-storage", "kms"))).to.deep.equal({});
    const json = bodyFor(emulator.accountId, "cloud-object-storage", "kms", [READER]);
    expect(inShort(await send("POST", "/v2/policies", { json }))).to.equal("400 invalid_body");
    expect(byName(await rolesOf({ client }, "event-notifications", "kms"))).not.to.have.any.keys(
      "Authorization Delegator",
    );
  });
});
