import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { getEngine } from "./engine.mjs";
import { run } from "./progress.mjs";
import { installPackage, ROOT } from "./setup.mjs";

const BIN = join(ROOT, "node_modules", ".bin");

/** What lints: the command, and its arguments. */
const LINTERS = [
  ["tsc", "--noEmit"],
  ["eslint", "."],
  ["prettier", "--check", "--log-level", "warn", "."],
  ["knip"],
  ["publint", "--strict"],
  ["attw", "--pack", ".", "--profile", "node16", "--quiet"],
];

const MOCHA = ["mocha", "--reporter", "test/support/reporter.ts"];

/** The tests that run in this process's children without the engine, under the coverage gate of `.c8rc.json`. */
const UNIT = ["c8", ...MOCHA, "--ignore", "test/engine/**", "test/**/*.test.ts"];
const ENGINE = [...MOCHA, "test/engine/**/*.test.ts"];

/** @type {string[]} */
const failed = [];

/**
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 */
async function show([name = "", ...args], env) {
  console.log(`\n$ ${name} ${args.join(" ")}`);
  const { code } = await run(join(BIN, name), args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    show: true,
  });
  if (code !== 0) failed.push(name);
  return code;
}

/**
 * Runs tests, and reads the runner's own counts.
 *
 * @param {string[]} command
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} [env]
 */
async function test(command, folder, env) {
  const file = join(folder, `${command === UNIT ? "unit" : "engine"}.json`);
  await show(command, { ...env, TEST_COUNTS: file });
  const counts = existsSync(file) ? await readFile(file, "utf8") : "";
  const { passes, failures, pending } = /** @type {Record<string, number>} */ (
    counts === "" ? {} : JSON.parse(counts.trim().split("\n").at(-1) ?? "{}")
  );
  // A runner that ended before its end, or ran nothing, has passed nothing.
  if (passes === undefined || passes + (failures ?? 0) === 0)
    failed.push(`${command.at(-1) ?? ""}: no test ran`);
  return { passed: passes ?? 0, failed: failures ?? 0, skipped: pending ?? 0 };
}

// `npm test` runs everything; `npm test -- lint`, `-- unit` or `-- engine` one part.
const parts = process.argv.length > 2 ? process.argv.slice(2) : ["lint", "unit", "engine"];
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  await installPackage();
  await mkdir(join(ROOT, ".work"), { recursive: true });
  const folder = await mkdtemp(join(ROOT, ".work", "counts-"));
  const engine = parts.includes("engine") ? await getEngine() : undefined;
  if (parts.includes("lint")) for (const linter of LINTERS) await show(linter);
  const runs = [];
  if (parts.includes("unit")) runs.push(await test(UNIT, folder));
  if (engine !== undefined) runs.push(await test(ENGINE, folder, { PULUMI_ENGINE: engine }));
  for (const counts of runs) {
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  await rm(folder, { recursive: true });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  failed.push("setup");
}

if (failed.length > 0) console.log(`\nNot in order: ${failed.join(", ")}`);
console.log(
  `\n${total.passed} passed, ${Math.max(total.failed, failed.length > 0 ? 1 : 0)} failed, ${total.skipped} skipped`,
);
process.exitCode = failed.length > 0 || total.failed > 0 ? 1 : 0;
