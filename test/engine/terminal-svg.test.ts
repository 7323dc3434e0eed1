import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { recordFirstRun, type Recorded } from "../../scripts/docs/first-run";
import { pictured, TERMINAL_SVG, terminalSvg } from "../../scripts/docs/terminal-svg";
import { ROOT } from "../support/engine";

describe("README.md", function () {
  this.timeout(180_000);

  let recorded: Recorded[];
  before(async () => {
    recorded = await recordFirstRun();
  });

  it("shows the preview of its example as Pulumi prints it", async () => {
    const [preview] = recorded;
    const text = [
      `$ ${preview?.command ?? ""}`,
      ...(preview?.lines ?? []).map((line) => stripVTControlCharacters(line)),
    ].join("\n");
    expect(await readFile(join(ROOT, "README.md"), "utf8")).to.include(`\`\`\`text\n${text}\n\`\`\`\n`);
  });

  it("has a picture of a real run: npx tsx scripts/docs/terminal-svg.ts draws it", async () => {
    expect(await readFile(TERMINAL_SVG, "utf8")).to.equal(terminalSvg(pictured(recorded)));
  });
});
