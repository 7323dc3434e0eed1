import { expect } from "chai";
import { startIamEmulator } from "../../../src/emulator";
import { connect, describeEmulator, describeIam } from "../../support/iam-target";
import { closing } from "../../support/opened";
import { inShort } from "../answers";
import { bucketBody, equals, granting, OBJECT_WRITER, READER, VIEWER, WRITER } from "../bodies";
import { byName, roleCrn, rolesOf } from "../roles";

const KEY_MANAGER = "crn:v1:bluemix:public:iam::::serviceRole:KeyManager";

/** The CRNs that IBM documents, by display name. */
const DOCUMENTED: Record<string, string> = {
  Reader: READER,
  Writer: WRITER,
  Viewer: VIEWER,
  "Object Writer": OBJECT_WRITER,
  "Key Manager": KEY_MANAGER,
};

/** The roles of each pair in IBM's documentation: on the service's page, or else on Event Notifications' page. */
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

/** The roles whose CRN IBM does not document, with the emulator's CRN. */
const UNDOCUMENTED: [source: string, target: string, role: string, crn: string][] = [
  ["event-notifications", "apprapp", "Config Operator", roleCrn("apprapp", "ConfigOperator")],
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
    return ["secrets-manager", "event-notifications", role, roleCrn("event-notifications", id)];
  }),
];

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
    it(`returns the CRN of ${role} of ${target}`, async () => {
      const offered = byName(await rolesOf(iam, source, target));
      iam.settle(`§9.6 The CRN of ${role} of ${target}`, offered[role], crn);
    });
  }

  it("separates platform and service roles, and returns the actions of each", async () => {
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
    // A common mistake: the service's name in the singular instead of the plural, or the reverse.
    ["event-notification", "kms"],
    ["secret-manager", "event-notifications"],
    ["event-notifications", "no-such-service"],
  ];
  for (const [source, target] of NO_PAIRS) {
    it(`returns empty lists for ${source} -> ${target}`, async () => {
      expect(await rolesOf(iam, source, target)).to.deep.equal({
        custom_roles: [],
        service_roles: [],
        system_roles: [],
      });
    });
  }
});

describeEmulator("GET /v2/roles on the emulator", () => {
  const NOTHING = { custom_roles: [], service_roles: [], system_roles: [] };
  const EMPTY: [what: string, query: string][] = [
    ["a query without parameters", ""],
    ["a pair in the wrong direction", "service_name=secrets-manager&source_service_name=event-notifications"],
    ["a pair of two other services", "service_name=kms&source_service_name=cloud-object-storage"],
    ["an unknown service group", "service_group_id=OTHER"],
    ["an authorization to a service group", "service_group_id=IAM&policy_type=authorization"],
    ["a source and a service group", "service_group_id=IAM&source_service_name=event-notifications"],
    [
      "the name of an object's built-in property",
      "service_name=constructor&source_service_name=event-notifications",
    ],
  ];
  for (const [what, query] of EMPTY) {
    it(`returns empty lists for ${what}`, async () => {
      const { send } = connect(closing(await startIamEmulator()));
      const { status, body } = await send("GET", `/v2/roles?${query}`);
      expect([status, body]).to.deep.equal([200, NOTHING]);
    });
  }

  it("ignores an empty source", async () => {
    const { send } = connect(closing(await startIamEmulator()));
    const target = "/v2/roles?policy_type=authorization&service_name=event-notifications";
    const { body } = await send("GET", `${target}&source_service_name=&service_group_id=`);
    expect(body)
      .to.deep.equal((await send("GET", target)).body)
      .and.not.to.deep.equal(NOTHING);
  });

  it("returns the roles of account management for the service group IAM", async () => {
    const { client } = connect(closing(await startIamEmulator()));
    const found = byName((await client.listRoles({ serviceGroupId: "IAM" })).result);
    expect(found).to.include({
      Viewer: VIEWER,
      "Service ID creator": roleCrn("iam-identity", "ServiceIdCreator"),
    });
  });

  it("returns 400 for both a service and a service group", async () => {
    const { send } = connect(closing(await startIamEmulator()));
    const answer = await send("GET", "/v2/roles?service_name=kms&service_group_id=IAM");
    expect(inShort(answer)).to.equal("400 invalid_body");
  });

  it("returns the platform roles for a resource group as target", async () => {
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

  it("returns all roles of the target for a resource group as source", async () => {
    const { client, send } = connect(closing(await startIamEmulator()));
    const { body } = await send("GET", "/v2/roles?service_name=kms&policy_type=authorization");
    expect(body).to.deep.equal(await rolesOf({ client }, "event-notifications", "kms"));
  });

  for (const [source, target] of PAIRS) {
    it(`returns only roles that can be granted for ${source} -> ${target}`, async () => {
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

describeEmulator("roleLookup", () => {
  const PAIR = "/v2/roles?service_name=kms&source_service_name=event-notifications&policy_type=authorization";
  const NOTHING = { custom_roles: [], service_roles: [], system_roles: [] };

  it("hidden returns empty lists, and policies can still be created", async () => {
    const emulator = closing(await startIamEmulator({ roleLookup: "hidden" }));
    const { client, send } = connect(emulator);
    expect(await send("GET", PAIR)).to.deep.include({ status: 200, body: NOTHING });
    expect((await client.createV2Policy({ ...bucketBody(emulator.accountId) })).status).to.equal(201);
  });

  it("not found returns a gateway's page for queries that name a source", async () => {
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
