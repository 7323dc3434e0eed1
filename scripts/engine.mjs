import { existsSync, rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, realpath, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bestOf, isUsable, NO_WAY, VERSION, waysOf } from "./engine-ways.mjs";
import { must, run, step } from "./progress.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXE = process.platform === "win32" ? ".exe" : "";
const CLI = `pulumi${EXE}`;
const LANGUAGE_HOST = `pulumi-language-nodejs${EXE}`;
const LAUNCHER = `pulumi-resource-pulumi-nodejs${process.platform === "win32" ? ".cmd" : ""}`;
const DOWNLOAD = "https://get.pulumi.com/install.sh";

/** How long Pulumi's server may take to answer, and the download to end, in milliseconds. */
const ANSWER = 5_000;
const TRANSFER = 10 * 60_000;

/** Where Pulumi's own tools keep the engines that they fetch. */
function versionsFolder() {
  return join(process.env["PULUMI_HOME"] || join(homedir(), ".pulumi"), "versions");
}

/** @param {string} version */
function binOf(version) {
  return join(versionsFolder(), version, "bin");
}

/**
 * Whether a folder holds all of an engine: the CLI alone runs no Node.js program.
 *
 * @param {string} bin
 */
function isWhole(bin) {
  return [CLI, LANGUAGE_HOST, LAUNCHER].every((name) => existsSync(join(bin, name)));
}

/** @returns {Promise<string | undefined>} */
async function onPath() {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const helpers = [LANGUAGE_HOST, LAUNCHER].every((name) =>
    folders.some((folder) => existsSync(join(folder, name))),
  );
  for (const folder of folders.filter((each) => existsSync(join(each, CLI)))) {
    // Where a link stands for the CLI, the rest is beside what it leads to.
    const home = dirname(await realpath(join(folder, CLI)));
    const bin = isWhole(home) ? home : helpers ? folder : undefined;
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
async function kept() {
  const folder = versionsFolder();
  const versions = existsSync(folder) ? await readdir(folder) : [];
  const best = bestOf(versions.filter((version) => isWhole(binOf(version))));
  return best && binOf(best);
}

/**
 * Finds a Pulumi CLI that is installed.
 *
 * @returns {Promise<string | undefined>} the folder that holds it
 */
export async function findEngine() {
  return (await onPath()) ?? (await kept());
}

/**
 * Finds a Pulumi CLI, or gets one; says what it is doing.
 *
 * @returns {Promise<string>} the folder that holds it
 * @throws when the machine has no way to get one: a sentence with the ways
 */
export async function getEngine() {
  const found = await findEngine();
  if (found !== undefined) return found;
  console.log(`There is no Pulumi CLI on the PATH or in ${versionsFolder()}.`);
  const ways = waysOf({ downloads: await isReached(), go: await goVersion() });
  /** @type {string[]} */
  const failures = [];
  for (const way of ways) {
    try {
      await (way === "download" ? download() : build());
      if (isWhole(binOf(VERSION))) return binOf(VERSION);
      failures.push(`${binOf(VERSION)} is not whole after it.`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
    console.log(`  This did not work: ${failures.at(-1) ?? ""}`);
  }
  throw new Error([NO_WAY, ...failures.map((each) => `What was tried here: ${each}`)].join("\n"));
}

async function isReached() {
  try {
    const { ok } = await fetch(DOWNLOAD, { method: "HEAD", signal: AbortSignal.timeout(ANSWER) });
    return ok;
  } catch {
    console.log("- get.pulumi.com is not reached from here");
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

/** Lets Pulumi's own Automation API install the CLI, in a process that can be ended. */
async function download() {
  const code = `require("@pulumi/pulumi/automation").PulumiCommand.install({
    version: new (require("semver").SemVer)("${VERSION}"),
    root: ${JSON.stringify(dirname(binOf(VERSION)))},
  }).catch((error) => { console.error(error.message); process.exit(1); })`;
  await step(`fetching the Pulumi CLI ${VERSION}`, () =>
    must(process.execPath, ["-e", code], { cwd: ROOT, timeout: TRANSFER }),
  );
}

/** Builds the CLI and the Node.js language host from the modules that `tools` pins, and puts the launcher beside them. */
async function build() {
  const folder = dirname(binOf(VERSION));
  await mkdir(versionsFolder(), { recursive: true });
  // Beside the place where it will be, so that it gets there whole or not at all.
  const made = await mkdtemp(join(versionsFolder(), ".building-"));
  const interrupted = () => {
    rmSync(made, { recursive: true, force: true });
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  try {
    await mkdir(join(made, "bin"));
    const flags = `-w -s -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${VERSION}`;
    await step(`building the Pulumi CLI ${VERSION} from its Go modules (about 6 min on 2 cores, once)`, () =>
      goBuild("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", join(made, "bin", CLI), flags),
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
    if (!isWhole(binOf(VERSION))) {
      await rm(folder, { recursive: true, force: true });
      await rename(made, folder);
    }
  } finally {
    process.off("SIGINT", interrupted);
    await rm(made, { recursive: true, force: true });
  }
}

/**
 * @param {string} tool the folder of its go.mod
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
  // A toolchain of its own would be one more download.
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "" };
  await must("go", args, { cwd: join(ROOT, "tools", tool), env });
}
