import { expect } from "chai";
import { createHash } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { EXIT } from "../../src/cli/command";
import { commandLine } from "../../src/cli/command-line";
import type { IamEmulator } from "../../src/emulator";
import { emulatorEnv, runCli, type Ran } from "../support/cli";
import { ROOT } from "../support/engine";
import { expectGolden } from "../support/golden";
import { MIXED, startMixedAccount } from "../support/mixed-account";
import { closing } from "../support/opened";
import { idAt } from "../support/seeded-account";
import { temporaryFolder } from "../support/temporary";

const FORMATS = ["table", "json", "yaml", "csv"];
/** An authorization with tags, and with wide characters and two lines in its description. */
const TAGGED = idAt(11);
const DELETED = idAt(25);

interface Command {
  /** The name of its golden files. */
  name: string;
  line: string;
  formats: string[];
  /** The exit code if the command works. */
  exitCode?: number;
}

const COMMANDS: Command[] = [
  { name: "list", line: "list --all", formats: [...FORMATS, "mermaid"] },
  { name: "list deleted", line: "list --deleted", formats: FORMATS },
  { name: "show", line: `show ${TAGGED}`, formats: FORMATS },
  { name: "restore", line: `restore ${DELETED}`, formats: FORMATS },
  { name: "roles", line: "roles event-notifications kms", formats: FORMATS },
  { name: "audit", line: "audit --all", formats: [...FORMATS, "sarif"], exitCode: EXIT.findings },
  { name: "generate", line: "generate", formats: ["typescript", "yaml", "import"] },
  { name: "doctor", line: "doctor", formats: FORMATS },
];

/** The commands whose golden files belong to another test, with that test. */
const ELSEWHERE = { emulator: "emulator-command.test.ts", graph: "graph-command.test.ts" };

/** The longest text that a golden file holds as a whole, in lines. Of a longer one, it holds the first and last lines. */
const LONGEST = 300;
const LAST = 60;

function shortened(text: string): string {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= LONGEST) return lines.join("\n");
  const digest = createHash("sha256").update(text).digest("hex");
  return [
    ...lines.slice(0, LONGEST - LAST),
    `[${lines.length - LONGEST} more lines. SHA-256 of all ${lines.length}: ${digest}]`,
    ...lines.slice(-LAST),
  ].join("\n");
}

/** Replaces times, and all that depends on this machine and the package's version. */
function masked(text: string, iam: IamEmulator): string {
  return text
    .replaceAll(iam.url, "<url>")
    .replaceAll(ROOT, "<folder>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/\b\d+ ms\b/g, "<n> ms")
    .replace(/\(\d+[smhd] ago\)/g, "(<age> ago)")
    .replace(/\bv?\d+\.\d+\.\d+\b(?!\.\d)/g, "<version>");
}

describe("the outputs of the commands, in an account with 300 authorizations", () => {
  let iam: IamEmulator;
  const path = process.env["PATH"];
  before(async () => {
    iam = closing(await startMixedAccount());
    const folder = temporaryFolder();
    writeFileSync(join(folder, "pulumi"), "#!/bin/sh\necho v3.250.0\n");
    chmodSync(join(folder, "pulumi"), 0o755);
    process.env["PATH"] = `${folder}:${path ?? ""}`;
  });
  after(() => {
    process.env["PATH"] = path;
  });

  /** Runs a command. @returns its output and its calls */
  async function run(line: string, terminal?: number): Promise<Ran & { calls: string[] }> {
    const before = iam.calls().length;
    const ran = await runCli(line.split(" "), { ...emulatorEnv(iam), NO_COLOR: "1" }, terminal);
    const made = iam.calls().slice(before);
    return { ...ran, calls: made.map(({ operation }) => operation).sort() };
  }

  for (const { name, line, formats, exitCode = 0 } of COMMANDS) {
    for (const output of formats) {
      it(`match the golden file: ${name} as ${output}`, async () => {
        const deleted = iam.policies({ state: "deleted" });
        const ran = await run(`${line} --output ${output}`);
        iam.seed(deleted);
        expect(ran.exitCode, ran.error).to.equal(exitCode);
        const text = `${masked(ran.output, iam).trimEnd()}\n\n== standard error\n${masked(ran.error, iam)}`;
        expectGolden(`commands/${name} as ${output}`, shortened(text));
      });
    }
  }

  it("include every command and every format", () => {
    const names = commandLine(process.stdout).commands.map((each) => ({
      name: each.name(),
      formats: each.options.find(({ long }) => long === "--output")?.argChoices,
    }));
    for (const { name, formats } of names.filter((each) => !(each.name in ELSEWHERE))) {
      const tested = COMMANDS.find(({ line }) => line.split(" ")[0] === name);
      expect(tested?.formats, name).to.have.members(formats ?? []);
    }
  });

  it("hold each authorization of the account once, and none of another account", async () => {
    const policies = iam.policies({ state: "all" }).filter(({ id }) => !id.startsWith("9"));
    expect(policies).to.have.length(MIXED.policies);
    const ids = (text: string) => [...new Set(text.match(/\b\d{8}-5717-[\da-f-]{22}/g))].sort();
    const expected = (state: string) =>
      policies.flatMap((each) => (each.state === state ? [each.id] : [])).sort();
    expect(ids((await run("list --all --output json")).output)).to.deep.equal(expected("active"));
    expect(ids((await run("list --deleted --all --output csv")).output)).to.deep.equal(expected("deleted"));
    const scopes = policies.map(({ state, subject, resource, control }) =>
      JSON.stringify({ state, subject, resource, control }),
    );
    expect(new Set(scopes).size).to.equal(MIXED.policies);
    const { output, error } = await run("generate");
    const wanted = (await run("list --output csv")).output;
    expect(ids(output + error)).to.deep.equal(ids(wanted));
  });

  it("are formatted as prettier formats them, if they are programs", async () => {
    const { output } = await run("generate");
    expect(await format(output, { parser: "typescript" })).to.equal(output);
    const { output: yaml } = await run("generate --output yaml");
    expect(await format(yaml, { parser: "yaml" })).to.equal(yaml);
  });

  for (const line of [
    "list",
    "list --all",
    "audit --all",
    "graph --all",
    "generate",
    "generate --output yaml",
  ]) {
    it(`take one token and at most 3 + N/1000 calls: ${line}`, async () => {
      const { calls } = await run(line);
      const [token, ...data] = [...calls].sort((a, b) => Number(b === "token") - Number(a === "token"));
      expect(token).to.equal("token");
      expect(data).to.include("listV2Policies").and.not.include("token");
      expect(data.length).to.be.at.most(3 + MIXED.policies / 1000);
    });
  }
});
