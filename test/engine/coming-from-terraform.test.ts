import { expect } from "chai";
import { startIamEmulator, type Seed } from "../../src/emulator";
import { declares, startStack, succeeded } from "../support/engine";
import { bucketInputs, EN, COS } from "../support/inputs";
import { closing } from "../support/opened";

const ACCOUNT = { key: "accountId", operator: "stringEquals", value: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0" };
const attributes = (scope: Record<string, string>) => ({
  // As Terraform's provider orders them.
  attributes: [
    ACCOUNT,
    ...Object.entries(scope).map(([key, value]) => ({ key, operator: "stringEquals", value })),
  ],
});

/** What Terraform made, with the scope of `bucketInputs`. */
const MADE: Seed & { id: string } = {
  id: "0d9c8b7a-0000-4000-8000-0000000000a1",
  description: "created by Terraform",
  subject: attributes({ serviceName: "event-notifications", serviceInstance: EN }),
  resource: attributes({
    serviceName: "cloud-object-storage",
    serviceInstance: COS,
    resourceType: "bucket",
    resource: "failed-events",
  }),
  control: {
    grant: {
      roles: [
        { role_id: "crn:v1:bluemix:public:iam::::serviceRole:Reader" },
        { role_id: "crn:v1:bluemix:public:cloud-object-storage::::serviceRole:ObjectWriter" },
      ],
    },
  },
};

describe("an authorization that Terraform made, on the real engine", function () {
  this.timeout(180_000);

  it("is taken over by its id, stays as it is, and needs adopt no longer", async () => {
    const iam = closing(await startIamEmulator());
    const held = iam.seed([MADE]);
    const writes = () =>
      iam.calls().filter(({ method, path }) => path.includes("policies") && method !== "GET");
    const same = { ...bucketInputs(), description: "created by Terraform" };
    const stack = await startStack(iam, declares("one", { ...same, adopt: MADE.id }));

    succeeded(await stack.up());
    expect((await stack.authorizations())["one"]?.id).to.equal(MADE.id);
    succeeded(await stack.refresh());
    succeeded(await stack.preview("--expect-no-changes"));

    await stack.program(declares("one", same));
    succeeded(await stack.up());
    succeeded(await stack.preview("--expect-no-changes"));
    expect(writes()).to.deep.equal([]);
    expect(iam.policies()).to.deep.equal(held);
  });

  it("is left alone, and no other is made, where the scope is not quite the declared one", async () => {
    const iam = closing(await startIamEmulator());
    const held = iam.seed([MADE]);
    const { target, ...rest } = bucketInputs();
    const other = { ...rest, target: { ...target, resource: "other" } };
    const stack = await startStack(iam, declares("one", { ...other, adopt: MADE.id }));
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    expect(output).to.include("which has another scope than the declared one");
    expect(iam.policies()).to.deep.equal(held);
  });
});
