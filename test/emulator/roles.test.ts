import type IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import { startIamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type IamTarget } from "../support/iam-target";
import { closing } from "../support/opened";
import { inShort } from "./answers";
import { bucketBody, equals, granting, OBJECT_WRITER, READER, VIEWER, WRITER } from "./bodies";

const KEY_MANAGER = "crn:v1:bluemix:public:iam::::serviceRole:KeyManager";

/** The CRNs that IBM documents. */
const DOCUMENTED: Record<string, string> = {
  Reader: READER,
  Writer: WRITER,
  Viewer: VIEWER,
  "Object Writer": OBJECT_WRITER,
  "Key Manager": KEY_MANAGER,
};

/** What IBM's pages name for each pair. Where a service's page names none, Event Notifications' own page does. */
const PAIRS: [source: string, target: string, roles: string[]][] = [
  ["event-notifications", "kms", ["Reader"]],
  ["event-notifications", "hs-crypto", ["Reader"]],
  ["event-notifications", "cloud-object-storage", ["Reader", "Object Writer"]],
  ["event-notifications", "codeengine", ["Viewer", "Writer"]],
  ["event-notifications", "apprapp", ["Config Operator"]],
  ["event-notifications", "messagehub", ["Writer"]],
  ["secrets-manager", "event-notifications", ["Event Source Manager", "Key Manager"]],
  ["logs", "event-notifications", ["Reader", "Viewer", "Event Source Manager"]],
  ["sysdig-monitor", "event-notifications", ["Reader", "Event Source Manager"]],
  ["project", "event-notifications", ["Event Source Manager"]],
  ["toolchain", "event-notifications", ["Reader", "Event Source Manager"]],
  ["is", "event-notifications", ["Event Source Manager"]],
  ["software-defined-storage", "event-notifications", ["Event Source Manager"]],
  ["compliance", "event-notifications", ["Event Source Manager"]],
  ["apprapp", "event-notifications", ["Event Source Manager"]],
  ["lakehouse", "event-notifications", ["Event Source Manager"]],
  ["openpages", "event-notifications", ["Event Source Manager"]],
];

/** The roles whose CRN IBM documents nowhere, and what the emulator calls them. */
const UNDOCUMENTED: [source: string, target: string, role: string, crn: string][] = [
  ["event-notifications", "apprapp", "Config Operator", own("apprapp", "ConfigOperator")],
  ...(
    [
      ["Event Source Manager", "Event-Source-Manager"],
      ["Channel Editor", "Channel-Editor"],
      ["Device Manager", "Device-Manager"],
      ["Email Sender", "Email-Sender"],
      ["Status Reporter", "Status-Reporter"],
      ["Custom Email Status Reporter", "Custom-Email-Status-Reporter"],
      ["SMTP Manager", "SMTP-Manager"],
      ["SMTP Sender", "SMTP-Sender"],
      ["Pool ID Manager", "Pool-ID-Manager"],
    ] as const
  ).map(([role, id]): [string, string, string, string] => {
    return ["secrets-manager", "event-notifications", role, own("event-notifications", id)];
  }),
];

function own(service: string, id: string): string {
  return `crn:v1:bluemix:public:${service}::::serviceRole:${id}`;
}

async function rolesOf({ client }: Pick<IamTarget, "client">, source: string, target: string) {
  const params = { serviceName: target, sourceServiceName: source, policyType: "authorization" };
  return (await client.listRoles(params)).result;
}

/** The CRN of each role, by its display name. */
function byName({
  system_roles,
  service_roles,
}: IamPolicyManagementV1.RoleCollection): Record<string, string | undefined> {
  return Object.fromEntries(
    [...system_roles, ...service_roles].map(({ display_name, crn }) => [display_name, crn]),
  );
}

