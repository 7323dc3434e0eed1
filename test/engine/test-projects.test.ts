import { expect } from "chai";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "../../scripts/setup.mjs";
import { command, engineEnv, ROOT, succeeded, type Outcome } from "../support/engine";
import { TEST_PROJECTS } from "../support/examples";
import { manifest, npmIn, pack } from "../support/npm";
import { closing } from "../support/opened";

/** The tsconfig.json of Pulumi's TypeScript template from 2024 to March 2026. */
const TEMPLATE = {
  compilerOptions: {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
  },
  files: ["index.ts"],
};
/** The options that the template changed in March 2026. */
const NEWER = { module: "nodenext", moduleResolution: "nodenext" };

/** Copies a user's projects out of the clone, and installs their dependencies and the tarball of `npm pack`. */
async function install(names: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "test-projects-"));
  closing({ close: () => rm(root, { recursive: true, force: true }) });
  const tarball = await pack(root);
  const { devDependencies } = await manifest();
  for (const name of names) {
    const dir = join(root, name);
    const filter = (path: string) => !path.endsWith("node_modules");
    await cp(join(ROOT, "examples", name), dir, { recursive: true, filter });
    const project = await manifest(dir);
    expect(project.dependencies).to.have.all.keys("@pulumi/pulumi", "pulumi-ibm-en-authorization");
    const dependencies = {
      // Later versions need Node.js 22.
      "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
      "pulumi-ibm-en-authorization": `file:../${tarball}`,
    };
    await writeFile(join(dir, "package.json"), JSON.stringify({ ...project, dependencies }));
  }
  // One install for all of them.
  await writeFile(join(root, "package.json"), JSON.stringify({ private: true, workspaces: names }));
  await npmIn(root, "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund");
  return root;
}

describe("the test projects in examples, with the tarball of npm pack", function () {
  this.timeout(600_000);
  let root: string;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    root = await install(TEST_PROJECTS);
    env = await engineEnv(root, {});
  });

  async function npmTest(name: string, more: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const [program, args] = npm("test");
    return command(program, args, join(root, name), { ...env, ...more });
  }

  it("have the tsconfig.json of Pulumi's template", async () => {
    for (const name of TEST_PROJECTS) {
      const text = await readFile(join(root, name, "tsconfig.json"), "utf8");
      expect(JSON.parse(text), name).to.deep.equal(TEMPLATE);
    }
  });

  for (const options of [{}, NEWER]) {
    const { moduleResolution } = { ...TEMPLATE.compilerOptions, ...options };
    it(`compile with the moduleResolution ${moduleResolution}`, async () => {
      const compilerOptions = { ...TEMPLATE.compilerOptions, ...options, noEmit: true };
      const files = TEST_PROJECTS.flatMap((name) => [`${name}/index.ts`, `${name}/index.test.ts`]);
      await writeFile(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
      const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
      succeeded(await command(process.execPath, [compiler], root, env));
    });
  }

  for (const name of TEST_PROJECTS) {
    it(`${name} passes its tests, and leaves no files`, async () => {
      const before = await readdir(join(root, name));
      const output = succeeded(await npmTest(name));
      expect(Number(/(\d+) passing/.exec(output)?.[1])).to.be.above(0);
      expect(output).not.to.match(/\d+ (pending|failing)/);
      expect(await readdir(join(root, name))).to.deep.equal(before);
    });
  }

  const CHANGES: [what: string, file: string, from: string, to: string][] = [
    ["another role", "index.ts", "target: { crn", 'roles: ["Manager"], target: { crn'],
    [
      "every instance",
      "index.ts",
      "{ crn: archive.crn }",
      '{ serviceName: "cloud-object-storage", serviceInstance: "*" }',
    ],
    ["a lookup without a mock", "index.test.ts", ":getServiceInstance", ":getInstance"],
  ];
  for (const [what, file, from, to] of CHANGES) {
    it(`tests-with-mocks fails with ${what}`, async () => {
      const path = join(root, "tests-with-mocks", file);
      const text = await readFile(path, "utf8");
      expect(text).to.include(from);
      await writeFile(path, text.replace(from, to));
      const { code, output } = await npmTest("tests-with-mocks", { TS_NODE_TRANSPILE_ONLY: "true" });
      await writeFile(path, text);
      expect(code, output).not.to.equal(0);
      expect(output).to.match(/\d+ failing/);
    });
  }
});
