import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "../../src/cli/command-line";
import { startIamEmulator, type IamEmulator, type Operation } from "../../src/emulator";
import { emulatorEnv } from "../support/cli";
import { ROOT } from "../support/engine";
import { startMixedAccount } from "../support/mixed-account";
import { closing } from "../support/opened";
import { idAt, seededAccount } from "../support/seeded-account";
import { temporaryFolder } from "../support/temporary";

const DELETED = idAt(25);

/** Starts a shell command line in which `$CLI` is the package's command, without this machine's IBM Cloud settings. */
function start(line: string, env: Record<string, string>) {
  const child = spawn("bash", ["--norc", "-c", `set -o pipefail; ${line}`], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], CLI: `${process.execPath} --import tsx src/cli/index.ts`, ...env },
  });
  const printed = { error: "", output: "" };
  child.stderr.on("data", (data) => (printed.error += String(data)));
  child.stdout.on("data", (data) => (printed.output += String(data)));
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...printed,
  }));
  return { child, ended };
}

const shell = (line: string, env: Record<string, string> = {}) => start(line, env).ended;

/** Each command, with its exit code, and its last call in an account where it works. */
const COMMANDS: { line: string; exitCode?: number; lastCall: Operation }[] = [
  { line: "list --all --output json", lastCall: "listV2Policies" },
  { line: "list --deleted --output json", lastCall: "listV2Policies" },
  { line: `show ${idAt(11)}`, lastCall: "listV2Policies" },
  { line: `restore ${DELETED}`, lastCall: "updatePolicyState" },
  { line: "roles event-notifications kms", lastCall: "listRoles" },
  { line: "graph --output mermaid", lastCall: "listResourceGroups" },
  { line: "audit --all --output json", exitCode: 1, lastCall: "listResourceInstances" },
  { line: "generate", lastCall: "listResourceGroups" },
  { line: "doctor", lastCall: "listRoles" },
];

describe("the commands in a shell", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startMixedAccount());
  });

  for (const { line, exitCode = 0, lastCall } of COMMANDS) {
    it(`end quietly, with their own exit code, if the reader of a pipe ends first: ${line}`, async () => {
      const { code, error, output } = await shell(`$CLI ${line} | head -n 1`, emulatorEnv(iam));
      expect(code).to.equal(exitCode);
      expect(output).to.match(/^[^\n]+\n$/);
      expect(error).to.not.match(/EPIPE|\n +at /);
    });

    it(`end at Ctrl-C while they wait for IBM Cloud: ${line}`, async () => {
      let arrived: () => void;
      const arrival = new Promise<void>((resolve) => (arrived = resolve));
      const when = () => {
        arrived();
        return true;
      };
      iam.inject({ operation: lastCall, when, latency: Infinity, times: Infinity });
      const { child, ended } = start(`exec $CLI ${line}`, emulatorEnv(iam));
      await arrival;
      child.kill("SIGINT");
      const { signal, output, error } = await ended;
      expect({ signal, output }).to.deep.equal({ signal: "SIGINT", output: "" });
      expect(error).to.not.match(/\n +at /);
      expect(iam.policies({ state: "deleted" }).map(({ id }) => id)).to.include(DELETED);
    });
  }

  it("are all in this table, except the emulator", () => {
    const tested = new Set(COMMANDS.map(({ line }) => line.split(" ")[0]));
    const names = commandLine(process.stdout).commands.map((each) => each.name());
    expect(names).to.have.members([...tested, "emulator"]);
  });

  it("print the result if standard error is closed", async () => {
    const { code, output } = await shell("$CLI list --output json 2> >(exec true)", emulatorEnv(iam));
    expect(code).to.equal(0);
    expect(JSON.parse(output)).to.be.an("array").with.length.greaterThan(200);
  });

  it("write no file if Ctrl-C ends generate", async () => {
    const file = join(temporaryFolder(), "index.ts");
    const when = () => started.child.kill("SIGINT");
    iam.inject({ operation: "listV2Policies", when, latency: Infinity });
    const started = start(`exec $CLI generate --out ${file}`, emulatorEnv(iam));
    expect((await started.ended).signal).to.equal("SIGINT");
    expect(existsSync(file)).to.equal(false);
  });

  it("exit with 2 for wrong arguments, and with 0 for help", async () => {
    expect((await shell("$CLI list --no-such-option")).code).to.equal(2);
    expect((await shell("$CLI no-such-command")).code).to.equal(2);
    expect((await shell("$CLI list --help")).code).to.equal(0);
  });

  it("exit with 1 if audit finds something", async () => {
    const small = closing(await startIamEmulator(seededAccount(11)));
    expect((await shell("$CLI audit", emulatorEnv(small))).code).to.equal(1);
  });
});
