import { expect } from "chai";
import { closest } from "fastest-levenshtein";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chosenParts, PARTS } from "../../scripts/test-parts.mjs";
import { command, ROOT } from "../support/engine";
import { closing } from "../support/opened";

describe("npm test", () => {
  it("runs all parts, or only the named ones, once each and in a fixed order", () => {
    expect(chosenParts([], closest)).to.deep.equal(PARTS);
    expect(chosenParts(["engine", "lint", "lint"], closest)).to.deep.equal(["lint", "engine"]);
  });

  it("refuses an unknown part", () => {
    expect(() => chosenParts(["unit", "lnit"], closest)).to.throw(
      "npm test has no part lnit: did you mean unit? It has lint, unit, engine, bench",
    );
  });
});

describe("the test runner", function () {
  this.timeout(60_000);

  /** Runs mocha on fixtures with the project's reporter. */
  async function mocha(...args: string[]) {
    const folder = await mkdtemp(join(tmpdir(), "counts-"));
    closing({ close: () => rm(folder, { recursive: true }) });
    const file = join(folder, "counts.json");
    const all = ["mocha", "--no-package", "--reporter", "test/support/reporter.ts", ...args];
    const { code, output } = await command("npx", all, ROOT, { ...process.env, TEST_COUNTS: file });
    const { failed, ...counts } = JSON.parse(await readFile(file, "utf8")) as { failed: string[] };
    return { code, output, counts, failed };
  }
  const fixture = (name: string) => `test/support/fixtures/${name}.ts`;
  const MESSAGE = "A promise was rejected without a handler: Error: unheard";

  for (const name of ["handled-late", "never-handled"]) {
    it(`fails if a promise is rejected without a handler: ${name}`, async () => {
      const { code, output, counts, failed } = await mocha(fixture(name));
      expect(code, output).to.equal(1);
      expect(output).to.include(MESSAGE);
      expect(failed).to.have.length(1);
      expect(failed[0])
        .to.match(/refuseRejections for "/)
        .and.to.include(MESSAGE);
      expect(counts).to.deep.equal({ passes: 1, failures: 1, pending: 0, summary: [] });
    });
  }

  it("passes if every rejection is handled, and prints the summary last", async () => {
    const { code, output, counts } = await mocha(fixture("handled"));
    expect(code, output).to.equal(0);
    expect(counts).to.deep.equal({
      passes: 1,
      failures: 0,
      pending: 0,
      summary: ["1 of 1 promises handled"],
    });
    expect(output.trim()).to.match(/1 passing.*\s+1 of 1 promises handled$/);
  });

  it("counts, checks and summarizes every file of parallel workers", async () => {
    // Each of two workers runs one of the first two files; the others run in a worker that has run a file before.
    const files = ["handled", "handled-late", "handled-too", "never-handled"].map(fixture);
    const { code, output, counts, failed } = await mocha("--parallel", "--jobs", "2", ...files);
    expect(code, output).not.to.equal(0);
    expect(failed).to.have.length(2);
    for (const title of ["gets its handler after another await", "never gets a handler"]) {
      expect(output).to.include(`refuseRejections for "${title}"`);
      const [found] = failed.filter((each) => each.includes(`refuseRejections for "${title}"`));
      expect(found).to.include(MESSAGE);
    }
    expect(counts).to.deep.equal({
      passes: 4,
      failures: 2,
      pending: 0,
      summary: ["1 of 1 promises handled", "2 of 2 promises handled"],
    });
  });

  it("counts a failure for each worker process that ends early", async () => {
    const files = [fixture("handled"), fixture("exits"), `./${fixture("exits")}`];
    const { code, output, counts } = await mocha("--parallel", ...files);
    expect(code, output).not.to.equal(0);
    expect(counts).to.include({ passes: 1, failures: 2 });
  });
});