describeIam("GET /v2/roles", (iam) => {
  for (const [source, target, names] of PAIRS) {
    it(`offers ${names.join(", ")} for ${source} -> ${target}`, async () => {
      const offered = byName(await rolesOf(iam, source, target));
      expect(offered).to.include.all.keys(...names);
      for (const name of names.filter((each) => DOCUMENTED[each])) {
        expect(offered[name]).to.equal(DOCUMENTED[name]);
      }
    });
  }

  for (const [source, target, role, crn] of UNDOCUMENTED) {
    it(`tells the CRN of ${role} of ${target}`, async () => {
      const offered = byName(await rolesOf(iam, source, target));
      iam.settle(`§9.6 The CRN of ${role} of ${target}`, offered[role], crn);
    });
  }

  it("tells apart platform and service roles, each with what it allows", async () => {
    const { system_roles, service_roles } = await rolesOf(iam, "event-notifications", "codeengine");
    expect(system_roles.map(({ crn }) => crn))
      .to.include(VIEWER)
      .and.not.to.include(WRITER);
    expect(service_roles.map(({ crn }) => crn))
      .to.include(WRITER)
      .and.not.to.include(VIEWER);
    for (const role of [...system_roles, ...service_roles]) {
      expect(role).to.include.all.keys("display_name", "description", "actions", "crn");
      expect(role.actions).to.be.an("array").that.is.not.empty;
    }
  });

  const NO_PAIRS: [source: string, target: string][] = [
    // The usual mistake: a service's name in the singular or the plural.
    ["event-notification", "kms"],
    ["secret-manager", "event-notifications"],
    ["event-notifications", "no-such-service"],
  ];
  for (const [source, target] of NO_PAIRS) {
    it(`answers ${source} -> ${target} with empty lists`, async () => {
      expect(await rolesOf(iam, source, target)).to.deep.equal({
        custom_roles: [],
        service_roles: [],
        system_roles: [],
      });
    });
  }
});

describeEmulator("the emulator's roles", () => {
  const NOTHING = { custom_roles: [], service_roles: [], system_roles: [] };
  const EMPTY: [what: string, query: string][] = [
    ["nothing", ""],
    ["a pair in the wrong direction", "service_name=secrets-manager&source_service_name=event-notifications"],
    ["a pair of two other services", "service_name=kms&source_service_name=cloud-object-storage"],
    ["a service group that is none", "service_group_id=OTHER"],
    ["an authorization to a service group", "service_group_id=IAM&policy_type=authorization"],
    ["a source and a service group", "service_group_id=IAM&source_service_name=event-notifications"],
    ["what every object has", "service_name=constructor&source_service_name=event-notifications"],
  ];
  for (const [what, query] of EMPTY) {
    it(`are none for ${what}`, async () => {
      const { send } = connect(closing(await startIamEmulator()));
      const { status, body } = await send("GET", `/v2/roles?${query}`);
      expect([status, body]).to.deep.equal([200, NOTHING]);
    });
  }

  it("are those of the target when the source is given as nothing", async () => {
    const { send } = connect(closing(await startIamEmulator()));
    const target = "/v2/roles?policy_type=authorization&service_name=event-notifications";
    const { body } = await send("GET", `${target}&source_service_name=&service_group_id=`);
    expect(body)
      .to.deep.equal((await send("GET", target)).body)
      .and.not.to.deep.equal(NOTHING);
  });

  it("of account management are found by its service group", async () => {
    const { client } = connect(closing(await startIamEmulator()));
    const found = byName((await client.listRoles({ serviceGroupId: "IAM" })).result);
    expect(found).to.include({
      Viewer: VIEWER,
      "Service ID creator": own("iam-identity", "ServiceIdCreator"),
    });
  });

  it("are refused for a service and a service group at once", async () => {
    const { send } = connect(closing(await startIamEmulator()));
    const answer = await send("GET", "/v2/roles?service_name=kms&service_group_id=IAM");
    expect(inShort(answer)).to.equal("400 invalid_body");
  });

  it("of resource groups are the platform's", async () => {
    const iam = connect(closing(await startIamEmulator()));
    const { system_roles, service_roles } = await rolesOf(iam, "event-notifications", "resource-controller");
    expect(system_roles.map(({ display_name }) => display_name)).to.deep.equal([
      "Viewer",
      "Operator",
      "Editor",
      "Administrator",
    ]);
    expect(service_roles).to.deep.equal([]);
  });

  it("are all the target's when the source is a resource group", async () => {
    const { client, send } = connect(closing(await startIamEmulator()));
    const { body } = await send("GET", "/v2/roles?service_name=kms&policy_type=authorization");
    expect(body).to.deep.equal(await rolesOf({ client }, "event-notifications", "kms"));
  });

  for (const [source, target] of PAIRS) {
    it(`can all be granted for ${source} -> ${target}`, async () => {
      const emulator = closing(await startIamEmulator());
      const { client, send } = connect(emulator);
      const offered = Object.values(byName(await rolesOf({ client }, source, target)));
      expect(offered).not.to.be.empty;
      const accountId = equals("accountId", emulator.accountId);
      const json = {
        ...bucketBody(emulator.accountId),
        subject: { attributes: [equals("serviceName", source), accountId] },
        resource: { attributes: [equals("serviceName", target), accountId] },
        control: granting(...offered.map(String)),
      };
      expect(inShort(await send("POST", "/v2/policies", { json }))).to.equal("201");
    });
  }
});

