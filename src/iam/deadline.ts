import { setMaxListeners } from "node:events";
import { CodedError } from "../shared/coded-error";

/** The time that a call in flight still gets when the run is cancelled, in milliseconds. */
const CALL_GRACE = 5_000;

/**
 * The time that an operation still gets when the run is cancelled: enough for the call in flight and one read of its
 * result.
 */
const OPERATION_GRACE = 2 * CALL_GRACE;

/** The operation ran out of time, or the run was cancelled. */
export class DeadlineError extends CodedError {
  /** True if a call was in flight. */
  readonly wasSent: boolean;

  constructor(message = "the operation timed out", wasSent = true) {
    super("no-answer", message);
    this.wasSent = wasSent;
  }
}

/** The time limit of one operation with all its calls, retries and polls. It can't be extended. */
export interface Deadline {
  /** Returns the remaining time in milliseconds; 0 once it is over. */
  left: () => number;
  /** Returns true once the run is cancelled: nothing is retried or waited for any more. */
  isCancelled: () => boolean;
  /** Returns true if the time is over or the run is cancelled. */
  isOver: () => boolean;
  /** Sleeps. Returns early if the time is over or the run is cancelled. */
  sleep: (milliseconds: number) => Promise<void>;
  /**
   * Waits for a promise.
   *
   * @throws DeadlineError if the time is over first
   */
  within: <Result>(work: Promise<Result>) => Promise<Result>;
}

/**
 * Runs `work` with a deadline.
 *
 * @param milliseconds the time limit, from now
 * @param cancelled aborted when the user cancels the run
 */
export async function withDeadline<Result>(
  milliseconds: number,
  cancelled: AbortSignal | undefined,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  let endsAt = performance.now() + milliseconds;
  // Aborted when the time for calls is over. All calls that wait share one timer.
  const over = new AbortController();
  // Many calls and operations wait for these signals at once. Node.js would report that as a leak.
  setMaxListeners(0, over.signal, ...(cancelled ? [cancelled] : []));
  let timer = setTimeout(end, milliseconds);
  if (cancelled?.aborted) shorten();
  cancelled?.addEventListener("abort", shorten);

  function end(): void {
    over.abort();
  }

  function shorten(): void {
    clearTimeout(timer);
    timer = setTimeout(end, Math.min(left(), CALL_GRACE));
    endsAt = Math.min(endsAt, performance.now() + OPERATION_GRACE);
  }

  function left(): number {
    // Timers may fire a fraction of a millisecond early.
    const rest = endsAt - performance.now();
    return rest < 1 ? 0 : rest;
  }

  function isCancelled(): boolean {
    return cancelled?.aborted === true;
  }

  const deadline: Deadline = {
    left,
    isCancelled,
    isOver: () => isCancelled() || left() === 0,
    sleep: (wanted) =>
      new Promise((resolve) => {
        if (isCancelled()) {
          resolve();
          return;
        }
        const done = () => {
          clearTimeout(waiting);
          cancelled?.removeEventListener("abort", done);
          resolve();
        };
        const waiting = setTimeout(done, Math.min(wanted, left()));
        cancelled?.addEventListener("abort", done);
      }),
    within: (promise) =>
      new Promise((resolve, reject) => {
        const tooLate = () => {
          reject(new DeadlineError(isCancelled() ? "the run was cancelled" : undefined));
        };
        const signal = isCancelled()
          ? AbortSignal.timeout(Math.ceil(Math.min(left(), CALL_GRACE)))
          : over.signal;
        if (signal.aborted) tooLate();
        signal.addEventListener("abort", tooLate);
        const settled = () => {
          signal.removeEventListener("abort", tooLate);
        };
        promise.then(resolve, reject).finally(settled);
      }),
  };
  try {
    return await work(deadline);
  } finally {
    clearTimeout(timer);
    cancelled?.removeEventListener("abort", shorten);
  }
}
