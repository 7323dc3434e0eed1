import { existsSync, lstatSync, statSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareVersions } from "./engine-ways.mjs";
import { must, step } from "./progress.mjs";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const OLDEST_NODE = "20.19.0";

/** @param {string} path */
function changedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

/**
 * Returns the command that runs npm: the npm that started this process, else the one on the PATH.
 *
 * @param {string[]} args
 * @returns {[command: string, args: string[]]}
 */
export function npm(...args) {
  const cli = process.env["npm_execpath"];
  if (cli?.endsWith(".js")) return [process.execPath, [cli, ...args]];
  return [process.platform === "win32" ? "npm.cmd" : "npm", args];
}

/** True if `node_modules` links to another clone, whose dependencies `npm ci` would delete. */
function isShared() {
  return lstatSync(join(ROOT, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/**
 * Installs the dependencies that the lock file pins and builds the package, each only if it is out of date.
 *
 * @throws if Node.js is too old
 */
export async function installPackage() {
  if (compareVersions(process.version, OLDEST_NODE) < 0) {
    throw new Error(
      `Node.js ${process.version} is too old: working on this package needs ${OLDEST_NODE} or later`,
    );
  }
  // npm writes this file last.
  const installed = changedAt(join(ROOT, "node_modules", ".package-lock.json"));
  if (installed < changedAt(join(ROOT, "package-lock.json")) && !isShared()) {
    await step("installing the dependencies", () =>
      must(...npm("ci", "--ignore-scripts", "--no-audit", "--no-fund"), { cwd: ROOT }),
    );
  }
  await build();
}

/** Compiles `src` into `dist`, unless `dist` is newer than all its sources. */
export async function build() {
  // This file is written last, so that an interrupted build is repeated.
  const stamp = join(ROOT, "dist", ".built");
  const sources = await readdir(join(ROOT, "src"), { recursive: true });
  const configs = ["tsconfig.json", "tsconfig.build.json"];
  const all = ["src", ...sources.map((each) => join("src", each)), ...configs];
  if (Math.max(...all.map((each) => changedAt(join(ROOT, each)))) < changedAt(stamp)) return;
  await step("building", async () => {
    // Otherwise, files whose source was removed would stay in the package.
    await rm(join(ROOT, "dist"), { recursive: true, force: true });
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    await must(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: ROOT });
    await buildPage();
    await writeFile(stamp, "");
  });
}

/** Bundles the script of `graph`'s page into one file for browsers, and the style sheet into another. */
async function buildPage() {
  // An import at the top would fail if this run has yet to install the dependencies.
  const esbuild = await import("esbuild");
  const folder = join("graph", "page");
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ["index.ts", "page.css"].map((name) => join("src", folder, name)),
    outdir: join("dist", folder),
    bundle: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    logLevel: "warning",
  });
}
