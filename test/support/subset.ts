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

/** Says how many of all cases ran, and how to run the others. */
export function ranOf(ran: number, all: number): string {
  return ran === all ? `${ran} of ${all}` : `${ran} of ${all} (all with CI=true)`;
}
