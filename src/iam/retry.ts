import { AsyncLocalStorage } from "node:async_hooks";
import { DeadlineError, type Deadline } from "./deadline";
import { IamError, withUnknownOutcome } from "./errors";
import { CANCELLED, TIMED_OUT } from "./outcome";
import type { Service, Timeouts } from "./types";

/** The number of attempts to establish a connection: a wrong endpoint deserves fewer than a busy one. */
const MAX_CONNECTION_ATTEMPTS = 3;

/** The number of attempts to get a readable response: a proxy's page does not change. */
const MAX_UNREADABLE_ATTEMPTS = 6;

/** The maximum number of attempts of a write that conflicts with concurrent changes. */
const MAX_CONFLICTS = 8;

/** The limits of all retries and polls of one operation. */
interface Limits {
  deadline: Deadline;
  timeouts: Timeouts;
}

export interface RetryOptions extends Limits {
  rateLimiter?: RateLimiter;
  /** True if the call only reads: its outcome does not matter. */
  isRead: boolean;
  /** True if an attempt whose outcome is unknown may be repeated as it is. */
  repeatsUnknown: boolean;
  /** The service that is called. @default IAM */
  service?: Service;
}

/** The number of the current attempt, for the trace. */
export const attemptNumber = new AsyncLocalStorage<number>();

/**
 * Repeats a call until it succeeds, fails with an error that is not worth a retry, or the deadline is over.
 *
 * @throws IamError the last failure, with the number of attempts and their total time
 */
export async function withRetry<Result>(
  attempt: () => Promise<Result>,
  { deadline, timeouts, rateLimiter, isRead, repeatsUnknown, service }: RetryOptions,
): Promise<Result> {
  const startedAt = performance.now();
  let unknownSince: number | undefined;
  let last: IamError | undefined;

  for (let count = 1; ; count += 1) {
    let sentAt: number | undefined;
    try {
      if (rateLimiter) await deadline.within(rateLimiter.ready(deadline));
      sentAt = performance.now();
      return await deadline.within(attemptNumber.run(count, attempt));
    } catch (thrown) {
      const failure =
        thrown instanceof DeadlineError ? outOfTime(thrown, thrown.wasSent ? sentAt : undefined) : thrown;
      if (!(failure instanceof IamError)) throw withUnknownOutcome(failure, unknownSince);
      if (failure.outcomeUnknown) unknownSince ??= sentAt;
      // If the deadline interrupts this attempt, the previous attempt's error is more helpful.
      const error = thrown instanceof DeadlineError && last ? last : failure;
      last = error.after({ count, elapsed: performance.now() - startedAt, unknownSince });
      if (thrown instanceof DeadlineError) throw last;
      if (!isWorthRetry(failure, count)) throw last;
      const retryAfter = last.retryAfter ?? 0;
      if (retryAfter >= deadline.left()) throw last;
      if (rateLimiter && last.status === 429 && retryAfter > 0) rateLimiter.pause(retryAfter);
      else await deadline.sleep(retryAfter + backoff(count, timeouts));
      if (deadline.isOver()) throw last;
    }
  }

  function isWorthRetry(error: IamError, count: number): boolean {
    if (deadline.isCancelled() || !error.isRetryable) return false;
    if (!error.connected && count >= MAX_CONNECTION_ATTEMPTS) return false;
    if (error.isUnreadable && count >= MAX_UNREADABLE_ATTEMPTS) return false;
    return repeatsUnknown || !error.outcomeUnknown;
  }

  /** A request that was sent before the deadline may still be carried out. */
  function outOfTime({ message }: DeadlineError, sentAt: number | undefined): IamError {
    const code = deadline.isCancelled() ? CANCELLED : TIMED_OUT;
    return new IamError({ code, message, service, isRead: isRead || sentAt === undefined });
  }
}

/**
 * Repeats a read until its result is accepted. Returns the last result if the time is over.
 *
 * @param timeLeft returns how long to go on after a result, in milliseconds
 */
export async function pollUntil<Result>(
  read: () => Promise<Result>,
  isAccepted: (result: Result) => boolean,
  timeLeft: (result: Result) => number,
  { deadline, timeouts }: Limits,
): Promise<Result> {
  const startedAt = performance.now();
  for (let count = 1; ; count += 1) {
    const result = await read();
    // No response can extend the limit.
    const left = Math.min(timeLeft(result), startedAt + timeouts.propagation - performance.now());
    if (isAccepted(result) || left <= 0 || deadline.isOver()) return result;
    await deadline.sleep(backoff(count, timeouts));
  }
}

/**
 * A read and the write that relies on it must be repeated: the policy changed in between, or the outcome of the write is
 * unknown.
 */
export class StaleError extends Error {
  declare readonly cause: Error;
  /** The number of attempts after which the cause is thrown. */
  readonly maxAttempts: number;

  constructor(cause: Error, maxAttempts = MAX_CONFLICTS) {
    super(cause.message, { cause });
    this.maxAttempts = maxAttempts;
  }
}

/** Repeats a read and the write that relies on it while it throws a `StaleError`. */
export async function retryOnConflict<Result>(
  work: () => Promise<Result>,
  { deadline, timeouts }: Limits,
): Promise<Result> {
  let last: StaleError | undefined;
  for (let count = 1; ; count += 1) {
    try {
      return await work();
    } catch (error) {
      // If the deadline interrupts this attempt, the previous attempt's error is more helpful, unless this attempt may have been
      // carried out: the previous error does not rule that out.
      if (last && error instanceof IamError && deadline.isOver())
        throw error.outcomeUnknown ? error : last.cause;
      if (!(error instanceof StaleError)) throw error;
      last = error;
      if (count >= last.maxAttempts || deadline.isOver()) throw last.cause;
      await deadline.sleep(backoff(count, timeouts));
      if (deadline.isOver()) throw last.cause;
    }
  }
}

/** Returns the delay before the next attempt, in milliseconds: exponential with full jitter. */
function backoff(count: number, { firstDelay, longestDelay }: Timeouts): number {
  return Math.random() * Math.min(longestDelay, firstDelay * 2 ** (count - 1));
}

/** Pauses all calls with the same credentials when IAM limits their rate. */
export interface RateLimiter {
  /** Waits until calls may be sent again. */
  ready: (deadline: Deadline) => Promise<void>;
  /** Pauses all calls for the `Retry-After` of a 429 response, in milliseconds. */
  pause: (retryAfter: number) => void;
}

/**
 * Calls resume at random times within one more `Retry-After`, so that they don't all arrive at once. If IAM refuses one
 * of the resumed calls, all calls that still wait start to wait again, so only the few in flight are refused.
 */
export function createRateLimiter(now: () => number = () => performance.now()): RateLimiter {
  let resumesAt = -Infinity;
  let spread = 0;

  return {
    ready: async (deadline) => {
      while (resumesAt > now() && !deadline.isOver()) {
        await deadline.sleep(Math.ceil(resumesAt - now()) + Math.random() * spread);
      }
    },
    pause: (retryAfter) => {
      resumesAt = Math.max(resumesAt, now() + retryAfter);
      spread = retryAfter;
    },
  };
}
