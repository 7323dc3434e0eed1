import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const FOLDER = join(__dirname, "..", "golden");

/**
 * A test that pins the wording of sentences: what they are is compared with `test/golden/<title>.txt`. With
 * `UPDATE_GOLDEN=true` the file is written anew, to be read in the diff.
 */
export function golden(title: string, text: () => string): void {
  it(`are worded as test/golden has them: ${title}`, () => {
    const file = join(FOLDER, `${title.replaceAll(" ", "-")}.txt`);
    const now = `${text()}\n`;
    if (process.env["UPDATE_GOLDEN"] === "true") {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, now);
    }
    expect(existsSync(file) ? readFileSync(file, "utf8") : "").to.equal(now);
  });
}
