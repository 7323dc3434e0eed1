import { spawn } from "node:child_process";

/** Milliseconds between two progress lines of a step. */
const PROGRESS_INTERVAL = 15_000;

/** @param {number} milliseconds */
function formatDuration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs a long step: prints its title, the elapsed time every 15 seconds, and its duration.
 *
 * @template Result
 * @param {string} title
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function step(title, work) {
  const startedAt = Date.now();
  console.log(`- ${title} …`);
  const tick = setInterval(
    () => console.log(`  … ${formatDuration(Date.now() - startedAt)}`),
    PROGRESS_INTERVAL,
  );
  try {
    return await work();
  } finally {
    clearInterval(tick);
    console.log(`  ${formatDuration(Date.now() - startedAt)}`);
  }
}

/**
 * Runs a command and waits for its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, show?: boolean }} [options] `show` sends its
 * output to the terminal; `timeout` ends it after that many milliseconds
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
 * Runs a command and returns its output.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 * @throws if the command fails
 */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} exited with code ${code}\n${output.slice(-4000)}`);
  return output;
}
