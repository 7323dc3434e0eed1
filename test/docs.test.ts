import { expect } from "chai";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ERROR_CODES } from "../src/shared/coded-error";
import { ROOT } from "./support/engine";
import { EXAMPLES } from "./support/examples";

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), "utf8");

/** The Markdown files that users read. */
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs")).map((name) => join("docs", name)),
];

/** The package's sources, but for the list of codes itself. */
function sources(): string {
  return readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith("coded-error.ts"))
    .map((path) => read("src", path))
    .join("\n");
}

/** What a heading is linked by. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the recipes", () => {
  const page = read("docs", "recipes.md");
  const blocks = new Map(
    [...page.matchAll(/^<!-- (\S+) -->\n\n```ts\n(.*?)^```$/gms)].map(([, path, code]) => [path, code]),
  );

  for (const { name, program } of EXAMPLES) {
    const path = `examples/${name}/index.ts`;

    it(`show ${path} as it stands there`, () => {
      const what = `docs/recipes.md: under <!-- ${path} --> must stand, as a ts block, what ${path} holds: copy it`;
      expect(blocks.get(path), what).to.equal(program);
    });
  }

  it("show nothing that is not run", () => {
    expect([...blocks.keys()]).to.have.members(EXAMPLES.map(({ name }) => `examples/${name}/index.ts`));
    expect(page.match(/^```ts$/gm)).to.have.length(blocks.size);
  });
});

describe("the troubleshooting page", () => {
  const text = sources()
    // One text over several lines, and quotes inside a text.
    .replace(/["`] \+\s*["`]/g, "")
    .replace(/\\(["'`])/g, "$1");
  const quoted = [...read("docs", "troubleshooting.md").matchAll(/^> (.*)$/gm)].map(([, text = ""]) => text);

  for (const sentence of quoted) {
    it(`quotes what the package says: ${sentence}`, () => {
      for (const part of sentence.split("…").map((each) => each.trim()))
        expect(text.includes(part), part).to.equal(true);
    });
  }
});

describe("the errors page", () => {
  const page = read("docs", "errors.md");
  const parts = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf("\n")), part] as const),
  );

  it("lists every code there is, and no other, in order", () => {
    expect([...parts.keys()]).to.deep.equal([...ERROR_CODES]);
    expect([...ERROR_CODES]).to.deep.equal([...ERROR_CODES].sort());
  });

  for (const code of ERROR_CODES) {
    it(`says what causes ${code} and what to do`, () => {
      expect(parts.get(code)).to.match(/Cause: .*\sRemedy: .*/s);
    });
  }

  it("lists only codes that something has", () => {
    for (const code of ERROR_CODES) expect(sources(), code).to.include(`"${code}"`);
  });
});

describe("the pages", () => {
  for (const path of PAGES) {
    it(`link to what there is: ${path}`, () => {
      const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
      for (const link of links.filter((each) => !/^https?:/.test(each))) {
        const [file = "", anchor] = link.split("#");
        const linked = file === "" ? path : join(dirname(path), file);
        expect(existsSync(join(ROOT, linked)), link).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(read(linked)), link).to.include(anchor);
      }
    });
  }
});
