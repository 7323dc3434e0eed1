import { expect } from "chai";
import type { Check } from "../../src/doctor/types";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { closing } from "../support/opened";
import { seededAccount } from "../support/seeded-account";

describe("pulumi-ibm-en-authorization doctor", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator(seededAccount(11)));
  });

  async function doctor(env: Record<string, string> = {}, ...args: string[]) {
    const ran = await runCli(["doctor", "--output=json", ...args], { ...emulatorEnv(iam), ...env });
    const checks = new Map((JSON.parse(ran.output) as Check[]).map((each) => [each.name, each]));
    return { ...ran, checks };
  }

  it("checks credentials, permissions and clock with calls that only read, and prints no secret", async () => {
    const before = iam.policies();
    const { checks, output, exitCode } = await doctor();
    const ok = ["credentials", "IAM", "may read roles", "may read authorizations", "may read instances"];
    for (const name of [...ok, "may read resource groups", "clock"])
      expect(checks.get(name)?.status, name).to.equal("ok");
    expect(checks.get("credentials")?.detail).to.match(
      /^iam from IC_API_KEY: account .*token valid until 2\d{3}-/,
    );
    expect(checks.get("may read instances")?.detail).to.match(/^60 instances, in \d+ ms$/);
    expect(checks.get("may create")).to.include({ status: "skipped" });
    expect(exitCode).to.equal(0);
    expect(output).to.not.include(iam.apiKey).and.not.include(iam.token());
    expect(iam.policies()).to.deep.equal(before);
    expect(iam.calls().filter(({ method, operation }) => method !== "GET" && operation !== "token")).to.be
      .empty;
  });

  it("prints a table with the next steps", async () => {
    const { output } = await runCli(["doctor"], { ...emulatorEnv(iam), NO_COLOR: "1" }, 80);
    expect(output)
      .to.match(/^may create +skipped/m)
      .and.include("To do: Check that");
    for (const line of output.split("\n")) expect(line.length).to.be.at.most(80);
  });

  it("fails with a remedy if credentials are missing or refused, and doesn't print them", async () => {
    const none = await doctor({ IC_API_KEY: "" });
    expect(none.exitCode).to.equal(1);
    expect(none.checks.get("credentials")).to.include({ status: "failed" });
    expect(none.checks.get("credentials")?.remedy).to.include("IC_API_KEY");
    const refused = await doctor({ IC_API_KEY: "secret-and-wrong" });
    expect(refused.exitCode).to.equal(1);
    expect(refused.checks.get("credentials")?.detail).to.include("BXNIM0415E");
    expect(refused.output).to.not.include("secret-and-wrong");
  });

  it("names the permission that is missing", async () => {
    iam.inject({ operation: "listResourceInstances", status: 403, times: Infinity });
    const { checks, exitCode } = await doctor();
    expect(exitCode).to.equal(1);
    expect(checks.get("may read instances")).to.include({
      status: "failed",
      remedy: "Give the credentials Viewer on the instances",
    });
    expect(checks.get("may read resource groups")?.status).to.equal("ok");
  });

  it("finds a clock that is wrong", async () => {
    iam.inject({ operation: "listRoles", dateOff: -300_000, times: Infinity });
    const { checks } = await doctor();
    expect(checks.get("clock")?.status).to.equal("failed");
    expect(checks.get("clock")?.detail).to.match(/^(299|30\d) s ahead of IAM's$/);
  });

  it("skips instances if only IAM's endpoint is set", async () => {
    const { checks } = await doctor({ IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: "" });
    expect(checks.get("may read instances")?.status).to.equal("skipped");
  });
});
