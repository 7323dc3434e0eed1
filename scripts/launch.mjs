import { delimiter, join } from "node:path";
import { getEngine } from "./engine.mjs";
import { run } from "./progress.mjs";
import { installPackage, ROOT } from "./setup.mjs";

/**
 * Runs a script that needs the Pulumi engine. Before that, installs the dependencies and the engine if they are missing.
 *
 * @param {string} script its path in this folder
 * @param {readonly string[]} [args]
 */
export async function launch(script, args = []) {
  try {
    await installPackage();
    const bin = await getEngine();
    // The script receives the signal too, and must have time to clean up.
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