describeEmulator("the look-up of roles", () => {
  const PAIR = "/v2/roles?service_name=kms&source_service_name=event-notifications&policy_type=authorization";
  const NOTHING = { custom_roles: [], service_roles: [], system_roles: [] };

  it("that is hidden is answered with empty lists, and policies are taken as ever", async () => {
    const emulator = closing(await startIamEmulator({ roleLookup: "hidden" }));
    const { client, send } = connect(emulator);
    expect(await send("GET", PAIR)).to.deep.include({ status: 200, body: NOTHING });
    expect((await client.createV2Policy({ ...bucketBody(emulator.accountId) })).status).to.equal(201);
  });

  it("that is not found is answered by a gateway's page, and only where a source is asked for", async () => {
    const emulator = closing(await startIamEmulator());
    const { send } = connect(emulator);
    emulator.behave({ roleLookup: "not found" });
    const { status, headers, body } = await send("GET", PAIR);
    expect([status, body]).to.deep.equal([
      404,
      "<html><body>An 404 error occurred in iam-gateway.</body></html>",
    ]);
    expect(headers["content-type"]).to.match(/^text\/html/);
    expect(await send("GET", "/v2/roles?service_name=kms")).to.include({ status: 200 });
    emulator.behave({ roleLookup: "as documented" });
    expect(await send("GET", PAIR)).to.include({ status: 200 });
  });
});

/** What Terraform's acceptance tests authorize, and IBM's pages on other services. */
const OTHER_PAIRS: [source: string, target: string, roles: Record<string, string>][] = [
  ["cloud-object-storage", "kms", { Reader: READER }],
  ["is", "cloudcerts", { Reader: READER }],
  ["is", "secrets-manager", { SecretsReader: own("secrets-manager", "SecretsReader") }],
  ["is", "is", { Editor: "crn:v1:bluemix:public:iam::::role:Editor" }],
  [
    "databases-for-redis",
    "kms",
    { Reader: READER, "Authorization Delegator": "crn:v1:bluemix:public:iam::::role:AuthorizationDelegator" },
  ],
  ["project", "resource-controller", { Viewer: VIEWER }],
  ["secrets-manager", "project", { Viewer: VIEWER }],
  ["event-notifications", "cloud-object-storage", { "Object Writer": OBJECT_WRITER }],
];

describeEmulator("the emulator with any pair", () => {
  /** What asks for an authorization of a pair, of which the target may be every resource group. */
  function asking(accountId: string, source: string, target: string, roles: string[]) {
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
      const body = asking(emulator.accountId, source, target, Object.values(roles));
      const { result } = await iam.client.createV2Policy(body);
      const { result: shown } = await iam.client.getPolicy({ policyId: String(result.id) });
      expect(shown.roles.map(({ display_name }) => display_name)).to.have.members(Object.keys(roles));
    });
  }

  it("takes a resource group for a source", async () => {
    const emulator = closing(await startIamEmulator({ anyPair: true }));
    const account = equals("accountId", emulator.accountId);
    const attributes = [equals("resourceGroupId", "0123456789abcdef0123456789abcdef"), account];
    const body = asking(emulator.accountId, "", "secrets-manager", [VIEWER]);
    const { status } = await connect(emulator).client.createV2Policy({ ...body, subject: { attributes } });
    expect(status).to.equal(201);
  });

  it("still knows no target of an unknown name", async () => {
    const iam = connect(closing(await startIamEmulator({ anyPair: true })));
    expect(byName(await rolesOf(iam, "cloud-object-storage", "secret-manager"))).to.deep.equal({});
  });

  it("is not what it is unless it is asked for", async () => {
    const emulator = closing(await startIamEmulator());
    const { client, send } = connect(emulator);
    expect(byName(await rolesOf({ client }, "cloud-object-storage", "kms"))).to.deep.equal({});
    const json = asking(emulator.accountId, "cloud-object-storage", "kms", [READER]);
    expect(inShort(await send("POST", "/v2/policies", { json }))).to.equal("400 invalid_body");
    expect(byName(await rolesOf({ client }, "event-notifications", "kms"))).not.to.have.any.keys(
      "Authorization Delegator",
    );
  });
});
