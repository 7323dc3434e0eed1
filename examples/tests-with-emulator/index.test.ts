import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "pulumi-ibm-en-authorization/emulator";

const EVENT_NOTIFICATIONS = "3d7fca4b-6f0e-4f6b-9b0a-0c9f6d1f00e1";
const ARCHIVE = "5c1d2e3f-7a1b-4c2d-8e3f-1a2b3c4d00c1";

// The tests run in this order, on one stack. They need the Pulumi CLI.
describe("the program", function () {
  this.timeout(120_000);
  let iam: IamEmulator;
  let folder: string;
  let stack: Stack;

  before(async () => {
    const archive = { name: "archive", serviceName: "cloud-object-storage", guid: ARCHIVE };
    iam = await startIamEmulator({ instances: [archive] });
    folder = await mkdtemp(join(tmpdir(), "state-"));
    const envVars = {
      IBMCLOUD_IAM_API_ENDPOINT: iam.url,
      IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: iam.url,
      IC_API_KEY: iam.apiKey,
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    stack = await LocalWorkspace.createStack({ stackName: "test", workDir: __dirname }, { envVars });
    await stack.setConfig("eventNotifications", { value: EVENT_NOTIFICATIONS });
  });

  after(async () => {
    await stack?.workspace.removeStack("test", { force: true });
    await rm(folder, { recursive: true });
    await iam.close();
  });

  it("creates one authorization, from one instance to another", async () => {
    await stack.up();
    expect(iam.authorizations()).to.deep.equal([
      {
        source: {
          accountId: iam.accountId,
          serviceName: "event-notifications",
          serviceInstance: EVENT_NOTIFICATIONS,
        },
        target: {
          accountId: iam.accountId,
          serviceName: "cloud-object-storage",
          serviceInstance: ARCHIVE,
        },
        roles: ["Object Writer", "Reader"],
      },
    ]);
  });

  it("has nothing to change afterwards", async () => {
    await stack.preview({ expectNoChanges: true });
  });

  it("deletes the authorization", async () => {
    await stack.destroy();
    expect(iam.authorizations()).to.deep.equal([]);
  });
});
