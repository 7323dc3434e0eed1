import { existsSync, rmSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, realpath, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bestOf, isUsable, NEWEST, NO_WAY, VERSION, waysOf } from "./engine-ways.mjs";
import { must, run, step } from "./progress.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXE = process.platform === "win32" ? ".exe" : "";
const CLI = `pulumi${EXE}`;
const LANGUAGE_HOST = `pulumi-language-nodejs${EXE}`;
/** The additional language hosts that the tests of the packaged provider need: the folder in `tools`, and the Go module. */
const MORE_HOSTS = {
  "pulumi-language-yaml": ["pulumi-language-yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"],
  // This module is pinned together with the module of the Node.js host.
  "pulumi-language-python": [
    "pulumi-language-nodejs",
    "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
  ],
};
/** The script that starts a Python program, which the Python host looks for beside itself. */
const PYTHON_EXEC = "pulumi-language-python-exec";
const LAUNCHER = `pulumi-resource-pulumi-nodejs${process.platform === "win32" ? ".cmd" : ""}`;
const DOWNLOAD = "https://get.pulumi.com/install.sh";

/** Milliseconds that Pulumi's server may take to answer. */
const PROBE_TIMEOUT = 5_000;
/** Milliseconds that the download may take. */
const DOWNLOAD_TIMEOUT = 10 * 60_000;

/** The folder in which Pulumi's tools keep downloaded engines. */
function versionsFolder() {
  return join(process.env["PULUMI_HOME"] || join(homedir(), ".pulumi"), "versions");
}

/** @param {string} version */
function binOf(version) {
  return join(versionsFolder(), version, "bin");
}

/**
 * True if a folder holds the CLI and its Node.js language host: the CLI alone cannot run a Node.js program.
 *
 * @param {string} bin
 */
function isComplete(bin) {
  return [CLI, LANGUAGE_HOST, LAUNCHER].every((name) => existsSync(join(bin, name)));
}

/** @returns {Promise<string | undefined>} */
async function onPath() {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const helpers = [LANGUAGE_HOST, LAUNCHER].every((name) =>
    folders.some((folder) => existsSync(join(folder, name))),
  );
  for (const folder of folders.filter((each) => existsSync(join(each, CLI)))) {
    // If the CLI is a symbolic link, its helpers are next to the link's target.
    const home = dirname(await realpath(join(folder, CLI)));
    const bin = isComplete(home) ? home : helpers ? folder : undefined;
    if (bin !== undefined && (await isNewEnough(bin))) return bin;
  }
  return undefined;
}

/** @param {string} bin */
async function isNewEnough(bin) {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { code, output } = await run(join(bin, CLI), ["version"], { env, timeout: 30_000 });
  return code === 0 && isUsable(output);
}

/** @returns {Promise<string | undefined>} */
async function installed() {
  const folder = versionsFolder();
  const versions = existsSync(folder) ? await readdir(folder) : [];
  const best = bestOf(versions.filter((version) => isComplete(binOf(version))));
  return best && binOf(best);
}

/**
 * Finds an installed Pulumi CLI.
 *
 * @returns {Promise<string | undefined>} its folder
 */
export async function findEngine() {
  return (await onPath()) ?? (await installed());
}

/**
 * Finds a Pulumi CLI, or downloads or builds one and prints the progress.
 *
 * @returns {Promise<string>} its folder
 * @throws if this machine can neither download nor build one; the message lists what to do
 */
export async function getEngine() {
  const bin = (await findEngine()) ?? (await makeEngine());
  if (bin === binOf(VERSION)) await buildMoreHosts(bin);
  return bin;
}

