import { expect } from "chai";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { EXPORT, idOf, SHOW, TERRAFORM_STATE, V1, V2 } from "../support/generate-sources";
import { closing } from "../support/opened";
import { temporaryFolder } from "../support/temporary";
import { WHAT_EXISTS } from "../support/what-exists";

const OUTPUTS = ["typescript", "yaml", "import"];

describe("pulumi-ibm-en-authorization generate", () => {
  let iam: IamEmulator;
  let folder: string;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    iam.seed(Object.values(WHAT_EXISTS));
    folder = temporaryFolder();
  });

  const generate = (args: readonly string[] = [], env: Record<string, string> = {}) =>
    runCli(["generate", ...args], { ...emulatorEnv(iam), ...env });

  /** Writes a file of another tool. @returns the arguments that read it */
  function from(content: unknown): string[] {
    const file = join(folder, "from.json");
    writeFileSync(file, JSON.stringify(content));
    return ["--from", file];
  }

  const ALL = ["bucket", "wide", "tagged", "group", "elsewhere"];
  const SOURCES: [title: string, content: unknown, names: string[]][] = [
    ["the account", undefined, ALL],
    ["a Terraform state", TERRAFORM_STATE, ["bucket", "wide"]],
    ["terraform show -json", SHOW, ["bucket", "wide"]],
    ["pulumi stack export", EXPORT, ["bucket"]],
    ["a definition for IBM's CLI", V1, ["bucket"]],
    ["definitions of both versions of the API", [V1, V2], ["bucket"]],
  ];
  for (const output of OUTPUTS) {
    for (const [title, content, names] of SOURCES) {
      it(`writes ${output} from ${title}`, async () => {
        const args = content === undefined ? [] : from(content);
        const { output: text, exitCode } = await generate([...args, "--output", output]);
        expect(exitCode).to.equal(0);
        const written = Object.keys(WHAT_EXISTS).filter((name) => text.includes(idOf(name)));
        expect(written).to.have.members(names);
      });
    }
  }

  it("lists each skipped authorization with its reason, in every format", async () => {
    for (const output of OUTPUTS) {
      const { error } = await generate([...from(TERRAFORM_STATE), "--output", output]);
      expect(error.match(/^Skipped \S+.*: .+$/gm)).to.have.length(3);
    }
  });

  it("names the credentials that it uses, also in the program", async () => {
    expect((await generate()).error).to.match(/^account \S+, as \S+, from IC_API_KEY\n/);
    const env = { IC_API_KEY: "", OTHER_APIKEY: iam.apiKey, OTHER_AUTH_URL: iam.url };
    const other = (output: string) => generate(["--credentials=OTHER", `--output=${output}`], env);
    const script = await other("typescript");
    expect(script.error).to.include("from OTHER_APIKEY");
    expect(script.output.split('credentials: "OTHER"')).to.have.length(ALL.length + 1);
    const yaml = await other("yaml");
    expect(yaml.output.split("credentials: OTHER")).to.have.length(ALL.length + 1);
    const file = await other("import");
    expect(file.output).to.not.include("OTHER");
    expect(file.error).to.include("configure OTHER for the stack");
  });

  it("writes only to the file of --out", async () => {
    const file = join(folder, "Pulumi.yaml");
    const { output, error } = await generate(["--output=yaml", "--out", file]);
    expect(output).to.equal("");
    expect(error).to.include(`Wrote ${file}, which takes over ${ALL.length} authorizations`);
    expect(readFileSync(file, "utf8")).to.match(/^name: /);
  });

  it("exits with 2, and writes no file, if it fails", async () => {
    const file = join(folder, "index.ts");
    expect(await generate(["--verify"])).to.deep.include({ output: "" });
    const gone = await generate(["--from", join(folder, "gone.json"), "--out", file]);
    expect(gone).to.deep.include({ output: "", exitCode: 2 });
    expect(gone.error).to.include("ENOENT");
    expect((await generate(["--out", file], { IC_API_KEY: "" })).exitCode).to.equal(2);
    iam.inject({ operation: "listV2Policies", status: 403, times: Infinity });
    expect((await generate(["--out", file])).exitCode).to.equal(2);
    expect(existsSync(file)).to.equal(false);
  });
});
