import { expect } from "chai";
import { PassThrough } from "node:stream";
import { CommanderError } from "commander";
import stringWidth from "string-width";
import { commandLine } from "../../src/cli/command-line";
import { withProgress } from "../../src/cli/command";
import { screenOf, tableOf } from "../../src/cli/terminal";
import type { IamEmulator } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { startMixedAccount } from "../support/mixed-account";
import { closing } from "../support/opened";
import { idAt } from "../support/seeded-account";

/** The commands that print a table, in an account with 300 authorizations. */
const TABLES = [
  ...["list", "list --all", "list --deleted", `show ${idAt(11)}`, `restore ${idAt(25)}`],
  ...["roles event-notifications kms", "roles * event-notifications", "audit --all", "doctor"],
];

describe("the table of", () => {
  let iam: IamEmulator;
  before(async () => {
    iam = closing(await startMixedAccount());
  });

  async function print(line: string, terminal?: number, env: Record<string, string> = {}): Promise<string> {
    const deleted = iam.policies({ state: "deleted" });
    const { output, error } = await runCli(line.split(" "), { ...emulatorEnv(iam), ...env }, terminal);
    iam.seed(deleted);
    expect(error).to.not.match(/^(error|Cannot)/m);
    return output.trimEnd();
  }

  for (const line of TABLES) {
    it(`fits a terminal of 80 columns, also with wide characters: ${line}`, async () => {
      const output = await print(line, 80, { NO_COLOR: "1" });
      for (const each of output.split("\n")) expect(stringWidth(each), each).to.be.at.most(80);
      if (/^(list|show|restore)/.test(line)) expect(output).to.include("生産");
    });

    it(`has one line for each row if the output is not a terminal: ${line}`, async () => {
      const rows = (await print(`${line} --output json`)).match(/^ {2}\{$/gm)?.length;
      const table = await print(line);
      const [head = "", ...body] = table.split(/\n\n/)[0]?.split("\n") ?? [];
      expect(head).to.match(/^[A-Z]+ {2}/);
      // `show` and `restore` print an object, with a row for each of its properties.
      if (rows !== undefined) expect(body).to.have.length(rows);
      else expect(body).to.have.length.within(5, 8);
    });

    it(`has color only on a terminal, and none with NO_COLOR: ${line}`, async () => {
      const escape = "\u001b";
      expect(await print(line, 80)).to.include(escape);
      expect(await print(line, 80, { NO_COLOR: "1" })).to.not.include(escape);
      expect(await print(line, 80, { TERM: "dumb" })).to.not.include(escape);
      expect(await print(line)).to.not.include(escape);
    });
  }

  it("is tested for every command that has tables", () => {
    const commands = commandLine(process.stdout).commands.filter((each) =>
      each.options.find(({ long }) => long === "--output")?.argChoices?.includes("table"),
    );
    const tested = new Set(TABLES.map((line) => line.split(" ")[0]));
    expect(commands.map((each) => each.name())).to.have.members([...tested]);
  });
});

describe("a program written by generate", () => {
  it("is the same on a terminal, without color", async () => {
    const iam = closing(await startMixedAccount());
    const { output } = await runCli(["generate"], emulatorEnv(iam), 80);
    expect(output)
      .to.equal((await runCli(["generate"], emulatorEnv(iam))).output)
      .and.not.include("\u001b");
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
