import { getEngine, getNewestEngine } from "./engine.mjs";
import { run } from "./progress.mjs";
import { ROOT } from "./setup.mjs";

// `npm run test:matrix` runs the packed package with every combination of versions, on the pinned CLI and on the newest one. CI
// runs the oldest and the newest combination on the pinned CLI.
const pinned = await getEngine();
for (const engine of [pinned, await getNewestEngine(pinned)]) {
  console.log(`\nWith the CLI in ${engine}:`);
  const { code } = await run("npx", ["mocha", "test/engine/matrix.test.ts"], {
    cwd: ROOT,
    env: { ...process.env, MATRIX: "all", PULUMI_ENGINE: engine },
    show: true,
  });
  if (code !== 0) process.exitCode = code;
}
