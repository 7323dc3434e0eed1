import { expect } from "chai";
import { parse } from "yaml";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { goldenSections } from "../support/golden";
import { closing } from "../support/opened";
import { seededAccount } from "../support/seeded-account";

const match = goldenSections("list of authorizations", [
  "table on a terminal of 80 columns",
  "table in a pipe",
  "csv",
  "yaml",
]);

describe("pulumi-ibm-en-authorization list", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator(seededAccount(22)));
  });

  async function list(args: readonly string[] = [], terminal?: number, env: Record<string, string> = {}) {
    return runCli(["list", ...args], { ...emulatorEnv(iam), ...env }, terminal);
  }

  async function ids(...args: string[]): Promise<number[]> {
    const { output } = await list([...args, "--output=json"]);
    return (JSON.parse(output) as { id: string }[]).map(({ id }) => Number(id.slice(0, 8)));
  }

  it("fits a terminal of 80 columns, also with wide characters", async () => {
    const { output } = await list(["--all"], 80, { NO_COLOR: "1" });
    match("table on a terminal of 80 columns", output);
    // Each of these characters takes two columns.
    const wide = (line: string) => line.length + (line.match(/[\u3000-\u9fff]/g)?.length ?? 0);
    for (const line of output.split("\n")) expect(wide(line), line).to.be.at.most(80);
  });

  it("prints one line for each authorization, with whole ids, if the output is not a terminal", async () => {
    match("table in a pipe", (await list()).output);
  });

  it("prints CSV and YAML with the names of instances and groups", async () => {
    const withoutTimes = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
    match("csv", withoutTimes((await list(["--output=csv", "--source=secrets-manager"])).output));
    const { output } = await list(["--output=yaml", "--source=secrets-manager"]);
    match("yaml", withoutTimes(output));
    expect(parse(output)).to.be.an("array").with.lengthOf(4);
  });

  it("has color only on a terminal without NO_COLOR", async () => {
    expect((await list([], 80)).output).to.include("\u001b[1m");
    expect((await list([], 80, { NO_COLOR: "1" })).output).to.not.include("\u001b");
    expect((await list()).output).to.not.include("\u001b");
  });

  it("names the account, the user and the setting of the credentials", async () => {
    expect((await list()).error).to.equal(
      `account ${iam.accountId}, as iam-ServiceId-00000000-0000-4000-8000-000000000001, from IC_API_KEY\n`,
    );
    const named = { IC_API_KEY: "", OTHER_APIKEY: iam.apiKey, OTHER_AUTH_URL: iam.url };
    expect((await list(["--credentials=OTHER"], undefined, named)).error).to.include("from OTHER_APIKEY");
  });

  const filters: [string[], number[]][] = [
    [
      ["--all", "--source=codeengine"],
      [9, 20],
    ],
    [["--source=codeengine"], []],
    [
      ["--target=kms", "--role=manager"],
      [4, 15],
    ],
    [["--source=イベント GROUP"], [6, 17]],
    [["--target=cos-1"], [11, 14]],
    [["--managed-by=service"], [7, 18]],
    [["--managed-by=template"], [8, 19]],
    [
      ["--managed-by=none", "--source=secrets-manager"],
      [5, 16],
    ],
    [
      ["--broad", "--target=kms"],
      [2, 13],
    ],
    [["--deleted"], [10, 21]],
  ];
  for (const [args, found] of filters) {
    it(`selects with ${args.join(" ")}`, async () => {
      expect(await ids(...args)).to.have.members(found);
    });
  }

  it("reports that an account is empty, or that nothing matches", async () => {
    expect((await list(["--source=nothing"])).output).to.match(
      /^The filters match none of \d+ authorizations/,
    );
    expect((await list(["--deleted", "--all", "--source=none"])).output).to.include("deleted authorizations");
    iam.reset();
    expect((await list()).output).to.equal("The account has no authorizations.\n");
    expect((await list(["--output=json"])).output).to.equal("[]\n");
    iam.seed(seededAccount(11).seed?.slice(9, 10) ?? []);
    expect((await list()).output).to.include("list them with --all");
  });

  it("lists 300 authorizations with one call for each kind of data", async () => {
    iam = closing(await startIamEmulator(seededAccount(300)));
    expect(await ids("--all")).to.have.length(273);
    expect(
      iam
        .calls()
        .map(({ operation }) => operation)
        .sort(),
    ).to.deep.equal(["listResourceGroups", "listResourceInstances", "listV2Policies", "token"]);
  });

  it("works without the names if they cannot be listed", async () => {
    iam.inject({ operation: "listResourceInstances", status: 403, times: Infinity });
    const { output, error, exitCode } = await list(["--target=kms"]);
    expect(exitCode).to.equal(0);
    expect(error).to.include("names of instances are not shown");
    expect(output).to.include("00000003-0000-4000-8000-000000000001");
  });

  it("removes escape sequences and control characters", async () => {
    const [first] = seededAccount(2).seed?.slice(1) ?? [];
    const text = JSON.stringify(first).replaceAll("00000003-0000-4000-8000-000000000000", EVIL);
    iam.reset();
    iam.seed([JSON.parse(text) as object as NonNullable<typeof first>]);
    iam.addInstances([{ name: "evil\u001b[2J\u202e", serviceName: "kms", guid: EVIL }]);
    expect((await list()).output)
      .to.include("evil (")
      .and.not.include("\u001b")
      .and.not.include("\u202e");
  });

  it("exits with 2 if it fails, and gives no advice about programs", async () => {
    const none = await list([], undefined, { IC_API_KEY: "" });
    expect(none).to.deep.include({ output: "", exitCode: 2 });
    expect(none.error).to.include("IC_API_KEY").and.not.include("pulumi config");
    const refused = await list([], undefined, { IC_API_KEY: "wrong" });
    expect(refused.exitCode).to.equal(2);
    expect(refused.error)
      .to.include("BXNIM0415E")
      .and.not.match(/pulumi (up|refresh|config)|--run-program|wrong/);
    iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    expect((await list()).error).to.include("403");
  });

  it("draws each source and target once as Mermaid, with an arrow for each authorization", async () => {
    const { output } = await list(["--output=mermaid", "--target=kms"]);
    const [head, ...lines] = output.trimEnd().split("\n");
    expect(head).to.equal("flowchart LR");
    const nodes = lines.filter((line) => line.includes("["));
    expect(new Set(nodes.map((line) => line.slice(line.indexOf("[")))).size).to.equal(nodes.length);
    expect(lines.filter((line) => line.includes("-->"))).to.have.length(6);
    expect(lines).to.include('  n3 -->|"Reader"| n4');
  });

  it("refuses an unknown output format", async () => {
    expect((await list(["--output=xml"])).error).to.include("table, json, yaml, csv, mermaid");
  });
});

const EVIL = "00000003-0000-4000-8000-0000000000ee";
