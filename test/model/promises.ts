import { unexplained } from "./errors";
import { wronglyDeleted, missingPolicies, notInState, duplicates, lostPolicies } from "./losses";
import type { Observation } from "./observation";
import { contentMismatches, stateMismatches } from "./outcome";
import { changedByRefresh, unreportedWrites, falseReports, wronglyTaken } from "./reports";
import { isWrite } from "./world";

/** A promise that must hold after every run. */
export interface Promised {
  /** The count in the tally that a violation increases. */
  counts: "lost" | "doubled" | "unreported" | "untrue" | "other";
  sentence: string;
  /** Returns descriptions of the violations. */
  flaws: (seen: Observation) => string[];
}

export const PROMISES: readonly Promised[] = [
  {
    counts: "other",
    sentence: "After a successful up, the state has exactly the declared resources, all complete.",
    flaws: stateMismatches,
  },
  {
    counts: "unreported",
    sentence: "After a successful up, each policy in IAM is exactly as declared.",
    flaws: contentMismatches,
  },
  {
    counts: "lost",
    sentence: "Every active policy that the stack created or adopted is in state.",
    flaws: lostPolicies,
  },
  {
    counts: "lost",
    sentence: "Every policy in state is active in IAM, unless others deleted it or a delete failed.",
    flaws: missingPolicies,
  },
  {
    counts: "lost",
    sentence: "A run deletes only policies in state, and none that a declared resource holds.",
    flaws: wronglyDeleted,
  },
  {
    counts: "lost",
    sentence: "The policy of a finished step is in state under the resource's name.",
    flaws: notInState,
  },
  {
    counts: "doubled",
    sentence:
      "A run creates no more policies than it reports, and after a successful run no two resources hold the same one.",
    flaws: duplicates,
  },
  {
    counts: "other",
    sentence:
      "A policy outside the state is neither changed nor adopted without `adopt` or IBMCLOUD_ADOPT_OWN.",
    flaws: wronglyTaken,
  },
  {
    counts: "unreported",
    sentence: "Every change that a step reports was made.",
    flaws: falseReports,
  },
  {
    counts: "unreported",
    sentence: "Every change is reported, unless an error or a kill explains why not.",
    flaws: unreportedWrites,
  },
  {
    counts: "untrue",
    sentence: "Every error names the failed operation and is true.",
    flaws: unexplained,
  },
  {
    counts: "other",
    sentence: "No request is made between two runs.",
    flaws: ({ requestsBetween }) => (requestsBetween > 0 ? [`${requestsBetween} requests`] : []),
  },
  {
    counts: "other",
    sentence: "Nothing is written after the engine is killed.",
    flaws: ({ calls, permits }) => {
      const writes = calls.filter(isWrite);
      return writes.length > permits ? [`${writes.length} writes, ${permits} of them allowed`] : [];
    },
  },
  {
    counts: "other",
    sentence: "A refresh changes nothing in IAM.",
    flaws: changedByRefresh,
  },
];
