import { spawn } from "node:child_process";

/** How often a step that takes long says that it goes on, in milliseconds. */
const EVERY = 15_000;

/** @param {number} milliseconds */
function spoken(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Does something that may take long, and says what it is and for how long it has been going on.
 *
 * @template Result
 * @param {string} title
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function step(title, work) {
  const begun = Date.now();
  console.log(`- ${title} …`);
  const tick = setInterval(() => console.log(`  … ${spoken(Date.now() - begun)}`), EVERY);
  try {
    return await work();
  } finally {
    clearInterval(tick);
    console.log(`  ${spoken(Date.now() - begun)}`);
  }
}

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, show?: boolean }} [options] `show`: its output goes
 * straight to the terminal; `timeout`: milliseconds until it is ended
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function run(command, args, { cwd, env, timeout, show = false } = {}) {
  const child = spawn(command, args, {
    cwd,
    env,
    timeout,
    stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
  });
  let output = "";
  child.stdout?.on("data", (/** @type {Buffer} */ data) => (output += data.toString()));
  child.stderr?.on("data", (/** @type {Buffer} */ data) => (output += data.toString()));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a command that must succeed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}\n${output.slice(-4000)}`);
  return output;
}