/** @returns {Promise<string>} */
async function makeEngine() {
  console.log(`No Pulumi CLI was found on the PATH or in ${versionsFolder()}.`);
  const ways = waysOf({ downloads: await canDownload(), go: await goVersion() });
  /** @type {string[]} */
  const failures = [];
  for (const way of ways) {
    try {
      await (way === "download" ? download() : build());
      if (isComplete(binOf(VERSION))) return binOf(VERSION);
      failures.push(`${binOf(VERSION)} is still incomplete.`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
    console.log(`  This failed: ${failures.at(-1) ?? ""}`);
  }
  throw new Error([NO_WAY, ...failures.map((each) => `Failed attempt: ${each}`)].join("\n"));
}

async function canDownload() {
  try {
    const { ok } = await fetch(DOWNLOAD, { method: "HEAD", signal: AbortSignal.timeout(PROBE_TIMEOUT) });
    return ok;
  } catch {
    console.log("- get.pulumi.com cannot be reached");
    return false;
  }
}

/** @returns {Promise<string | undefined>} */
async function goVersion() {
  const { code, output } = await run("go", ["env", "GOVERSION"], {
    cwd: join(ROOT, "tools", "pulumi"),
    timeout: 60_000,
  });
  return code === 0 ? output.trim() : undefined;
}

/** Installs the CLI with Pulumi's Automation API, in a child process so that a timeout can end it. */
async function download() {
  const code = `require("@pulumi/pulumi/automation").PulumiCommand.install({
    version: new (require("semver").SemVer)("${VERSION}"),
    root: ${JSON.stringify(dirname(binOf(VERSION)))},
  }).catch((error) => { console.error(error.message); process.exit(1); })`;
  await step(`downloading the Pulumi CLI ${VERSION}`, () =>
    must(process.execPath, ["-e", code], { cwd: ROOT, timeout: DOWNLOAD_TIMEOUT }),
  );
}

/** Builds the CLI and the Node.js language host from the Go modules pinned in `tools`, and copies the launcher. */
async function build() {
  const folder = dirname(binOf(VERSION));
  await mkdir(versionsFolder(), { recursive: true });
  // The build folder is next to the final one, so that a rename moves the finished engine there in one step.
  const made = await mkdtemp(join(versionsFolder(), ".building-"));
  const interrupted = () => {
    rmSync(made, { recursive: true, force: true });
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  try {
    await mkdir(join(made, "bin"));
    await step(`building the Pulumi CLI ${VERSION} from its Go modules (about 6 min on 2 cores, once)`, () =>
      buildCli("pulumi", VERSION, join(made, "bin", CLI)),
    );
    await step("building Pulumi's Node.js language host", () =>
      goBuild(
        "pulumi-language-nodejs",
        "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        join(made, "bin", LANGUAGE_HOST),
        "-w -s",
      ),
    );
    await copyFile(join(ROOT, "node_modules", "@pulumi", "pulumi", LAUNCHER), join(made, "bin", LAUNCHER));
    if (!isComplete(binOf(VERSION))) {
      await rm(folder, { recursive: true, force: true });
      await rename(made, folder);
    }
  } finally {
    process.off("SIGINT", interrupted);
    await rm(made, { recursive: true, force: true });
  }
}

/**
 * Builds the language hosts that a downloaded CLI includes and a built CLI lacks.
 *
 * @param {string} bin
 */
async function buildMoreHosts(bin) {
  for (const [host, [tool = "", module = ""]] of Object.entries(MORE_HOSTS)) {
    if (existsSync(join(bin, host + EXE))) continue;
    const made = join(bin, `.building-${host}`);
    await step(`building ${host} (about 1 min, once)`, () => goBuild(tool, module, made, "-w -s"));
    await rename(made, join(bin, host + EXE));
  }
  if (existsSync(join(bin, PYTHON_EXEC))) return;
  const args = ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"];
  const { output } = await run("go", args, { cwd: join(ROOT, "tools", "pulumi-language-nodejs") });
  await copyFile(join(output.trim(), "python", "cmd", PYTHON_EXEC), join(bin, PYTHON_EXEC));
  await chmod(join(bin, PYTHON_EXEC), 0o755);
}

/**
 * Returns the folder of the newest CLI that builds from published Go modules, with the language hosts of `engine`. It is built
 * in this clone, so that no other run uses it.
 *
 * @param {string} engine the folder of the pinned engine
 */
export async function getNewestEngine(engine) {
  const bin = join(ROOT, ".work", `pulumi-${NEWEST}`);
  const made = `${bin}.building`;
  if (existsSync(bin)) return bin;
  await rm(made, { recursive: true, force: true });
  await cp(engine, made, { recursive: true, filter: (file) => file !== join(engine, CLI) });
  await step(`building the Pulumi CLI ${NEWEST} from its Go modules (about 10 min on 2 cores, once)`, () =>
    buildCli("pulumi-newest", NEWEST, join(made, CLI)),
  );
  await rename(made, bin);
  return bin;
}

/**
 * Builds the tool that writes the SDKs of the packaged provider.
 *
 * @param {string} output the executable
 */
export async function buildSdkTool(output) {
  await step("building the tool that writes SDKs", () => goBuild("sdk", ".", output, "-w -s"));
}

/**
 * @param {string} tool the folder under `tools` that pins this version
 * @param {string} version
 * @param {string} output
 */
async function buildCli(tool, version, output) {
  const flags = `-w -s -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  await goBuild(tool, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", output, flags);
}

/**
 * @param {string} tool the folder under `tools` with its go.mod
 * @param {string} module
 * @param {string} output
 * @param {string} flags
 */
async function goBuild(tool, module, output, flags) {
  const args = [
    "build",
    "-mod=readonly",
    "-tags",
    "osusergo,grpcnotrace",
    "-ldflags",
    flags,
    "-o",
    output,
    module,
  ];
  // Go would otherwise download another toolchain.
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "" };
  await must("go", args, { cwd: join(ROOT, "tools", tool), env });
}
