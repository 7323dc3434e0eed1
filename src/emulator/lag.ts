/** The time in which something written is not seen yet. */
export interface Lag {
  /** By this process's clock, in milliseconds. */
  since: number;
  /** Milliseconds. */
  length: number;
}

export function lagFromNow(length: number): Lag {
  return { since: performance.now(), length };
}

/** @param longest what a lag that begins now would be: one that began before never lasts longer than that */
export function isOver({ since, length }: Lag, longest: number): boolean {
  return performance.now() - since >= Math.min(length, longest);
}
