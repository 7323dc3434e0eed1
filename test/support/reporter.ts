import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** Prints as `spec` does, and leaves the runner's own counts in the file that `TEST_COUNTS` names. */
class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env["TEST_COUNTS"];
    if (file === undefined) return;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      writeFileSync(file, JSON.stringify({ passes, failures, pending }));
    });
  }
}

export = CountingReporter;
