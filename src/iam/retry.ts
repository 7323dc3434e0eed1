import { TooLateError, type Deadline } from "./deadline";
import { IamError, inDoubt } from "./errors";
import type { Gate, Passage } from "./gate";
import { TIMED_OUT } from "./outcome";
import type { Pace } from "./pace";

/** How often to try when no connection can be established: a wrong endpoint is not waited for as long as a busy one. */
const CONNECTING = 3;

/** How often to try when answers can't be read: a proxy's page stays one. */
const READING = 6;

/** What all retries and polls of one operation have in common. */
interface Surroundings {
  deadline: Deadline;
  pace: Pace;
}

/** One call, and how it is tried. */
interface Attempts extends Surroundings {
  /** What each try goes through; other calls of the same client wait there when IAM asks for fewer. */
  gate?: Gate;
  /** Whether the call only reads: its outcome is never in doubt. */
  reads: boolean;
  /** Whether a try whose outcome is unknown may be repeated as it is. */
  repeatsUnknown: boolean;
}

/**
 * Tries a call until it succeeds, fails with what isn't worth a retry, or the deadline is over. Every caller waits as long as
 * `Retry-After` says.
 *
 * @throws IamError what IAM said last, with how often and how long it was tried
 */
export async function withRetry<Result>(
  attempt: () => Promise<Result>,
  { deadline, pace, gate, reads, repeatsUnknown }: Attempts,
): Promise<Result> {
  const begun = performance.now();
  let unknownSince: number | undefined;
  let last: IamError | undefined;

  for (let tries = 1; ; tries += 1) {
    let sentAt: number | undefined;
    let passage: Passage | undefined;
    try {
      passage = gate && (await deadline.within(gate.pass()));
      sentAt = performance.now();
      return await deadline.within(attempt());
    } catch (thrown) {
      const failure =
        thrown instanceof TooLateError ? outOfTime(thrown, thrown.wasSent ? sentAt : undefined) : thrown;
      if (!(failure instanceof IamError)) throw inDoubt(failure, unknownSince);
      if (failure.outcomeUnknown) unknownSince ??= sentAt;
      // A try that the deadline cuts short says less than the one before it.
      const said = thrown instanceof TooLateError && last ? last : failure;
      last = said.after({ tries, elapsed: performance.now() - begun, unknownSince });
      if (thrown instanceof TooLateError) throw last;
      if (!isWorthRetry(failure, tries)) throw last;
      const asked = last.retryAfter ?? 0;
      if (asked >= deadline.left()) throw last;
      if (last.status === 429 && asked > 0 && passage) gate?.shut(passage, asked);
      await deadline.sleep(asked + backoff(tries, pace));
      if (deadline.isCancelled() || deadline.left() === 0) throw last;
    }
  }

  function isWorthRetry(error: IamError, tries: number): boolean {
    if (deadline.isCancelled() || !error.isRetryable) return false;
    if (!error.connected && tries >= CONNECTING) return false;
    if (error.isUnreadable && tries >= READING) return false;
    return repeatsUnknown || !error.outcomeUnknown;
  }

  /** The deadline of the operation is over. What was sent by then may still be carried out. */
  function outOfTime({ message }: TooLateError, sentAt: number | undefined): IamError {
    return new IamError({ code: TIMED_OUT, said: message, reads: reads || sentAt === undefined });
  }
}

/**
 * Asks until an answer is accepted. When there is no time left, the last answer counts.
 *
 * @param until milliseconds for which to go on asking, told by each answer
 */
export async function pollUntil<Answer>(
  ask: () => Promise<Answer>,
  isAccepted: (answer: Answer) => boolean,
  until: (answer: Answer) => number,
  { deadline, pace }: Surroundings,
): Promise<Answer> {
  const begun = performance.now();
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    // No answer can move the end further away than the pace says.
    const left = Math.min(until(answer), begun + pace.propagation - performance.now());
    if (isAccepted(answer) || left <= 0 || deadline.isCancelled() || deadline.left() === 0) return answer;
    await deadline.sleep(backoff(tries, pace));
  }
}

/** The wait before the next try, in milliseconds: doubled from try to try, with full jitter. */
export function backoff(tries: number, { firstDelay, longestDelay }: Pace): number {
  return Math.random() * Math.min(longestDelay, firstDelay * 2 ** (tries - 1));
}
