import { expect } from "chai";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsOf } from "../../src/cli/account";
import { startIamEmulator } from "../../src/emulator";
import { runCli } from "../support/cli";
import { closing } from "../support/opened";
import { configFor } from "../support/program";
import { seededAccount } from "../support/seeded-account";
import { temporaryFolder } from "../support/temporary";

describe("the option --stack", () => {
  const path = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = path;
  });

  /** Puts a program named `pulumi` on the PATH, which prints by its first argument. */
  function withPulumi(answers: Record<string, string>): void {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(answers)) writeFileSync(join(folder, name), text);
    const script = `#!/bin/sh\necho "$@" >> ${folder}/calls\ncat "${folder}/$1" || { echo "no stack named $3" >&2; exit 255; }\n`;
    writeFileSync(join(folder, "pulumi"), script);
    chmodSync(join(folder, "pulumi"), 0o755);
    process.env["PATH"] = `${folder}:${path ?? ""}`;
  }

  it("uses the stack's configuration and state", async () => {
    const iam = closing(await startIamEmulator(seededAccount(11)));
    const config = Object.entries(configFor(iam)).map(([key, value]) => [key, { value, secret: false }]);
    withPulumi({
      config: JSON.stringify(Object.fromEntries(config)),
      stack: JSON.stringify({ version: 3, deployment: {} }),
    });
    const listed = await runCli(["list", "--stack=dev"], {});
    expect(listed.error).to.include("from ibmcloud:apiKey");
    expect(listed.output).to.include("event-notifications");
    const { output } = await runCli(["audit", "--stack=dev", "--output=csv"], {});
    expect(output).to.include("orphan");
  });

  it("reads objects as JSON", () => {
    const value = '{"other":{"apikey":"x"}}';
    withPulumi({
      config: JSON.stringify({ "ibmcloud:credentials": { value, objectValue: JSON.parse(value) as object } }),
    });
    expect(settingsOf("dev", {}).config("ibmcloud:credentials")).to.equal(value);
  });

  it("fails with the CLI's reason", async () => {
    withPulumi({});
    const { error, exitCode } = await runCli(["list", "--stack=gone"], {});
    expect(exitCode).to.equal(2);
    expect(error).to.include("pulumi config --stack gone").and.include("failed");
    process.env["PATH"] = temporaryFolder();
    expect((await runCli(["list", "--stack=gone"], {})).error).to.include("cannot run");
  });
});
