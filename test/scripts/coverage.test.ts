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

describe("the coverage report", () => {
  it("leaves out exactly the files that have only types", () => {
    const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `src/${path.replaceAll("\\", "/")}`);
    expect(exclude).to.have.members(sources.filter(isTypeOnly));
  });
});
