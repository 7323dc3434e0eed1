import { delimiter, join } from "node:path";
import { getEngine } from "./engine.mjs";
import { run } from "./progress.mjs";
import { installPackage, ROOT } from "./setup.mjs";

/**
 * Runs one of the scripts that need the engine: first installs what is missing.
 *
 * @param {string} script its name in this folder
 * @param {readonly string[]} [args]
 */
export async function launch(script, args = []) {
  try {
    await installPackage();
    const bin = await getEngine();
    // From here on Ctrl-C is for the script, which tidies up.
    process.on("SIGINT", () => undefined);
    const env = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
      PULUMI_ENGINE: bin,
    };
    const command = ["--import", "tsx", join(ROOT, "scripts", script), ...args];
    const { code } = await run(process.execPath, command, { cwd: ROOT, env, show: true });
    process.exitCode = code;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
