import type { Deadline } from "./deadline";

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
