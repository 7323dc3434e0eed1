import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { getEngine } from "./engine.mjs";
import { run } from "./progress.mjs";
import { chosenParts } from "./test-parts.mjs";
import { installPackage, npm, ROOT } from "./setup.mjs";

/** What mocha counts, in mocha's words. @typedef {{ passes: number, failures: number, pending: number }} Counts */

/** @type {string[]} */
const notInOrder = [];

/**
 * Runs a script of package.json.
 *
 * @param {string} script
 * @param {NodeJS.ProcessEnv} [env]
 */
async function show(script, env) {
  const [command, args] = npm("run", script);
  const { code } = await run(command, args, { cwd: ROOT, env: { ...process.env, ...env }, show: true });
  if (code !== 0) notInOrder.push(script);
}

/**
 * Runs tests, and reads the runner's own counts.
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
  // A runner that ended before its end, or ran nothing, has passed nothing.
  if (counts.passes + counts.failures === 0) notInOrder.push(`${script} ran no test`);
  await rm(folder, { recursive: true });
  return counts;
}

// `npm test` runs everything; `npm test -- lint`, `-- unit`, `-- engine` or `-- bench` one part.
/** @type {Counts[]} */
const counted = [];
try {
  await installPackage();
  const { closest } = await import("fastest-levenshtein");
  const parts = chosenParts(process.argv.slice(2), closest);
  await mkdir(join(ROOT, ".work"), { recursive: true });
  const engine = parts.includes("engine") ? await getEngine() : undefined;
  if (parts.includes("lint")) await show("lint");
  if (parts.includes("unit")) counted.push(await test("test:unit"));
  if (engine !== undefined) counted.push(await test("test:engine", { PULUMI_ENGINE: engine }));
  if (parts.includes("bench")) counted.push(await test("test:bench"));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  notInOrder.push("setup");
}

/** @param {keyof Counts} key */
const total = (key) => counted.reduce((sum, counts) => sum + counts[key], 0);
if (notInOrder.length > 0) console.log(`\nNot in order: ${notInOrder.join(", ")}`);
// What failed without a count of its own, such as a linter, is still a failure.
const failed = Math.max(total("failures"), notInOrder.length > 0 ? 1 : 0);
console.log(`\n${total("passes")} passed, ${failed} failed, ${total("pending")} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
