import { expect } from "chai";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator, type Policy, type Seed } from "../../src/emulator";
import { EXISTING, RECORDED } from "../generate/fixtures/terraform/record";
import { emulatorEnv } from "../support/cli";
import { command, engineEnv, ROOT, startStack, succeeded } from "../support/engine";
import { adoptableIn } from "../support/mixed-account";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const PROJECT = "name: engine\nruntime: nodejs\nmain: index.ts\n";

/** The resource names of the authorizations in the recorded state. */
const NAMES = [
  "any-group-by-attributes",
  "any-resource-group",
  "by-attributes",
  "counted-0",
  "counted-1",
  "each-compliance",
  "each-secrets-manager",
  "failed-events",
  "other-account",
  "resource-group",
  "resource-groups",
  "sends-schematics-to-events",
  "sends-schematics-to-test-events",
  "sends-toolchain-to-events",
  "sends-toolchain-to-test-events",
  "service-wide",
];

// Terraform 1.11.4 and IBM's provider 2.5.0, built from its tag without a change, recorded these files against the emulator:
// see test/generate/fixtures/terraform/record.ts. After that, one authorization was deleted in IAM.
describe("the authorizations that a real run of IBM's Terraform provider created, on the real engine", function () {
  this.timeout(240_000);
  const { it, itOnCi } = countedTests("engine: generate from Terraform");

  async function expectTakenOver(file: string): Promise<void> {
    const iam = closing(await startIamEmulator({ anyPair: true, ...EXISTING }));
    iam.seed(JSON.parse(readFileSync(RECORDED.policies, "utf8")) as Seed[]);
    const before = iam.policies({ state: "all" });
    const stack = await startStack(iam, "");
    await writeFile(join(stack.dir, "Pulumi.yaml"), PROJECT);
    const env = await engineEnv(stack.dir, emulatorEnv(iam));
    const args = ["generate", "--from", file, "--out", "index.ts", "--verify"];
    const entry = join(ROOT, "dist", "cli", "index.js");
    const output = succeeded(await command(process.execPath, [entry, ...args], stack.dir, env));
    expect(output).to.include(`takes over ${NAMES.length} authorizations and changes none`);
    const skipped = output.split("\n").filter((line) => line.startsWith("Skipped "));
    const reasons = skipped.map((line) =>
      line.replace(/[0-9a-f-]{36}/, "ID").replace(/\. Differences.*/, ""),
    );
    expect(reasons).to.have.members([
      "Skipped ibm_iam_authorization_policy.by_crn (ID): no program can declare it",
      'Skipped ibm_iam_authorization_policy.each["project"]: IAM has no such authorization in this account: ID',
      "Skipped ibm_iam_authorization_policy.secrets_to_keys (ID): neither side is Event Notifications",
    ]);

    succeeded(await stack.up());
    const held = await stack.authorizations();
    expect(Object.keys(held)).to.have.members(NAMES);
    const isByCrn = ({ subject }: Policy) => JSON.stringify(subject).includes('"crn:');
    const byCrn = iam
      .policies()
      .filter(isByCrn)
      .map(({ id }) => id);
    expect(byCrn).to.have.length(1);
    expect([...Object.values(held).map(({ id }) => id), ...byCrn]).to.have.members(adoptableIn(iam));
    succeeded(await stack.refresh());
    succeeded(await stack.preview("--expect-no-changes"));
    expect(iam.policies({ state: "all" })).to.deep.equal(before);
  }

  it("are taken over from the state without a change", () => expectTakenOver(RECORDED.state));

  itOnCi("are taken over from the output of terraform show -json without a change", () =>
    expectTakenOver(RECORDED.show),
  );
});
