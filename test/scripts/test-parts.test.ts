import { expect } from "chai";
import { closest } from "fastest-levenshtein";
import { chosenParts, PARTS } from "../../scripts/test-parts.mjs";
import { command, ROOT } from "../support/engine";

describe("npm test", () => {
  it("runs everything, or the parts that are named, each once and in their order", () => {
    expect(chosenParts([], closest)).to.deep.equal(PARTS);
    expect(chosenParts(["engine", "lint", "lint"], closest)).to.deep.equal(["lint", "engine"]);
  });

  it("refuses a part that it does not have", () => {
    expect(() => chosenParts(["unit", "lnit"], closest)).to.throw(
      "npm test has no part lnit: did you mean unit? It has lint, unit, engine, bench",
    );
  });
});

describe("the runner of tests", function () {
  this.timeout(60_000);
  const mocha = (fixture: string) =>
    command("npx", ["mocha", "--no-package", `test/support/fixtures/${fixture}`], ROOT, process.env);

  for (const fixture of ["handled-late.ts", "never-handled.ts"]) {
    it(`fails where a promise is rejected unheard: ${fixture}`, async () => {
      const { code, output } = await mocha(fixture);
      expect(code, output).not.to.equal(0);
      expect(output).to.include("A promise was rejected, and nothing awaited it in time: Error: unheard");
    });
  }

  it("passes where every promise is heard", async () => {
    const { code, output } = await mocha("heard.ts");
    expect(code, output).to.equal(0);
  });
});
