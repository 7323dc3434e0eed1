import Ajv from "ajv-draft-04";
import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Log } from "sarif";
import { RULES } from "../../src/audit";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { ROOT } from "../support/engine";
import { goldenSections } from "../support/golden";
import { OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { seededAccount } from "../support/seeded-account";
import { temporaryFolder } from "../support/temporary";

const match = goldenSections("audit of an account", ["table", "csv", "yaml", "sarif"]);

describe("pulumi-ibm-en-authorization audit", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator(seededAccount(11)));
  });
  const audit = (args: readonly string[] = [], terminal?: number) =>
    runCli(["audit", ...args], { ...emulatorEnv(iam), NO_COLOR: "1" }, terminal);

  async function rules(...args: string[]): Promise<string[]> {
    const { output } = await audit([...args, "--output=json"]);
    return (JSON.parse(output) as { rule: string; id: string }[]).map(
      ({ rule, id }) => `${rule} ${Number(id.slice(0, 8))}`,
    );
  }

  it("prints its findings in each format", async () => {
    match("table", (await audit([], 80)).output);
    match("csv", (await audit(["--output=csv"])).output);
    const withoutTimes = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
    match("yaml", withoutTimes((await audit(["--output=yaml"])).output));
    match(
      "sarif",
      (await audit(["--output=sarif"])).output.replace(/"version": "0\.[\d.]+"/, '"version": "…"'),
    );
  });

  it("prints SARIF that its schema accepts, for an empty account too", async () => {
    const schema = createRequire(__filename)(
      "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
    ) as object;
    const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
    const { output } = await audit(["--output=sarif"]);
    const log = JSON.parse(output) as Log;
    expect(validate(log), JSON.stringify(validate.errors)).to.be.true;
    expect(log.runs[0]?.results).to.have.length.greaterThan(5);
    expect(validate({ ...log, version: "1" })).to.be.false;
    iam.reset();
    expect(validate(JSON.parse((await audit(["--output=sarif"])).output))).to.be.true;
  });

  it("exits with 1 if a finding is as severe as --fail-on", async () => {
    expect((await audit()).exitCode).to.equal(1);
    expect((await audit(["--fail-on=none"])).exitCode).to.equal(0);
    iam.reset();
    iam.seed(seededAccount(4).seed?.slice(3) ?? []);
    expect(await rules()).to.deep.equal(["missing-roles 3"]);
    expect((await audit()).exitCode).to.equal(0);
    expect((await audit(["--fail-on=medium"])).exitCode).to.equal(1);
    iam.reset();
    expect(await audit(["--fail-on=low"])).to.deep.include({
      output: "No findings in 0 authorizations.\n",
      exitCode: 0,
    });
  });

  it("audits other services with --all, and accepts the accounts of --allow-account", async () => {
    expect(await rules("--all")).to.include.members(["other-account 5"]);
    expect(await rules("--allow-account", OTHER_ACCOUNT)).to.not.include("other-account 5");
    iam.seed([
      {
        ...(seededAccount(10).seed?.[9] as NonNullable<ReturnType<typeof seededAccount>["seed"]>[0]),
        id: COPY,
      },
    ]);
    expect(await rules("--all")).to.include("covered 99");
    expect(await rules()).to.not.include("covered 99");
  });

  it("compares with states of Pulumi and Terraform", async () => {
    const folder = temporaryFolder();
    const id = (at: number) => `${String(at).padStart(8, "0")}-5717-4562-b3fc-2c963f66afa6`;
    const type = "pulumi-nodejs:dynamic/ibm:EnAuthorization";
    const resources = [0, 1, 77].map((at) => ({ urn: `urn:x::y::${at}`, type, id: id(at) }));
    const pulumi = join(folder, "pulumi.json");
    writeFileSync(pulumi, JSON.stringify({ version: 3, deployment: { resources } }));
    const terraform = join(folder, "a.tfstate");
    const instances = [{ attributes: { id: id(2) } }];
    const resource = { mode: "managed", type: "ibm_iam_authorization_policy", name: "x", instances };
    writeFileSync(terraform, JSON.stringify({ terraform_version: "1.9.0", resources: [resource] }));

    const found = await rules("--state", pulumi, terraform);
    expect(found.filter((each) => each.startsWith("orphan"))).to.deep.equal(
      [3, 4, 5, 6].map((at) => `orphan ${at}`),
    );
    expect(found).to.include("gone-from-iam 77");
    expect(await rules("--state", pulumi, "--state", terraform)).to.deep.equal(found);
    writeFileSync(pulumi, "not JSON");
    const { error, exitCode } = await audit(["--state", pulumi]);
    expect(exitCode).to.equal(2);
    expect(error).to.include(`${pulumi} cannot be used`);
  });

  it("finds no missing instances if the credentials see none", async () => {
    iam.reset();
    iam.seed(seededAccount(2).seed ?? []);
    const { output, error } = await audit();
    expect(error).to.include("Missing instances are not reported");
    expect(output).to.not.include("missing-instance");
  });

  it("makes one call for each kind of data in an account with 300 authorizations", async () => {
    iam = closing(await startIamEmulator(seededAccount(300)));
    await audit(["--all"]);
    expect(iam.calls()).to.have.length(4);
  });

  it("has a description of each rule in docs/audit.md", () => {
    const page = readFileSync(join(ROOT, "docs", "audit.md"), "utf8");
    for (const { id, severity, source } of RULES) {
      expect(page).to.match(new RegExp(`\`${id}\` +\\| ${severity}`));
      expect(page).to.include(source);
    }
  });
});

const COPY = "00000099-5717-4562-b3fc-2c963f66afa6";
