import { unexplained } from "./errors";
import { deletedThoughHeld, heldButGone, madeButNotInState, madeTwice, outOfSight } from "./losses";
import type { Observation } from "./observation";
import { declaredIsNotHeld, stateIsNotTheProgram } from "./outcome";
import { changedByReading, doneButNotReported, reportedButNotDone, takenOrChanged } from "./reports";
import { isWrite } from "./world";

/** What holds after every run. */
export interface Promised {
  /** What a flaw counts as. */
  counts: "lost" | "doubled" | "unreported" | "untrue" | "other";
  sentence: string;
  /** What is not as promised, in words. */
  flaws: (seen: Observation) => string[];
}

export const PROMISES: readonly Promised[] = [
  {
    counts: "other",
    sentence:
      "After an up that reported success the state has exactly the declared resources, all of them complete.",
    flaws: stateIsNotTheProgram,
  },
  {
    counts: "unreported",
    sentence: "After an up that reported success IAM holds for each resource exactly what is declared.",
    flaws: declaredIsNotHeld,
  },
  {
    counts: "lost",
    sentence: "No active policy that the stack made or took is out of the state's sight.",
    flaws: outOfSight,
  },
  {
    counts: "lost",
    sentence:
      "What the state holds is active in IAM, unless others removed it, or a run said that it could not go on.",
    flaws: heldButGone,
  },
  {
    counts: "lost",
    sentence:
      "What a resource of the program holds is not deleted, and nothing is deleted that the state did not hold.",
    flaws: deletedThoughHeld,
  },
  {
    counts: "lost",
    sentence: "What a step that came to an end made or kept is in state under its name.",
    flaws: madeButNotInState,
  },
  {
    counts: "doubled",
    sentence:
      "No run makes more policies than it says, and after one that reported success no two resources hold the same.",
    flaws: madeTwice,
  },
  {
    counts: "other",
    sentence:
      "A policy that the state did not hold is neither changed nor taken, unless the program or who runs it says so.",
    flaws: takenOrChanged,
  },
  {
    counts: "unreported",
    sentence: "What a step reports was done.",
    flaws: reportedButNotDone,
  },
  {
    counts: "unreported",
    sentence: "What was done was reported, or an error or a killed run is the reason why not.",
    flaws: doneButNotReported,
  },
  {
    counts: "untrue",
    sentence: "Every error is a sentence that says what could not be done, and it is true.",
    flaws: unexplained,
  },
  {
    counts: "other",
    sentence: "No request comes between two runs.",
    flaws: ({ requestsBetween }) => (requestsBetween > 0 ? [`${requestsBetween} requests`] : []),
  },
  {
    counts: "other",
    sentence: "Nothing is written once the engine is gone.",
    flaws: ({ calls, permits }) => {
      const writes = calls.filter(isWrite);
      return writes.length > permits ? [`${writes.length} writes, ${permits} of them allowed`] : [];
    },
  },
  {
    counts: "other",
    sentence: "A run that only reads changes nothing.",
    flaws: changedByReading,
  },
];
