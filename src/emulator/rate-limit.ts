import type { MiddlewareHandler } from "hono";
import type { Env } from "./app";
import type { Behaviour } from "./behaviour";
import { inEnvelope, Refusal } from "./errors";

/** How many calls are taken within a second. */
export interface RateLimit {
  middleware: MiddlewareHandler<Env>;
  forget: () => void;
}

export function rateLimit(behaviour: Behaviour): RateLimit {
  let taken: number[] = [];
  return {
    middleware: async (c, next) => {
      if (behaviour.callsPerSecond === Infinity) return next();
      const now = performance.now();
      taken = taken.filter((at) => now - at < 1000);
      if (taken.length >= behaviour.callsPerSecond) {
        const refusal = new Refusal(429, "too_many_requests", "Too many requests. Try again later.");
        return c.json(inEnvelope(refusal, c.get("arrival")), 429, { "Retry-After": "1" });
      }
      taken.push(now);
      return next();
    },
    forget: () => {
      taken = [];
    },
  };
}
