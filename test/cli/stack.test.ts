import { expect } from "chai";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsOf } from "../../src/cli/account";
import { startIamEmulator } from "../../src/emulator";
import { runCli } from "../support/cli";
import { closing } from "../support/opened";
import { configFor } from "../support/program";
import { seededAccount } from "../support/seeded-account";
import { temporaryFolder } from "../support/temporary";

const DYNAMIC_TYPE = "pulumi-nodejs:dynamic/ibm:EnAuthorization";

describe("the option --stack", () => {
  const path = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = path;
  });

  /**
   * Puts a program named `pulumi` on the PATH. For each command and stack, it prints the answer with the key `<command>-<stack>`.
   *
   * @returns its folder
   */
  function withPulumi(answers: Record<string, string>): string {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(answers)) writeFileSync(join(folder, name), text);
    const script = `#!/bin/sh
echo "$@" >> "${folder}/calls"
command=$1
while [ $# -gt 0 ]; do [ "$1" = --stack ] && stack=$2; shift; done
cat "${folder}/$command-$stack" || { echo "no stack named $stack" >&2; exit 255; }
`;
    writeFileSync(join(folder, "pulumi"), script);
    chmodSync(join(folder, "pulumi"), 0o755);
    process.env["PATH"] = `${folder}:${path ?? ""}`;
    return folder;
  }

  it("uses the stack's configuration and state", async () => {
    const iam = closing(await startIamEmulator(seededAccount(11)));
    const config = Object.entries(configFor(iam)).map(([key, value]) => [key, { value, secret: false }]);
    withPulumi({
      "config-dev": JSON.stringify(Object.fromEntries(config)),
      "stack-dev": JSON.stringify({ version: 3, deployment: {} }),
    });
    const listed = await runCli(["list", "--stack=dev"], {});
    expect(listed.error).to.include("from ibmcloud:apiKey");
    expect(listed.output).to.include("event-notifications");
    const { output } = await runCli(["audit", "--stack=dev", "--output=csv"], {});
    expect(output).to.include("orphan");
    const generated = await runCli(["generate", "--stack=dev"], {});
    expect(generated.error).to.include("from ibmcloud:apiKey");
    expect(generated.output).to.include("new EnAuthorization(");
  });

  it("selects the stack of the preview that generate --verify runs", async () => {
    const iam = closing(await startIamEmulator(seededAccount(2)));
    const config = Object.entries(configFor(iam)).map(([key, value]) => [key, { value, secret: false }]);
    const file = join(temporaryFolder(), "written");
    const note = (id = "") => `takes over ${id} (x): roles unchanged; description unchanged`;
    const [first, second] = iam.policies();
    const folder = withPulumi({
      "config-dev": JSON.stringify(Object.fromEntries(config)),
      "import-dev": " failed-events-bucket import",
      "preview-dev": [first, second].map((each) => note(each?.id)).join("\n"),
    });
    const verify = (...args: string[]) =>
      runCli(["generate", "--stack=dev", "--out", file, "--verify", ...args], {});
    expect((await verify()).error).to.include("takes over 2 authorizations and changes none");
    const incomplete = await verify("--output=import");
    expect(incomplete.exitCode).to.equal(2);
    expect(incomplete.error).to.include("pulumi import does not import kms");
    const calls = readFileSync(join(folder, "calls"), "utf8");
    expect(calls).to.include("preview --stack dev --non-interactive");
    expect(calls).to.include(`import --file ${file} --preview-only --stack dev --non-interactive`);
  });

  it("can be repeated for audit: orphans are in none of the stacks, and the first stack has the credentials", async () => {
    const iam = closing(await startIamEmulator(seededAccount(5)));
    const config = Object.entries(configFor(iam)).map(([key, value]) => [key, { value }]);
    const id = (at: number) => `${String(at).padStart(8, "0")}-5717-4562-b3fc-2c963f66afa6`;
    const stateOf = (...all: number[]) => ({
      version: 3,
      deployment: { resources: all.map((at) => ({ urn: `urn:${at}`, type: DYNAMIC_TYPE, id: id(at) })) },
    });
    withPulumi({
      "config-dev": JSON.stringify(Object.fromEntries(config)),
      "stack-dev": JSON.stringify(stateOf(0, 77)),
      "stack-prod": JSON.stringify(stateOf(1, 2)),
    });
    const audit = async (...args: string[]) => {
      const { output } = await runCli(["audit", ...args, "--output=json"], {});
      const found = JSON.parse(output) as { rule: string; id: string; why: string }[];
      return (rule: string) =>
        found.filter((each) => each.rule === rule).map((each) => Number(each.id.slice(0, 8)));
    };
    for (const args of [
      ["--stack=dev", "--stack=prod"],
      ["--stack", "dev", "prod"],
    ]) {
      const found = await audit(...args);
      expect(found("orphan")).to.deep.equal([3, 4]);
      expect(found("gone-from-iam")).to.deep.equal([77]);
    }
    expect((await audit("--stack=dev"))("orphan")).to.deep.equal([1, 2, 3, 4]);

    const file = join(temporaryFolder(), "more.json");
    writeFileSync(file, JSON.stringify(stateOf(3)));
    expect((await audit("--stack=dev", "--stack=prod", "--state", file))("orphan")).to.deep.equal([4]);
  });

  it("reads objects as JSON", () => {
    const value = '{"other":{"apikey":"x"}}';
    withPulumi({
      "config-dev": JSON.stringify({
        "ibmcloud:credentials": { value, objectValue: JSON.parse(value) as object },
      }),
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
