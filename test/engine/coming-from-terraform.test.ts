import { expect } from "chai";
import { startIamEmulator, type Seed } from "../../src/emulator";
import { declares, startStack, succeeded } from "../support/engine";
import { bucketInputs, EN, COS } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const ACCOUNT = { key: "accountId", operator: "stringEquals", value: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0" };
const attributes = (scope: Record<string, string>) => ({
  // The order that Terraform's provider uses.
  attributes: [
    ACCOUNT,
    ...Object.entries(scope).map(([key, value]) => ({ key, operator: "stringEquals", value })),
  ],
});

/** A policy that Terraform created, with the scope of `bucketInputs`. */
const CREATED: Seed & { id: string } = {
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

describe("an authorization that Terraform created, on the real engine", function () {
  this.timeout(180_000);
  const { it, itOnCi } = countedTests("engine: coming from Terraform");

  it("is adopted by its id without a change, and stays managed without adopt", async () => {
    const iam = closing(await startIamEmulator());
    const held = iam.seed([CREATED]);
    const writes = () =>
      iam.calls().filter(({ method, path }) => path.includes("policies") && method !== "GET");
    const same = { ...bucketInputs(), description: "created by Terraform" };
    const stack = await startStack(iam, declares("one", { ...same, adopt: CREATED.id }));

    succeeded(await stack.up());
    expect((await stack.authorizations())["one"]?.id).to.equal(CREATED.id);
    succeeded(await stack.refresh());
    succeeded(await stack.preview("--expect-no-changes"));

    await stack.program(declares("one", same));
    succeeded(await stack.up());
    succeeded(await stack.preview("--expect-no-changes"));
    expect(writes()).to.deep.equal([]);
    expect(iam.policies()).to.deep.equal(held);
  });

  itOnCi("is neither adopted nor duplicated if its scope differs from the declared one", async () => {
    const iam = closing(await startIamEmulator());
    const held = iam.seed([CREATED]);
    const { target, ...rest } = bucketInputs();
    const other = { ...rest, target: { ...target, resource: "other" } };
    const stack = await startStack(iam, declares("one", { ...other, adopt: CREATED.id }));
    const { code, output } = await stack.up();
    expect(code).not.to.equal(0);
    expect(output).to.include("whose scope differs from the declared one");
    expect(iam.policies()).to.deep.equal(held);
  });
});
