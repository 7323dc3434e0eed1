import { expect } from "chai";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import type { Graph } from "../../src/graph/types";
import { emulatorEnv, runCli } from "../support/cli";
import { goldenSections } from "../support/golden";
import { closing } from "../support/opened";
import { seededAccount } from "../support/seeded-account";

const match = goldenSections("graph of authorizations", ["mermaid", "dot", "svg"]);

describe("pulumi-ibm-en-authorization graph", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator(seededAccount(11)));
  });

  const draw = (args: readonly string[], terminal?: number) =>
    runCli(["graph", ...args], emulatorEnv(iam), terminal);

  /** Returns the graph in a page. */
  function graphIn(page: string): Graph {
    const [, json = ""] = /<script id="graph" type="application\/json">(.*?)<\/script>/s.exec(page) ?? [];
    return JSON.parse(json) as Graph;
  }

  for (const format of ["mermaid", "dot", "svg"]) {
    it(`writes ${format}`, async () => {
      match(format, (await draw(["--all", `--output=${format}`])).output);
    });
  }

  it("writes the page by default, with the findings of the audit", async () => {
    const { output } = await draw([]);
    expect(output).to.match(/^<!doctype html>/);
    const { edges } = graphIn(output);
    expect(edges).to.have.length(9);
    const audited = await runCli(["audit", "--output=json"], emulatorEnv(iam));
    const findings = JSON.parse(audited.output) as { id: string; rule: string }[];
    expect(
      edges.flatMap(({ id, findings: found }) => found.map(({ rule }) => `${id} ${rule}`)),
    ).to.have.members(findings.map(({ id, rule }) => `${id} ${rule}`));
  });

  for (const args of [["--target=kms"], ["--all", "--broad"], ["--role=manager"], ["--deleted"]]) {
    it(`selects with ${args.join(" ")} as list does`, async () => {
      const { output } = await runCli(["list", "--output=json", ...args], emulatorEnv(iam));
      const listed = JSON.parse(output) as { id: string }[];
      const { edges } = graphIn((await draw(args)).output);
      expect(edges).to.have.length.above(0);
      expect(edges.map(({ id }) => id)).to.deep.equal(listed.map(({ id }) => id));
    });
  }

  it("writes to a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "graph-"));
    closing({ close: () => rm(folder, { recursive: true, force: true }) });
    const file = join(folder, "graph.html");
    const { output, error } = await draw(["--out", file], 80);
    expect(output).to.equal("");
    expect(error).to.include(`${file}: 9 authorizations`);
    expect(graphIn(await readFile(file, "utf8")).edges).to.have.length(9);
    const failed = await draw(["--out", join(folder, "none", "graph.html")]);
    expect(failed.exitCode).to.equal(2);
    expect(failed.error).to.include("Cannot write the graph");
  });

  it("prints no page on a terminal, and makes no call", async () => {
    const { output, error, exitCode } = await draw([], 80);
    expect({ output, exitCode }).to.deep.equal({ output: "", exitCode: 2 });
    expect(error).to.include("--out");
    expect(iam.calls()).to.deep.equal([]);
  });

  it("explains an empty graph", async () => {
    const { output, error } = await draw(["--source=nothing"]);
    expect(error).to.match(/match none of 9 authorizations/);
    expect(graphIn(output).edges).to.deep.equal([]);
  });

  it("draws 300 authorizations with one call for each kind of data", async () => {
    iam = closing(await startIamEmulator(seededAccount(330)));
    expect(graphIn((await draw(["--all"])).output).edges).to.have.length(300);
    const operations = iam.calls().map(({ operation }) => operation);
    expect(operations.sort()).to.deep.equal([
      "listResourceGroups",
      "listResourceInstances",
      "listV2Policies",
      "token",
    ]);
  });

  it("works without instances and resource groups if they cannot be listed", async () => {
    for (const operation of ["listResourceInstances", "listResourceGroups"] as const)
      iam.inject({ operation, status: 403, times: Infinity });
    const { output, error } = await draw([]);
    expect(error).to.include("names of instances are not shown");
    const { groups, edges } = graphIn(output);
    expect(groups.map(({ name }) => name)).to.include("resource group 0123456789abcdef0123456789abcdef");
    const rules = edges.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    expect(rules).to.include("all-to-all").and.not.include("missing-instance");
  });
});
