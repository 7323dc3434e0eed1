import { setTimeout as sleep } from "node:timers/promises";

/** The span in which IAM's limit is taken to count, in milliseconds: `Retry-After` counts in seconds. */
const SPAN = 1_000;

/** How much slower than what IAM took: at the very limit one call in a few would be refused again. */
const MARGIN = 1.05;

/** The limit may be over by then. */
const CALM = 30_000;

/** One call that was let through. */
export interface Passage {
  at: number;
  refused: boolean;
}

/** What all calls with the same credentials go through. */
export interface Gate {
  /** Waits until a call may be sent: one after the other, and at once while IAM refuses none. */
  pass: () => Promise<Passage>;
  /** Takes note that IAM refused a call, and how long it asks to wait: then nobody is let through, and later only as many as it took. */
  shut: (passage: Passage, wait: number) => void;
}

/** What time it is, in milliseconds, and how to let some of it pass. */
interface Clock {
  now: () => number;
  sleep: (milliseconds: number) => Promise<unknown>;
}

const REAL: Clock = { now: () => performance.now(), sleep: (milliseconds) => sleep(milliseconds) };

/** @param calm how long nothing must be refused until calls go as fast as they come again, in milliseconds */
export function startGate(calm = CALM, clock = REAL): Gate {
  let turn: Promise<unknown> = Promise.resolve();
  let recent: Passage[] = [];
  let opensAt = 0;
  let refusedAt = -Infinity;
  /** Milliseconds between two calls. */
  let interval = 0;

  async function next(): Promise<Passage> {
    if (clock.now() - refusedAt > calm) interval = 0;
    for (let left = waitNow(); left > 0; left = waitNow()) await clock.sleep(left);
    const passage = { at: clock.now(), refused: false };
    recent = [...recent.filter(({ at }) => passage.at - at < SPAN), passage];
    return passage;
  }

  /** Timers may be some parts of a millisecond early. */
  function waitNow(): number {
    const earliest = Math.max(opensAt, (recent.at(-1)?.at ?? -Infinity) + interval);
    return Math.ceil(earliest - clock.now());
  }

  return {
    pass: () => {
      const passage = turn.then(next);
      turn = passage;
      return passage;
    },
    shut: (passage, wait) => {
      passage.refused = true;
      refusedAt = clock.now();
      opensAt = Math.max(opensAt, refusedAt + wait);
      const taken = recent.filter(({ refused }) => !refused).length;
      // Where none was taken, others used the limit up, and nothing is known of it.
      if (taken > 0) interval = (SPAN / taken) * MARGIN;
    },
  };
}
