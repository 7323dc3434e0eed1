import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { IamError, inDoubt } from "./errors";
import { isOver } from "./policies";
import { backoff } from "./retry";

/** How often an update is decided anew because somebody else changed the policy meanwhile. */
export const EDITS = 8;

/** Does something again while what it was decided by is not what IAM holds any more. */
export async function untilCurrent<Result>(
  { pace }: Client,
  deadline: Deadline,
  work: () => Promise<Result>,
): Promise<Result> {
  let last: StaleError | undefined;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      // What the deadline cuts short says less than what came before it.
      if (last && error instanceof IamError && isOver(deadline))
        throw inDoubt(last.cause, error.unknownSince);
      if (!(error instanceof StaleError)) throw error;
      last = error;
      if (tries >= last.most || isOver(deadline)) throw last.cause;
      await deadline.sleep(backoff(tries, pace));
      if (isOver(deadline)) throw last.cause;
    }
  }
}

/** Something else changed what IAM holds between reading and writing, or an unknown outcome has to be looked at. */
export class StaleError extends Error {
  declare readonly cause: Error;
  /** How often it is tried until the cause counts. */
  readonly most: number;

  constructor(cause: Error, most = EDITS) {
    super(cause.message, { cause });
    this.most = most;
  }
}
