import { summarize } from "./summary";

/** True if every case runs. CI sets `CI`; `CI=true npm test` does the same on any machine. */
const runsAll = Boolean(process.env["CI"]);

/** Returns the second value on CI, else the first. */
export function localOrCi<Value>(local: Value, ci: Value): Value {
  return runsAll ? ci : local;
}

/**
 * Returns all cases on CI, else a small set in which each feature occurs at least once. The set depends on the cases
 * alone: it takes the case with the most features that are still missing, and the first one of equals.
 *
 * @param featuresOf texts that describe a case, such as its operation and its fault
 */
export function subset<Case>(
  cases: readonly Case[],
  featuresOf: (each: Case) => readonly string[],
): readonly Case[] {
  return runsAll ? cases : covering(cases, featuresOf);
}

/** Returns a small set of the cases, in their order, in which each feature occurs at least once. */
export function covering<Case>(
  cases: readonly Case[],
  featuresOf: (each: Case) => readonly string[],
): readonly Case[] {
  const features = cases.map(featuresOf);
  const missing = new Set(features.flat());
  const chosen = new Set<number>();
  while (missing.size > 0) {
    const gains = features.map((all) => all.filter((each) => missing.has(each)).length);
    const best = gains.indexOf(Math.max(...gains));
    chosen.add(best);
    for (const each of features[best] ?? []) missing.delete(each);
  }
  return cases.filter((_, at) => chosen.has(at));
}

/** Describes how many of all cases ran, and how to run the others. */
export function ranOf(ran: number, all: number): string {
  return ran === all ? `${ran} of ${all}` : `${ran} of ${all} (all with CI=true)`;
}

type Test = (title: string, body: () => Promise<void> | void) => void;

/** Ways to define a test, each of them counted. */
interface CountedTests {
  it: Test;
  /** Defines a test that runs on CI alone. */
  itOnCi: Test;
  /** Returns `it` for a case that is in the subset, else `itOnCi`. */
  itIf: (isChosen: boolean) => Test;
}

/**
 * Counts the tests of a suite. The summary has the number of tests that ran, of all tests.
 *
 * @param name the suite's name in the summary
 */
export function countedTests(name: string): CountedTests {
  let all = 0;
  let ran = 0;
  const test: Test = (title, body) => {
    all += 1;
    it(title, async () => {
      ran += 1;
      await body();
    });
  };
  const itOnCi: Test = (title, body) => {
    if (runsAll) test(title, body);
    else all += 1;
  };
  after(() => summarize(`${name}: ${ranOf(ran, all)}`));
  return { it: test, itOnCi, itIf: (isChosen) => (isChosen ? test : itOnCi) };
}
