import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Mocha from "mocha";

/**
 * Prints like mocha's `spec` reporter, then the lines of `summarize`. Writes the runner's counts and these lines as JSON
 * to the file that `TEST_COUNTS` names.
 */
class CountingReporter extends Mocha.reporters.Spec {
  readonly #folder = mkdtempSync(join(tmpdir(), "test-summary-"));
  readonly #summary = join(this.#folder, "lines");

  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    writeFileSync(this.#summary, "");
    // Worker processes start later and inherit the environment.
    process.env["TEST_SUMMARY"] = this.#summary;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => this.#finish(runner));
  }

  #finish({ stats }: Mocha.Runner): void {
    const { passes = 0, failures = 0, pending = 0 } = stats ?? {};
    const summary = readFileSync(this.#summary, "utf8").split("\n").filter(Boolean).sort();
    rmSync(this.#folder, { recursive: true });
    for (const line of summary) console.log(`  ${line}`);
    const file = process.env["TEST_COUNTS"];
    if (file !== undefined) writeFileSync(file, JSON.stringify({ passes, failures, pending, summary }));
  }
}

export = CountingReporter;
