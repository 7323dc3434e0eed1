import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import Mocha from "mocha";

/**
 * Prints like mocha's `spec` reporter, then the lines of `summarize`. Writes the runner's counts, these lines and the
 * failed tests as JSON to the file that `TEST_COUNTS` names.
 */
class CountingReporter extends Mocha.reporters.Spec {
  #summary: string[] | undefined;

  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const folder = mkdtempSync(join(tmpdir(), "test-summary-"));
    const lines = join(folder, "lines");
    writeFileSync(lines, "");
    // Worker processes start later and inherit the environment.
    process.env["TEST_SUMMARY"] = lines;
    const failed: string[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error: Partial<Error>) => {
      // An error of a parallel worker is a plain object here.
      failed.push(`${test.fullTitle()}\n  ${error.message ?? inspect(error)}`);
    });
    // With parallel workers, mocha ends the run once more for each worker process that failed.
    runner.on(Mocha.Runner.constants.EVENT_RUN_END, () => {
      this.#summary ??= printed(lines);
      rmSync(folder, { recursive: true, force: true });
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const file = process.env["TEST_COUNTS"];
      const counts = { passes, failures, pending, summary: this.#summary, failed };
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}

function printed(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean).sort();
  for (const line of lines) console.log(`  ${line}`);
  return lines;
}

export = CountingReporter;
