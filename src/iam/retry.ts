import { setTimeout as sleep } from "node:timers/promises";
import { backOff } from "exponential-backoff";
import { IamError } from "./errors";
import { startGate, type Passage } from "./gate";
import type { Pace } from "./pace";

/** How often to try when no connection comes about: a wrong endpoint is not waited for as long as a busy one. */
const CONNECTING = 3;

/**
 * Does something until it succeeds, or fails with what does not pass, or the time for it is over. IAM's `Retry-After` is
 * kept to.
 *
 * @param writes whether it changes something: what only reads is never in doubt
 * @param gate what the call goes through each time; the others of the same client wait there when IAM asks for fewer calls
 * @throws IamError what IAM said last, with how often and how long it was tried
 */
export async function persist<Result>(
  work: () => Promise<Result>,
  { retryTimeout, firstDelay, longestDelay }: Pace,
  writes = true,
  gate = startGate(),
): Promise<Result> {
  const begun = Date.now();
  let passage: Passage | undefined;
  let tries = 0;
  let unsure = false;
  const attempt = async () => {
    passage = await gate.pass();
    tries += 1;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof IamError)) throw error;
      unsure ||= writes && error.unsure;
      throw error.after({ tries, elapsed: Date.now() - begun, unsure });
    }
  };
  return backOff(attempt, {
    startingDelay: firstDelay,
    maxDelay: longestDelay,
    jitter: "full",
    numOfAttempts: Infinity,
    retry: async (error: unknown) => {
      if (!(error instanceof IamError) || !error.passes) return false;
      if (!error.connected && tries >= CONNECTING) return false;
      const wait = error.retryAfter ?? 0;
      if (Date.now() - begun + wait >= retryTimeout) return false;
      if (error.status === 429 && wait > 0 && passage) gate.shut(passage, wait);
      await sleep(wait);
      return true;
    },
  });
}

/** Thrown to ask again; carries the answer that is not taken yet. */
class NotYet<Answer> extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super("not yet");
    this.answer = answer;
  }
}

/**
 * Asks until an answer is taken, at most until a time; then the last answer counts.
 *
 * @param until in milliseconds of `Date.now()`; asked after each answer, as the first one may be what tells IAM's time
 */
export async function askUntil<Answer>(
  ask: () => Promise<Answer>,
  isTaken: (answer: Answer) => boolean,
  until: () => number,
  { firstDelay, longestDelay }: Pace,
): Promise<Answer> {
  const attempt = async () => {
    const answer = await ask();
    if (isTaken(answer)) return answer;
    throw new NotYet(answer);
  };
  try {
    return await backOff(attempt, {
      startingDelay: firstDelay,
      maxDelay: longestDelay,
      numOfAttempts: Infinity,
      retry: (error: unknown) => error instanceof NotYet && Date.now() < until(),
    });
  } catch (error) {
    if (error instanceof NotYet) return error.answer as Answer;
    throw error;
  }
}
