import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { getEngine } from "./engine.mjs";
import { run } from "./progress.mjs";
import { chosenParts } from "./test-parts.mjs";
import { installPackage, npm, ROOT } from "./setup.mjs";

/**
 * The counts, the last lines and the failed tests of a test run, as `test/support/reporter.ts` and `bench.mjs` write them.
 *
 * @typedef {{ passes: number, failures: number, pending: number, summary?: string[], failed?: string[] }} Counts
 */

/** @type {string[]} */
const failedSteps = [];

/**
 * Runs a script of package.json and shows its output.
 *
 * @param {string} script
 * @param {NodeJS.ProcessEnv} [env]
 */
async function show(script, env) {
  const [command, args] = npm("run", script);
  const { code } = await run(command, args, { cwd: ROOT, env: { ...process.env, ...env }, show: true });
  if (code !== 0) failedSteps.push(script);
}

/**
 * Runs a test script and returns the runner's own counts.
 *
 * @param {string} script
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Counts>}
 */
async function test(script, env) {
  const folder = await mkdtemp(join(ROOT, ".work", "counts-"));
  const file = join(folder, "counts.json");
  await show(script, { ...env, TEST_COUNTS: file });
  const none = { passes: 0, failures: 0, pending: 0 };
  const counts = existsSync(file) ? /** @type {Counts} */ (JSON.parse(await readFile(file, "utf8"))) : none;
  // A runner that crashed or found no test must not count as passed.
  if (counts.passes + counts.failures === 0) failedSteps.push(`${script} ran no test`);
  await rm(folder, { recursive: true });
  return counts;
}

// `npm test` runs all parts; `npm test -- unit engine` runs only these.
/** @type {Counts[]} */
const counted = [];
try {
  await installPackage();
  const { closest } = await import("fastest-levenshtein");
  const parts = chosenParts(process.argv.slice(2), closest);
  await mkdir(join(ROOT, ".work"), { recursive: true });
  const engine = parts.includes("engine") ? await getEngine() : undefined;
  // Overrides `jobs` of .mocharc.json.
  const env = { MOCHA_OPTIONS: `--jobs=${Math.max(2, availableParallelism())}` };
  // Only CI measures the coverage, because it takes a third more time.
  const unit = process.env["CI"] ? "test:coverage" : "test:unit";
  if (parts.includes("lint")) await show("lint");
  if (parts.includes("unit")) counted.push(await test(unit, env));
  if (engine !== undefined) counted.push(await test("test:engine", { ...env, PULUMI_ENGINE: engine }));
  if (parts.includes("bench")) counted.push(await test("test:bench"));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  failedSteps.push("setup");
}

/** @param {"passes" | "failures" | "pending"} key */
const total = (key) => counted.reduce((sum, counts) => sum + counts[key], 0);
const summary = counted.flatMap((counts) => counts.summary ?? []);
if (summary.length > 0) console.log(`\n${summary.join("\n")}`);
// The failures are printed again at the end, because a CI log may keep only its last lines.
const failures = counted.flatMap((counts) => counts.failed ?? []);
if (failures.length > 0) console.log(`\nFailed tests:\n\n${failures.join("\n\n")}`);
if (failedSteps.length > 0) console.log(`\nFailed: ${failedSteps.join(", ")}`);
// A linter reports no test counts, so a failed step counts as one failure.
const failed = Math.max(total("failures"), failedSteps.length > 0 ? 1 : 0);
console.log(`\n${total("passes")} passed, ${failed} failed, ${total("pending")} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
