import type { MiddlewareHandler } from "hono";
import type { Behavior } from "./behavior";
import type { Env } from "./context";
import { errorBody, Refusal } from "./errors";

/** The limit of the rate of calls. */
export interface RateLimit {
  middleware: MiddlewareHandler<Env>;
  reset: () => void;
}

/** Limits the calls within any second to `callsPerSecond`. */
export function createRateLimit(behavior: Behavior): RateLimit {
  let accepted: number[] = [];
  return {
    middleware: async (c, next) => {
      if (behavior.callsPerSecond === Infinity) return next();
      const now = performance.now();
      accepted = accepted.filter((at) => now - at < 1000);
      if (accepted.length >= behavior.callsPerSecond) {
        const refusal = new Refusal(429, "too_many_requests", "Too many requests. Try again later.");
        return c.json(errorBody(refusal, c.get("arrival")), 429, { "Retry-After": "1" });
      }
      accepted.push(now);
      return next();
    },
    reset: () => {
      accepted = [];
    },
  };
}
