import { spawnSync } from "node:child_process";

// `npm run test:matrix` runs the packed package with every combination of versions. CI runs the oldest and the newest one.
const args = ["mocha", "test/engine/matrix.test.ts"];
const { status } = spawnSync("npx", args, {
  stdio: "inherit",
  env: { ...process.env, MATRIX: "all" },
  shell: true,
});
process.exitCode = status ?? 1;
