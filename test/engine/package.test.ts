import { expect } from "chai";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startIamEmulator } from "../../src/emulator";
import { command, engineEnv, ROOT, type Outcome } from "../support/engine";
import { COS, EN } from "../support/inputs";
import { manifest, npmIn, pack } from "../support/npm";
import { closing } from "../support/opened";

const UNATTENDED = ["--yes", "--skip-preview"];

/** A folder outside the clone, with the example's program and nothing of the clone but the tarball of `npm pack`. */
async function newProject(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "en-authorization-"));
  closing({ close: () => rm(dir, { recursive: true, force: true }) });
  const tarball = await pack(dir);
  const { devDependencies } = await manifest();
  const pinned = ["@pulumi/pulumi", "@types/node", "typescript"].map(
    (name) => `${name}@${devDependencies[name] ?? ""}`,
  );
  await writeFile(join(dir, "package.json"), JSON.stringify({ name: "new-project", private: true }));
  await npmIn(dir, "install", "--no-audit", "--no-fund", `./${tarball}`, ...pinned);
  await cp(join(ROOT, "examples", "basic", "index.ts"), join(dir, "index.ts"));
  const project = await readFile(join(ROOT, "Pulumi.yaml"), "utf8");
  await writeFile(join(dir, "Pulumi.yaml"), project.replace("examples/basic/index.ts", "index.ts"));
  return dir;
}

describe("the tarball of npm pack", function () {
  this.timeout(600_000);

  it("holds what users need, and nothing else", async () => {
    const listed = await npmIn(ROOT, "pack", "--ignore-scripts", "--dry-run", "--json");
    const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    for (const path of [
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
      "docs/emulator-seed.schema.json",
      "docs/graph.png",
      "docs/recipes.md",
      "dist/graph/page/index.js",
      "package.json",
      "dist/provider/index.js",
      "dist/plugin/index.js",
      "schema.json",
    ])
      expect(paths).to.include(path);
    expect(
      paths.filter(
        (path) =>
          !/^(dist\/.*\.(js|d\.ts|css)|docs\/[a-z-]+\.(md|png|svg|schema\.json)|[A-Z]+(\.md)?|(package|schema)\.json)$/.test(
            path,
          ),
      ),
    ).to.deep.equal([]);
  });

  it("runs no script when it is installed", async () => {
    const { scripts } = await manifest();
    const names = Object.keys(scripts);
    expect(names.filter((name) => name === "prepare" || name.endsWith("install"))).to.deep.equal([]);
  });

  it("takes fixes of its dependencies by caret ranges", async () => {
    const { dependencies } = await manifest();
    expect(dependencies).to.include.keys("@ibm-cloud/platform-services", "ibm-cloud-sdk-core");
    expect(Object.values(dependencies).filter((range) => !/^\^\d+\.\d+\.\d+$/.test(range))).to.deep.equal([]);
  });

  it("installed into a new project runs every operation and its command, and shows IBM's SDK to npm", async () => {
    const iam = closing(await startIamEmulator());
    const dir = await newProject();
    await mkdir(join(dir, "state"));
    const env = await engineEnv(dir, { IBMCLOUD_IAM_API_ENDPOINT: iam.url, IC_API_KEY: iam.apiKey });
    const pulumi = async (...args: string[]): Promise<Outcome> => {
      const outcome = await command("pulumi", [...args, "--non-interactive", "--color", "never"], dir, env);
      expect(outcome.code, outcome.output).to.equal(0);
      return outcome;
    };
    await pulumi("stack", "init", "dev");
    await pulumi("config", "set", "eventNotifications", EN);
    await pulumi("config", "set", "objectStorage", COS);

    expect((await pulumi("preview")).output).to.match(/EnAuthorization failed-events create/);
    expect(iam.policies()).to.deep.equal([]);
    expect((await pulumi("up", ...UNATTENDED)).output).to.match(/EnAuthorization failed-events created/);
    expect(iam.policies()).to.have.length(1);
    expect((await pulumi("refresh", ...UNATTENDED)).output).to.match(/2 unchanged/);
    await pulumi("preview", "--expect-no-changes");
    expect((await pulumi("destroy", ...UNATTENDED)).output).to.match(/EnAuthorization failed-events deleted/);
    expect(iam.policies()).to.deep.equal([]);

    // `npm audit` and SBOMs read the same tree.
    const tree = await npmIn(dir, "ls", "--omit=dev", "--all");
    for (const name of ["@ibm-cloud/platform-services", "ibm-cloud-sdk-core", "axios"])
      expect(tree).to.include(` ${name}@`);

    const bin = join(dir, "node_modules", ".bin", "pulumi-ibm-en-authorization");
    expect((await command(bin, ["--help"], dir, env)).output).to.include("emulator");
    expect((await command(bin, ["graph"], dir, env)).output).to.include("<!doctype html>");
  });
});

describe("a clone", function () {
  this.timeout(300_000);

  it("previews examples/basic through the Pulumi.yaml at its root", async () => {
    const iam = closing(await startIamEmulator());
    await mkdir(join(ROOT, ".work"), { recursive: true });
    const dir = await mkdtemp(join(ROOT, ".work", "clone-"));
    closing({ close: () => rm(dir, { recursive: true, force: true }) });
    await mkdir(join(dir, "state"));
    await cp(join(ROOT, "Pulumi.yaml"), join(dir, "Pulumi.yaml"));
    const env = await engineEnv(dir, { IBMCLOUD_IAM_API_ENDPOINT: iam.url, IC_API_KEY: iam.apiKey });
    // `stack init` writes its settings file next to Pulumi.yaml, so it runs next to a copy.
    await command("pulumi", ["stack", "init", "dev", "--non-interactive"], dir, env);
    const config = ["--config", `eventNotifications=${EN}`, "--config", `objectStorage=${COS}`];
    const where = ["--stack", "dev", "--config-file", join(dir, "Pulumi.dev.yaml"), "--non-interactive"];
    const { code, output } = await command("pulumi", ["preview", ...where, ...config], ROOT, env);
    expect(code, output).to.equal(0);
    expect(output).to.match(/EnAuthorization failed-events create/);
  });

  it("shows the main job with npm start, and is unchanged afterwards", async () => {
    const before = await left();
    const { code, output } = await command(process.execPath, ["scripts/start.mjs"], ROOT, process.env);
    expect(code, output).to.equal(0);
    for (const title of [
      "Preview the authorization",
      "Create it",
      "A second preview finds no changes",
      "Change its roles: an update in place",
      "A role is added outside of Pulumi: refresh finds the drift",
      "Restore the declared roles",
      "Remove the authorization",
    ]) {
      expect(output).to.include(title);
    }
    expect(output).to.match(/IAM holds no authorization\./);
    expect(await left()).to.deep.equal(before);
  });
});

/** The files of the clone except what is installed, what is built, and what other tests make meanwhile. */
async function left(): Promise<string[]> {
  const own = [".git", "node_modules", "dist", "coverage"];
  const top = (await readdir(ROOT)).filter((name) => !own.includes(name));
  const inside = await Promise.all(
    top.map((name) => readdir(join(ROOT, name), { recursive: true }).catch(() => [])),
  );
  return inside
    .flatMap((files, at) => [String(top[at]), ...files.map((file) => `${String(top[at])}/${file}`)])
    .filter((path) => !/^\.work\/(clone|counts|engine|example|live|sdk)-/.test(path))
    .sort();
}
