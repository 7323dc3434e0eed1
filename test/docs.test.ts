import { expect } from "chai";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as ts from "typescript";
import { argumentsPage } from "../scripts/docs/arguments";
import { exportedTypes } from "../scripts/docs/exported-types";
import { CONFIG_KEYS } from "../src/iam/config";
import { authorizationPolicies } from "../src/policy";
import { ERROR_CODES } from "../src/shared/coded-error";
import { ROOT } from "./support/engine";
import { EXAMPLES, TEST_PROJECTS } from "./support/examples";

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), "utf8");

/** The Markdown files that users read. */
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

/** Returns the code that a page copies from a file, by the file's path: `<!-- path -->` and then a code block. */
function copiesOf(page: string): Map<string | undefined, string | undefined> {
  const blocks = page.matchAll(/^<!-- (\S+) -->\n\n```\w+\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, path, code]) => [path, code]));
}

/** The text of all source files except the list of error codes. */
function sources(): string {
  return readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith("coded-error.ts"))
    .map((path) => read("src", path))
    .join("\n");
}

/** Returns the anchors of a page's headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("README.md", () => {
  const readme = read("README.md");

  it("has at most 140 lines", () => {
    expect(readme.split("\n").length).to.be.at.most(140);
  });

  it("names the commands that show and test the package", () => {
    for (const command of ["npm start", "npm test"]) expect(readme).to.include(`\`${command}\``);
  });

  it("links every page of docs", () => {
    for (const page of PAGES.filter((each) => each.startsWith("docs")))
      expect(readme, page).to.include(`](${page}`);
  });
});

describe("docs/arguments.md", function () {
  this.timeout(60_000);

  it("matches the doc comments: npx tsx scripts/docs/arguments.ts", async () => {
    expect(read("docs", "arguments.md")).to.equal(await argumentsPage());
  });
});

describe("docs/configuration.md", () => {
  const page = read("docs", "configuration.md");
  const text = sources();

  it("names every setting of the stack that the package reads", () => {
    const keysIn = (each: string) =>
      new Set([...each.matchAll(/\bibmcloud:(\w+)/g)].map(([, key = ""]) => key));
    expect([...keysIn(page)].sort()).to.deep.equal([...CONFIG_KEYS]);
    expect([...CONFIG_KEYS]).to.include.members([...keysIn(text)]);
  });

  it("names every environment variable that the package reads", () => {
    const names = new Set(
      [...text.matchAll(/"((?:IC|IBMCLOUD|IBM)_[A-Z_]+[A-Z])"/g)].map(([, name = ""]) => name),
    );
    expect(names.size).to.be.above(5);
    for (const name of names) expect(page).to.include(`\`${name}`);
  });
});

describe("docs/emulator.md", () => {
  const page = read("docs", "emulator.md");
  const { typeOf } = exportedTypes(join(ROOT, "src", "emulator", "index.ts"));

  for (const type of ["Behavior", "Fault", "IamEmulatorOptions"]) {
    it(`names every property of ${type}`, () => {
      for (const { name } of typeOf(type).getProperties()) expect(page).to.include(`\`${name}\``);
    });
  }
});

describe("docs/recipes.md", () => {
  const page = read("docs", "recipes.md");
  const blocks = copiesOf(page);

  for (const { name, program } of EXAMPLES) {
    const path = `examples/${name}/index.ts`;

    it(`shows ${path} unchanged`, () => {
      const hint = `docs/recipes.md: copy ${path} into the ts block below <!-- ${path} -->`;
      expect(blocks.get(path), hint).to.equal(program);
    });
  }

  it("shows no program that is not an example", () => {
    expect([...blocks.keys()]).to.have.members(EXAMPLES.map(({ name }) => `examples/${name}/index.ts`));
    expect(page.match(/^```ts$/gm)).to.have.length(blocks.size);
  });
});

describe("docs/other-languages.md", () => {
  const blocks = copiesOf(read("docs", "other-languages.md"));

  it("shows the example of each language unchanged", () => {
    expect(blocks).to.have.all.keys(
      "examples/yaml/Pulumi.yaml",
      "examples/python/__main__.py",
      "examples/go/main.go",
    );
    for (const [path = "", code] of blocks) expect(code, path).to.equal(read(path));
  });
});

describe("docs/audit.md", () => {
  const page = read("docs", "audit.md");

  it("shows the policy pack unchanged, and names its policies", () => {
    const path = "examples/policy-pack/index.ts";
    expect(copiesOf(page).get(path)).to.equal(read(path));
    for (const { name } of authorizationPolicies()) expect(page).to.include(`\`${name}\``);
  });
});

describe("docs/testing-your-program.md", () => {
  const blocks = copiesOf(read("docs", "testing-your-program.md"));

  it("shows files of examples unchanged", () => {
    for (const [path = "", code] of blocks) expect(code, path).to.equal(read(path));
  });

  it("shows the test of each test project, and the program that they share", () => {
    const shown = blocks.get("examples/tests-with-mocks/index.ts");
    for (const name of TEST_PROJECTS) {
      expect(read("examples", name, "index.ts"), name).to.equal(shown);
      expect([...blocks.keys()]).to.include(`examples/${name}/index.test.ts`);
    }
  });
});

describe("docs/troubleshooting.md", () => {
  const text = sources()
    // Join string literals that span lines, and unescape quotes.
    .replace(/["`] \+\s*["`]/g, "")
    .replace(/\\(["'`])/g, "$1");
  const quoted = [...read("docs", "troubleshooting.md").matchAll(/^> (.*)$/gm)].map(([, text = ""]) => text);

  for (const sentence of quoted) {
    it(`quotes a sentence of the package: ${sentence}`, () => {
      for (const part of sentence.split("…").map((each) => each.trim()))
        expect(text.includes(part), part).to.equal(true);
    });
  }
});

