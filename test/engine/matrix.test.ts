import { expect } from "chai";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startIamEmulator } from "../../src/emulator";
import { command, engineEnv } from "../support/engine";
import { bucketArgs } from "../support/inputs";
import { npmIn, pack } from "../support/npm";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

/** The commands that install a project's dependencies. npm runs the other package managers, which may not be installed. */
const MANAGERS = {
  npm: ["install", "--no-audit", "--no-fund"],
  pnpm: ["exec", "--yes", "--package=pnpm@10", "--", "pnpm", "install", "--silent"],
  yarn: ["exec", "--yes", "--package=yarn@1", "--", "yarn", "install", "--silent", "--ignore-engines"],
};

/** A combination of versions. */
interface Combination {
  /** The version of Node.js, from the npm package that brings it. */
  node: string;
  /** The version of `@pulumi/pulumi`. */
  sdk: string;
  manager: keyof typeof MANAGERS;
  module: "commonjs" | "module";
}

const OLDEST: Combination = { node: "20", sdk: "3.216.0", manager: "npm", module: "commonjs" };
const NEWEST: Combination = { node: "latest", sdk: "latest", manager: "npm", module: "module" };
const COMBINATIONS: readonly Combination[] = [
  OLDEST,
  { node: "20", sdk: "3.248.0", manager: "pnpm", module: "module" },
  { node: "20", sdk: "3.248.0", manager: "yarn", module: "commonjs" },
  { node: "22", sdk: "latest", manager: "npm", module: "commonjs" },
  { node: "24", sdk: "latest", manager: "pnpm", module: "commonjs" },
  { node: "24", sdk: "latest", manager: "yarn", module: "module" },
  NEWEST,
];

const PROGRAM = `new EnAuthorization("one", ${JSON.stringify(bucketArgs())})`;
const PROGRAMS: Record<Combination["module"], string> = {
  commonjs: `const { EnAuthorization } = require("pulumi-ibm-en-authorization");\n${PROGRAM};\n`,
  module: `import { EnAuthorization } from "pulumi-ibm-en-authorization";\n${PROGRAM};\n`,
};

describe("the packed package with other versions, on the real engine", function () {
  this.timeout(600_000);
  const { it, itOnCi } = countedTests("engine: matrix");
  const runsAll = process.env["MATRIX"] === "all";

  for (const combination of COMBINATIONS) {
    const { node, sdk, manager, module } = combination;
    const test = runsAll ? it : [OLDEST, NEWEST].includes(combination) ? itOnCi : undefined;
    test?.(
      `runs every operation on Node.js ${node} with @pulumi/pulumi ${sdk}, ${manager}, ${module}`,
      async () => {
        const dir = await mkdtemp(join(tmpdir(), "en-authorization-"));
        closing({ close: () => rm(dir, { recursive: true, force: true }) });
        const tarball = await pack(dir);
        const runtime = `node-${process.platform}-${process.arch}`;
        const dependencies = {
          "pulumi-ibm-en-authorization": `file:./${tarball}`,
          "@pulumi/pulumi": sdk,
          [runtime]: node,
        };
        await writeFile(
          join(dir, "package.json"),
          JSON.stringify({ name: "matrix", private: true, type: module, dependencies }),
        );
        await npmIn(dir, ...MANAGERS[manager]);
        await writeFile(join(dir, "index.js"), PROGRAMS[module]);
        await writeFile(
          join(dir, "Pulumi.yaml"),
          "name: matrix\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.js\n",
        );
        await mkdir(join(dir, "state"));

        const iam = closing(await startIamEmulator());
        const env = await engineEnv(dir, { IBMCLOUD_IAM_API_ENDPOINT: iam.url, IC_API_KEY: iam.apiKey });
        env["PATH"] = [join(dir, "node_modules", runtime, "bin"), env["PATH"]].join(delimiter);
        const pulumi = async (...args: string[]) => {
          const { code, output } = await command(
            "pulumi",
            [...args, "--non-interactive", "--color", "never"],
            dir,
            env,
          );
          expect(code, output).to.equal(0);
        };
        const { output: version } = await command("node", ["--version"], dir, env);
        if (/^\d/.test(node)) expect(version).to.match(new RegExp(`^v${node}\\.`));

        await pulumi("stack", "init", "dev");
        await pulumi("preview");
        await pulumi("up", "--yes", "--skip-preview");
        expect(iam.policies()).to.have.length(1);
        await pulumi("preview", "--expect-no-changes");
        await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
        await pulumi("destroy", "--yes", "--skip-preview");
        expect(iam.policies()).to.deep.equal([]);
      },
    );
  }
});
