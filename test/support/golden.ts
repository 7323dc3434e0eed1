import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";

const FOLDER = join(__dirname, "..", "golden");

/**
 * Adds a test that compares a text with `test/golden/<title>.txt`, to pin the wording of sentences. With
 * `UPDATE_GOLDEN=true` it rewrites the file; review the change in the diff.
 */
export function golden(title: string, text: () => string): void {
  it(`match the golden file: ${title}`, () => {
    expectGolden(title, text());
  });
}

/** Compares a text with `test/golden/<title>.txt`, as `golden` does. */
export function expectGolden(title: string, text: string): void {
  const file = join(FOLDER, `${title.replaceAll(" ", "-")}.txt`);
  const now = `${text}\n`;
  if (process.env["UPDATE_GOLDEN"] === "true") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, now);
  }
  expect(existsSync(file) ? readFileSync(file, "utf8") : "").to.equal(now);
}

/**
 * Returns a function that compares one section of `test/golden/<title>.txt` with a text. With `UPDATE_GOLDEN=true` it
 * rewrites that section. So each test can compare its own part of one file, even if only some of the tests run.
 *
 * @param names all sections, in their order
 */
export function goldenSections(
  title: string,
  names: readonly string[],
): (name: string, text: string) => void {
  const file = join(FOLDER, `${title.replaceAll(" ", "-")}.txt`);
  const read = () => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return new Map(
      text
        .split(/^== /m)
        .slice(1)
        .map((section) => {
          const [name = "", ...lines] = section.split("\n");
          return [name, lines.join("\n").trim()];
        }),
    );
  };
  return (name, text) => {
    const sections = read();
    if (process.env["UPDATE_GOLDEN"] === "true") {
      sections.set(name, text.trim());
      const known = names.filter((each) => sections.has(each));
      writeFileSync(file, known.map((each) => `== ${each}\n${sections.get(each) ?? ""}\n`).join("\n"));
    }
    expect(text.trim()).to.equal(sections.get(name));
  };
}
