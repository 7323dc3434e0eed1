import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { CommanderError } from "commander";
import { commandLine } from "../../src/cli/command-line";
import { withProgress } from "../../src/cli/command";
import { screenOf, tableOf } from "../../src/cli/terminal";
import { startIamEmulator } from "../../src/emulator";
import { emulatorEnv } from "../support/cli";
import { startCommand } from "../support/command";
import { ROOT } from "../support/engine";
import { closing } from "../support/opened";
import { seededAccount } from "../support/seeded-account";

/** Runs a shell command line in which `$CLI` is the package's command, without this machine's IBM Cloud settings. */
async function shell(line: string, env: Record<string, string>) {
  const child = spawn("bash", ["--norc", "-c", `set -o pipefail; ${line}`], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      CLI: `${process.execPath} --import tsx src/cli/index.ts`,
      ...env,
    },
  });
  let error = "";
  let output = "";
  child.stderr.on("data", (data) => (error += String(data)));
  child.stdout.on("data", (data) => (output += String(data)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, error, output };
}

describe("the commands in a shell", () => {
  it("end quietly if the reader of a pipe ends first", async () => {
    const iam = closing(await startIamEmulator(seededAccount(600)));
    const { code, error, output } = await shell(
      "$CLI list --all --output json | head -n 1",
      emulatorEnv(iam),
    );
    expect(output).to.equal("[\n");
    expect(code).to.equal(0);
    expect(error).to.match(/^account [^\n]*\n$/);
  });

  it("exit with 2 for wrong arguments, and with 0 for help", async () => {
    expect((await shell("$CLI list --no-such-option", {})).code).to.equal(2);
    expect((await shell("$CLI no-such-command", {})).code).to.equal(2);
    expect((await shell("$CLI list --help", {})).code).to.equal(0);
  });

  it("exit with 1 if audit finds something", async () => {
    const iam = closing(await startIamEmulator(seededAccount(11)));
    expect((await shell("$CLI audit", emulatorEnv(iam))).code).to.equal(1);
  });

  it("end at Ctrl-C while they wait", async () => {
    const iam = closing(await startIamEmulator());
    iam.inject({ operation: "listV2Policies", latency: 60_000, times: Infinity });
    const before = { ...process.env };
    Object.assign(process.env, emulatorEnv(iam));
    try {
      const { child, ended } = await startCommand("list");
      child.kill("SIGINT");
      expect(await ended).to.equal(null);
      expect(child.signalCode).to.equal("SIGINT");
    } finally {
      for (const name of Object.keys(emulatorEnv(iam))) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  });
});

describe("the help of each command", () => {
  for (const { name } of commandLine(new PassThrough()).commands.map((each) => ({ name: each.name() }))) {
    if (name === "emulator") continue;
    it(`has examples: ${name}`, async () => {
      let help = "";
      const program = commandLine(new PassThrough());
      for (const command of program.commands)
        command.exitOverride().configureOutput({ writeOut: (text) => (help += text) });
      const thrown: unknown = await program
        .parseAsync([name, "--help"], { from: "user" })
        .catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(CommanderError);
      expect(help).to.include("Examples:");
    });
  }
});

describe("tableOf", () => {
  const columns = [
    { head: "A", value: ([a = ""]: string[]) => a },
    { head: "B", value: ([, b = ""]: string[]) => b, weight: 1 },
  ];
  const plain = screenOf(new PassThrough());

  it("aligns wide characters and emoji by the columns that they take", () => {
    expect(
      tableOf(
        columns,
        [
          ["生産", "x"],
          ["👍", "y"],
          ["abcd", "z"],
        ],
        plain,
      ),
    ).to.equal(["A     B", "生産  x", "👍    y", "abcd  z"].join("\n"));
  });

  it("wraps only cells that are too wide for the terminal", () => {
    const narrow = { ...plain, width: 12 };
    expect(tableOf(columns, [["id", "one two three"]], narrow)).to.equal(
      ["A   B", "id  one two", "    three"].join("\n"),
    );
    expect(tableOf(columns, [["id", "one two three"]], plain)).to.include("one two three");
  });
});

describe("withProgress", () => {
  it("writes to a terminal only, and leaves nothing there", async () => {
    let written = "";
    const stream = (isTTY: boolean) =>
      Object.assign(
        new PassThrough().on("data", (data) => (written += String(data))),
        { isTTY },
      ) as unknown as NodeJS.WriteStream;
    expect(await withProgress("Working", () => Promise.resolve(1), stream(false))).to.equal(1);
    expect(written).to.equal("");
    const long = () => new Promise((resolve) => setTimeout(resolve, 1200));
    await withProgress("Working", long, stream(true));
    expect(written).to.equal("Working …\r\u001b[K");
  });
});
