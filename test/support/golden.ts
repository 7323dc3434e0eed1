import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const FOLDER = join(__dirname, "..", "golden");

/**
 * Adds a test that compares a text with `test/golden/<title>.txt`, to pin the wording of sentences. With
 * `UPDATE_GOLDEN=true` it rewrites the file; review the change in the diff.
 */
export function golden(title: string, text: () => string): void {
  it(`match the golden file: ${title}`, () => {
    const file = join(FOLDER, `${title.replaceAll(" ", "-")}.txt`);
    const now = `${text()}\n`;
    if (process.env["UPDATE_GOLDEN"] === "true") {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, now);
    }
    expect(existsSync(file) ? readFileSync(file, "utf8") : "").to.equal(now);
  });
}
