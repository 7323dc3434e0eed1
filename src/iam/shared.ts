import type { Deadline } from "./deadline";
import { IamError } from "./errors";

/** One answer for all who ask the same thing in a run. */
export interface Shared<Result> {
  /** The answer: the one that there is, the one that is on its way, or else what `ask` gets. */
  get: (deadline: Deadline, ask: (deadline: Deadline) => Promise<Result>) => Promise<Result>;
  /** From now on it is asked for anew. */
  forget: () => void;
}

/** Failures aren't kept: the next one asks again, and so does one who waited for another whose time was over. */
export function shared<Result>(): Shared<Result> {
  let current: Promise<Result> | undefined;

  async function settled(asked: Promise<Result>, answer: Promise<Result>): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      if (current === asked) current = undefined;
      throw error;
    }
  }

  return {
    get: async (deadline, ask) => {
      while (current) {
        try {
          return await settled(current, deadline.within(current));
        } catch (error) {
          const isOver = deadline.isCancelled() || deadline.left() === 0;
          if (isOver || !(error instanceof IamError) || !error.isRetryable) throw error;
        }
      }
      current = ask(deadline);
      return settled(current, current);
    },
    forget: () => {
      current = undefined;
    },
  };
}
