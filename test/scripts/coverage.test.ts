import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { exclude } from "../../.c8rc.json";
import { ROOT } from "../support/engine";

/** True if a source file has only types, so that no test can run it. */
function isTypeOnly(path: string): boolean {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext, removeComments: true };
  const { outputText } = ts.transpileModule(readFileSync(join(ROOT, path), "utf8"), {
    compilerOptions: options,
  });
  return outputText.trim() === "export {};";
}

/** The page's own script runs in a browser: `test/engine/graph-page.test.ts`. */
const IN_A_BROWSER = "src/graph/page/";

describe("the coverage report", () => {
  it("leaves out exactly the files that have only types, and those that run in a browser", () => {
    const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `src/${path.replaceAll("\\", "/")}`);
    const here = sources.filter((path) => !path.startsWith(IN_A_BROWSER));
    expect(exclude).to.have.members([...here.filter(isTypeOnly), `${IN_A_BROWSER}**`]);
  });
});
