import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exported, startCommand } from "./support/command";
import { ROOT } from "./support/engine";
import { connect, type Connection } from "./support/iam-target";
import { temporaryFolder } from "./support/temporary";

/** A block of the page, in order. */
interface Block {
  language: string;
  text: string;
}

const page = readFileSync(join(ROOT, "docs", "emulator-curl.md"), "utf8");
const blocks: Block[] = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = "", text = ""]) => ({ language, text }),
);
const [seeds, start, ...rest] = blocks as [Block, Block, ...Block[]];
/** The commands, each with the output that the page shows. */
const commands = rest
  .map((block, at) => ({
    ...block,
    shown: rest[at + 1]?.language === "json" ? rest[at + 1]?.text : undefined,
  }))
  .filter(({ language }) => language === "sh");

/** Runs the commands in one shell, and stops after one that fails. The output of each goes to a file of its own. */
async function runIn(folder: string, url: string): Promise<string> {
  const script = commands.map(({ text }, at) => `{\n${text}} > ${at}.out\ntouch ${at}.done\n`).join("");
  const shell = spawn("sh", ["-eu", "-c", script.replaceAll("http://127.0.0.1:8080", url)], { cwd: folder });
  let errors = "";
  shell.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  await once(shell, "close");
  return errors;
}

/** Returns `shown` with each "…" replaced by the text at the same place in `actual`. */
function filledIn(shown: unknown, actual: unknown): unknown {
  if (shown === "…" && typeof actual === "string") return actual;
  if (typeof shown !== "object" || shown === null) return shown;
  const pairs = Object.entries(shown).map(([key, value]) => [
    key,
    filledIn(value, (Object(actual) as Record<string, unknown>)[key]),
  ]);
  return Array.isArray(shown) ? pairs.map(([, value]) => value) : Object.fromEntries(pairs);
}

describe("docs/emulator-curl.md", function () {
  this.timeout(60_000);
  let folder: string;
  let errors: string;
  let iam: Connection;

  before(async () => {
    folder = temporaryFolder();
    writeFileSync(join(folder, "seed.json"), seeds.text);
    const [, args = ""] = /^npx pulumi-ibm-en-authorization (.*)$/m.exec(start.text) ?? [];
    expect(args).to.include("--seed seed.json").and.to.include("--port 8080");
    const words = args.replace("8080", "0").replace("seed.json", join(folder, "seed.json")).split(" ");
    const { output } = await startCommand(...words);
    const url = exported("IBMCLOUD_IAM_API_ENDPOINT", output);
    iam = connect({ url, apiKey: exported("IC_API_KEY", output) });
    errors = await runIn(folder, url);
  });

  it("has commands to read, seed and edit", () => {
    expect(commands).to.have.length.above(8);
  });

  commands.forEach(({ text, shown }, at) => {
    it(`has a command that succeeds: ${text.split("\n", 1)[0]}`, () => {
      expect(existsSync(join(folder, `${at}.done`)), errors).to.equal(true);
      if (shown === undefined) return;
      const output: unknown = JSON.parse(readFileSync(join(folder, `${at}.out`), "utf8"));
      expect(output).to.deep.equal(filledIn(JSON.parse(shown), output));
    });
  });

  it("has commands that change the emulator's data", async () => {
    const { body } = await iam.send("GET", "/v2/policies/3fa85f64-5717-4562-b3fc-2c963f66afa6");
    expect(body).to.include({ description: "edited by hand", state: "active" });
    const list = await iam.send("GET", "/v2/policies?account_id=e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0");
    const descriptions = (list.body as { policies: { description?: string }[] }).policies.map(
      (each) => each.description,
    );
    expect(descriptions).to.have.members(["edited by hand", undefined, "seeded by curl"]);
  });
});