describe("docs/errors.md", () => {
  const page = read("docs", "errors.md");
  const parts = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf("\n")), part] as const),
  );

  it("lists exactly the codes that exist, in order", () => {
    expect([...parts.keys()]).to.deep.equal([...ERROR_CODES]);
    expect([...ERROR_CODES]).to.deep.equal([...ERROR_CODES].sort());
  });

  for (const code of ERROR_CODES) {
    it(`has the cause and the remedy of ${code}`, () => {
      expect(parts.get(code)).to.match(/Cause: .*\sRemedy: .*/s);
    });
  }

  it("lists only codes that the sources use", () => {
    for (const code of ERROR_CODES) expect(sources(), code).to.include(`"${code}"`);
  });
});

describe("the links", () => {
  for (const path of PAGES) {
    it(`of ${path} lead to existing pages and headings`, () => {
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

describe("the package", () => {
  const { files } = JSON.parse(read("package.json")) as { files: string[] };
  // npm adds README.md to every package.
  const shipped = PAGES.filter(
    (path) => path === "README.md" || files.includes(path) || path.startsWith("docs"),
  );

  it("contains every page that a page in it links", () => {
    const links = shipped.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:)([^)\s#]+)/g)].map(([, link = ""]) =>
        join(dirname(path), link),
      ),
    );
    expect(links).to.include.members(["SUPPORT.md", join("docs", "getting-started.md")]);
    const pages = new Set([...shipped, join("docs", "terminal.svg"), join("docs", "graph.png")]);
    expect(links.filter((link) => !pages.has(link))).to.deep.equal([]);
  });
});

/** Names that a fragment may use without declaring them. */
const PRELUDE = `import * as pulumi from "@pulumi/pulumi";
import { EnAuthorization, getAuthorizations, getResourceGroupOutput, getServiceInstanceOutput } from "pulumi-ibm-en-authorization";
import type { IamEmulator } from "pulumi-ibm-en-authorization/emulator";
declare const iam: IamEmulator;
`;

describe("the TypeScript samples", function () {
  this.timeout(120_000);

  /** Every sample by the path of a file that doesn't exist. A copy of a file has the file's folder, for its imports. */
  const samples = new Map<string, string>();
  for (const page of PAGES) {
    const blocks = read(page).matchAll(/^(?:<!-- (\S+)\/\S+ -->\n\n)? *```ts\n(.*?)^ *```$/gms);
    [...blocks].forEach(([, folder = "", code = ""], at) => {
      const path = join(ROOT, folder, `${page.replace(/\W/g, "-")}-${at + 1}.ts`);
      samples.set(path, /^import /m.test(code) ? code : PRELUDE + code);
    });
  }

  it("compile against the package's sources", () => {
    const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(
      {
        ...config.compilerOptions,
        noUnusedLocals: false,
        module: "preserve",
        moduleResolution: "bundler",
        paths: {
          "pulumi-ibm-en-authorization": ["./src/index.ts"],
          "pulumi-ibm-en-authorization/emulator": ["./src/emulator/index.ts"],
          "pulumi-ibm-en-authorization/policy": ["./src/policy/index.ts"],
        },
      },
      ROOT,
    );
    const host = ts.createCompilerHost(options);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (path, version, ...rest) => {
      const code = samples.get(path);
      return code === undefined
        ? getSourceFile(path, version, ...rest)
        : ts.createSourceFile(path, code, version);
    };
    const program = ts.createProgram([...samples.keys()], options, host);
    const messages = [...samples.keys()].flatMap((path) => {
      const file = program.getSourceFile(path);
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
        ({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      );
    });
    expect(samples.size).to.be.above(EXAMPLES.length);
    expect(messages).to.deep.equal([]);
  });
});
