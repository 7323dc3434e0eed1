import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { declares, startStack, type Stack } from "../support/engine";
import { bucketInputs, COS, EN, GROUP, guidOf } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

/** Additional imports of a program. */
const HEAD = `const { getServiceInstance, getServiceInstanceOutput, getResourceGroupOutput } =
  require("pulumi-ibm-en-authorization");
`;

const PROGRAM = `${HEAD}
module.exports = async () => {
  const en = await getServiceInstance({ name: "events", serviceName: "event-notifications" });
  const group = getResourceGroupOutput({ name: "production" });
  const archive = getServiceInstanceOutput({ name: "archive", resourceGroupId: group.id });
  new EnAuthorization("one", {
    source: { serviceInstance: en.guid },
    target: {
      serviceName: "cloud-object-storage",
      serviceInstance: archive.guid,
      resourceType: "bucket",
      resource: "failed-events",
    },
    roles: ["Reader", "Object Writer"],
  });
  return { region: en.region };
};
`;

describe("lookups on the real engine", function () {
  this.timeout(180_000);
  const { it, itIf } = countedTests("engine: lookups");
  let iam: IamEmulator;

  beforeEach(async () => {
    const instances = [
      { name: "events", serviceName: "event-notifications", guid: EN },
      { name: "archive", serviceName: "cloud-object-storage", guid: COS, resourceGroupId: GROUP },
      { name: "archive", serviceName: "cloud-object-storage", guid: guidOf(1) },
    ];
    const resourceGroups = [{ name: "production", id: GROUP }];
    iam = closing(await startIamEmulator({ instances, resourceGroups }));
  });

  async function start(body: string): Promise<Stack> {
    const stack = await startStack(iam, body, {
      IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: iam.url,
      IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: iam.url,
    });
    await stack.pulumi("config", "set", "--secret", "ibmcloud:apiKey", iam.apiKey);
    return stack;
  }

  /** Returns the lookup calls: the program's own, and those of the check for the two GUIDs. */
  const lookedUp = () =>
    iam
      .calls()
      .map(({ operation }) => operation)
      .filter((each) => each.includes("Resource"))
      .sort();

  it("find an authorization's two instances by name, in preview and in up", async () => {
    const stack = await start(PROGRAM);
    const previewed = await stack.preview();
    expect(previewed.code, previewed.output).to.equal(0);
    expect(previewed.output)
      .to.match(/EnAuthorization one create/)
      .and.not.to.match(/warning/i);
    expect(lookedUp()).to.deep.equal([
      "listResourceGroups",
      ...Array<string>(4).fill("listResourceInstances"),
    ]);
    expect(iam.policies()).to.deep.equal([]);

    const made = await stack.up();
    expect(made.code, made.output).to.equal(0);
    expect(made.output).to.match(/region: "us-south"/);
    const { one } = await stack.authorizations();
    const { accountId } = iam;
    expect(one?.outputs?.["source"]).to.include({ serviceInstance: EN, accountId });
    expect(one?.outputs?.["target"]).to.deep.equal({ ...bucketInputs().target, accountId });
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    expect((await stack.destroy()).code).to.equal(0);
    expect(iam.policies()).to.deep.equal([]);
  });

  it("find the GUID of a name in place of an id, and note an id that does not exist", async () => {
    const { source, target } = bucketInputs();
    const stack = await start(
      declares("named", {
        source: { serviceInstance: "events" },
        target: { ...target, serviceInstance: COS },
      }),
    );
    const named = await stack.preview();
    expect(named.code, named.output).not.to.equal(0);
    expect(named.output).to.include(`write "${EN}", the GUID of the event-notifications instance "events"`);

    const unknown = { ...target, serviceInstance: guidOf(99) };
    const more = { ...unknown, resource: "more" };
    await stack.program(
      declares("one", { source, target: unknown }) + declares("two", { source, target: more }),
    );
    const noted = await stack.preview();
    expect(noted.code, noted.output).to.equal(0);
    const note = `Resource Controller shows no instance ${guidOf(99)} in account ${iam.accountId}`;
    const [, diagnostics = ""] = noted.output.split("Diagnostics:");
    expect(diagnostics.split(note), noted.output).to.have.length(2);
  });

  const OTHER = declares("other", bucketInputs());
  const authorizes = `new EnAuthorization("one", {
    source: { serviceInstance: instance.guid }, target: { serviceName: "kms", serviceInstance: "*" }, roles: ["Reader"],
  });`;
  const REFUSED: [what: string, program: string, says: RegExp[]][] = [
    [
      "a name that does not exist",
      `module.exports = async () => {
        const instance = await getServiceInstance({ name: "evnts" });
        ${authorizes}
        ${OTHER}
      };`,
      [
        /"evnts".*\[not-found\]/,
        /"events" \(event-notifications in us-south, resource group \w+, guid 3d7fca4b-/,
      ],
    ],
    [
      "a name that exists twice",
      `const instance = getServiceInstanceOutput({ name: "archive" });
      ${authorizes}
      ${OTHER}`,
      [
        /"archive": .*"archive" \(cloud-object-storage in global.*, "archive" \(cloud-object-storage in global/,
        / resourceGroupId .*\[ambiguous\]/,
      ],
    ],
  ];
  for (const [what, program, says] of REFUSED) {
    itIf(what.includes("does not exist"))(
      `fail for ${what} at preview and list the existing names`,
      async () => {
        const stack = await start(HEAD + program);
        const { code, output } = await stack.preview();
        expect(code, output).not.to.equal(0);
        for (const each of says) expect(output).to.match(each);
        expect(output, "no stack").not.to.match(/\n\s+at /);
        expect(iam.policies({ state: "all" })).to.deep.equal([]);
        expect(await stack.authorizations()).to.deep.equal({});
      },
    );
  }
});
