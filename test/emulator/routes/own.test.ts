import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../../src/emulator";
import { connect, describeEmulator } from "../../support/iam-target";
import { COS, EN, GROUP, OTHER_ACCOUNT } from "../../support/inputs";
import { closing } from "../../support/opened";
import { temporaryFolder } from "../../support/temporary";
import { WHAT_EXISTS } from "../../support/what-exists";

const SEEDS = {
  resourceGroups: [{ name: "production", id: GROUP }],
  instances: [{ name: "events", serviceName: "event-notifications", guid: EN }],
  authorizations: [
    {
      id: "00000000-0000-4000-8000-00000000000a",
      source: { serviceInstance: EN },
      target: { serviceName: "cloud-object-storage", serviceInstance: COS },
      roles: ["Object Writer"],
    },
  ],
};

describeEmulator("GET /health", () => {
  it("returns the package, the accounts and the number of their entries, without a token", async () => {
    const iam = closing(await startIamEmulator());
    iam.seed(Object.values(WHAT_EXISTS));
    const { version } = JSON.parse(
      readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8"),
    ) as { version: string };
    const answer = await fetch(`${iam.url}/health`);
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.deep.equal({
      name: "pulumi-ibm-en-authorization",
      version,
      accounts: [iam.accountId],
      policies: Object.keys(WHAT_EXISTS).length,
      instances: 0,
      resourceGroups: 0,
    });
  });

  it("does not count as a call of IAM: it is not recorded, and no fault applies to it", async () => {
    const iam = closing(await startIamEmulator());
    iam.inject({ operation: "*", status: 503, times: Infinity });
    expect((await fetch(`${iam.url}/health`)).status).to.equal(200);
    expect(iam.calls()).to.deep.equal([]);
  });
});

describeEmulator("POST /seed", () => {
  let iam: IamEmulator;
  let data: string;
  beforeEach(async () => {
    data = join(temporaryFolder(), "iam.json");
    iam = closing(await startIamEmulator({ dataFile: data }));
  });

  const post = (body: string, type = "application/json") =>
    fetch(`${iam.url}/seed`, { method: "POST", body, headers: { "content-type": type } });

  it("adds the content of a seed file, also to the data file", async () => {
    const answer = await post(JSON.stringify(SEEDS));
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.deep.equal({ policies: 1, instances: 1, resourceGroups: 1 });
    const before = iam.policies();
    await iam.close();
    const again = closing(await startIamEmulator({ dataFile: data }));
    expect(again.policies().map(({ subject }) => subject)).to.deep.equal(
      before.map(({ subject }) => subject),
    );
    const { body } = await connect(again).send("GET", "/v2/resource_instances");
    expect(body).to.have.nested.property("resources[0].guid", EN);
  });

  it("replaces policies, instances and resource groups with the same ids", async () => {
    await post(JSON.stringify(SEEDS));
    const renamed = {
      ...SEEDS,
      instances: [{ name: "renamed", serviceName: "event-notifications", guid: EN }],
      resourceGroups: [{ name: "renamed", id: GROUP }],
    };
    expect(await (await post(JSON.stringify(renamed))).json()).to.deep.equal({
      policies: 1,
      instances: 1,
      resourceGroups: 1,
    });
    const { send } = connect(iam);
    const { body } = await send("GET", "/v2/resource_instances");
    expect(body).to.have.nested.property("resources[0].name", "renamed");
    expect((await send("GET", "/v2/resource_groups?name=renamed")).body)
      .to.have.property("resources")
      .with.length(1);
  });

  const REFUSED: [what: string, body: string, problem: string][] = [
    ["a bad seed", '{"instances":[{"name":1}]}', "instances[0].name must be a string."],
    [
      "accounts",
      JSON.stringify({ accounts: [{ id: OTHER_ACCOUNT, apiKeys: ["k"], iamId: "i" }] }),
      "accounts must be absent: the emulator is already running.",
    ],
    [
      "the account of another emulator",
      JSON.stringify({ instances: [{ name: "x", serviceName: "kms", accountId: OTHER_ACCOUNT }] }),
      "instances[0].accountId must be the id of an account: e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0.",
    ],
  ];
  for (const [what, body, error] of REFUSED) {
    it(`returns 400 for ${what}, and adds nothing`, async () => {
      const answer = await post(body);
      expect([answer.status, await answer.json()]).to.deep.equal([400, { error }]);
      expect(iam.policies()).to.deep.equal([]);
    });
  }

  it("returns 400 for a body that is not JSON, and 415 for another type", async () => {
    expect((await post("{")).status).to.equal(400);
    // A web page can send this type without asking the emulator first.
    expect((await post(JSON.stringify(SEEDS), "text/plain")).status).to.equal(415);
    expect(iam.policies()).to.deep.equal([]);
  });
});
