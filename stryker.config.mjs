/**
 * A mutation run: `npm run mutate`. It changes the code of `src/iam` and `src/provider` in one place at a time, and counts
 * the changes that no test notices. It takes about an hour and a half, so it is no part of `npm test` or of CI.
 */
export default {
  // `npm run mutate -- --mutate src/iam/retry.ts` looks at one file.
  mutate: ["src/iam/**/*.ts", "src/provider/**/*.ts"],
  testRunner: "mocha",
  // `mutate.mocharc.json` selects the tests that run in this process, except those that repeat others in every combination.
  mochaOptions: { config: "mutate.mocharc.json" },
  plugins: ["@stryker-mutator/mocha-runner"],
  coverageAnalysis: "perTest",
  // Sentences are prose: tests assert codes, and one file pins the wording.
  mutator: { excludedMutations: ["StringLiteral"] },
  // Code that runs once at load (tables, schemas) can be tested only by restarting all tests for each mutant.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: ".work/mutation.json",
  tempDirName: ".work/mutation",
  ignorePatterns: ["dist", "coverage", ".work", "tools", "docs", "examples"],
  // Measured over 4,854 mutants: 84.4 % in `src/iam` and 91.3 % in `src/provider`. The tests that `mutate.mocharc.json` leaves
  // out (every fault at every call) notice more. The threshold leaves room for a busy machine.
  thresholds: { high: 90, low: 82, break: 82 },
  // The tests wait more than they compute, so two cores are busy with eight.
  concurrency: 8,
  timeoutMS: 20_000,
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { reportTests: false, logTests: false, allowEmojis: false },
};
