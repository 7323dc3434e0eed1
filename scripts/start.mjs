import { delimiter, join } from "node:path";
import { getEngine } from "./engine.mjs";
import { run } from "./progress.mjs";
import { installPackage, ROOT } from "./setup.mjs";

// `npm start` on a fresh clone: installs what is missing, then shows the main job.
try {
  await installPackage();
  const bin = await getEngine();
  // From here on Ctrl-C is for the demo, which tidies up.
  process.on("SIGINT", () => undefined);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
  const { code } = await run(process.execPath, ["--import", "tsx", join(ROOT, "scripts", "demo.ts")], {
    cwd: ROOT,
    env,
    show: true,
  });
  process.exitCode = code;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
