/** How long a call that is under way may still take once the run is cancelled, in milliseconds. */
const CALL_GRACE = 5_000;

/** How long the whole operation may still take then: its last call, and one look-up of what that call did. */
const GRACE = 2 * CALL_GRACE;

/** Time is over: the operation's own, or what a cancelled run leaves it. */
export class TooLateError extends Error {
  /** Whether the call that it ends may be under way. */
  readonly wasSent: boolean;

  constructor(message = "the time of this operation is over", wasSent = true) {
    super(message);
    this.wasSent = wasSent;
  }
}

/** The time of one operation, with all its calls, retries and polls. Nothing extends it. */
export interface Deadline {
  /** Milliseconds until it is over; 0 from then on. */
  left: () => number;
  /** Whether the run was cancelled: nothing is retried or waited for any more. */
  isCancelled: () => boolean;
  /** Waits; ends early when the time is over or the run is cancelled. */
  sleep: (milliseconds: number) => Promise<void>;
  /**
   * The result of work, if it comes in time.
   *
   * @throws TooLateError when the time is over first
   */
  within: <Result>(work: Promise<Result>) => Promise<Result>;
}

/**
 * Gives work a deadline.
 *
 * @param milliseconds from now on
 * @param cancelled aborted when the user cancels the run
 */
export async function withDeadline<Result>(
  milliseconds: number,
  cancelled: AbortSignal | undefined,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  let endsAt = performance.now() + milliseconds;
  // One timer for whoever waits: aborted when no call may take any longer.
  const over = new AbortController();
  let timer = setTimeout(end, milliseconds);
  if (cancelled?.aborted) cut();
  cancelled?.addEventListener("abort", cut);

  function end(): void {
    over.abort();
  }

  function cut(): void {
    clearTimeout(timer);
    timer = setTimeout(end, Math.min(left(), CALL_GRACE));
    endsAt = Math.min(endsAt, performance.now() + GRACE);
  }

  function left(): number {
    // Timers may end some parts of a millisecond early.
    const rest = endsAt - performance.now();
    return rest < 1 ? 0 : rest;
  }

  function isCancelled(): boolean {
    return cancelled?.aborted === true;
  }

  const deadline: Deadline = {
    left,
    isCancelled,
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
          reject(
            new TooLateError(isCancelled() ? "the run was cancelled" : "the time of this operation is over"),
          );
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
    cancelled?.removeEventListener("abort", cut);
  }
}
