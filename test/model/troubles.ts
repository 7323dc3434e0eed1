import * as fc from "fast-check";
import type { Fault } from "../../src/emulator";

/** A fault in one run. */
export interface Trouble {
  fault: Fault;
  /** Matches an error that it causes. */
  says: RegExp;
  /** True if IAM may carry out the call without sending a readable response. */
  outcomeUnknown: boolean;
  /** True if a retry succeeds. */
  retryable: boolean;
}

/** The moment at which the engine is killed: before or after its nth step, or during a request. */
export type Kill = { step: number } | Pick<Fault, "operation" | "nth" | "afterCommit">;

/** The request timeout in a run with slow responses, in milliseconds; a slow response takes twice as long. */
export const REQUEST_TIMEOUT = 15;
const SLOW = 2 * REQUEST_TIMEOUT;

interface Kind extends Omit<Trouble, "fault"> {
  fault: Omit<Fault, "operation">;
  only?: Fault["operation"];
}

/** True if retries overcome all faults. */
export function areRetryable(troubles: readonly Trouble[]): boolean {
  return troubles.every(({ retryable }) => retryable);
}

const PROXY = "<html>log in</html>";
const LOST = /IAM (could not be reached|did not respond)/;
const PROXIED = /unreadable_answer/;
/** Matches the error of an operation that ended at its deadline. */
export const OUT_OF_TIME = /the operation timed out|is not visible yet/;
const refused = (status: number, more: Partial<Fault> = {}): Kind => ({
  fault: { status, ...more },
  says: new RegExp(`\\(${status}[ )]`),
  outcomeUnknown: status >= 500,
  retryable: false,
});
const retryable = (kind: Kind): Kind => ({ ...kind, retryable: true });
const lost = (fault: Kind["fault"]): Kind => ({ fault, says: LOST, outcomeUnknown: true, retryable: true });
const proxied = (fault: Kind["fault"]): Kind => ({
  fault: { body: PROXY, ...fault },
  says: PROXIED,
  outcomeUnknown: true,
  retryable: true,
});

const KINDS: readonly [weight: number, kind: Kind][] = [
  [3, retryable(refused(500))],
  [3, retryable(refused(503))],
  [4, retryable(refused(503, { afterCommit: true }))],
  [1, retryable(refused(429, { retryAfter: 0 }))],
  [1, refused(429, { retryAfter: 60 })],
  [1, refused(401)],
  [2, refused(403)],
  [1, { ...refused(422), only: "createV2Policy" }],
  [1, { ...retryable(refused(412)), only: "replaceV2Policy" }],
  [1, { ...retryable(refused(409, { code: "unable_to_process" })), only: "replaceV2Policy" }],
  [3, lost({ reset: true })],
  [4, lost({ reset: true, afterCommit: true })],
  // Timeouts: not carried out, carried out, and carried out after the caller's timeout.
  [1, lost({ latency: SLOW, reset: true })],
  [1, lost({ latency: SLOW, afterCommit: true })],
  [1, lost({ latency: SLOW })],
  [1, proxied({})],
  [2, proxied({ afterCommit: true })],
];

const calls: fc.Arbitrary<Fault["operation"]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant("createV2Policy" as const) },
  { weight: 3, arbitrary: fc.constantFrom("replaceV2Policy" as const, "deleteV2Policy" as const) },
  { weight: 3, arbitrary: fc.constant("*" as const) },
  { weight: 2, arbitrary: fc.constantFrom("getV2Policy" as const, "listV2Policies" as const) },
  { weight: 1, arbitrary: fc.constantFrom("token" as const, "listRoles" as const, "getPolicy" as const) },
);
const nth = fc.constantFrom(1, 1, 1, 1, 1, 2, 2, 3);

/** Faults of every kind at every call. */
export const arbitraryTrouble: fc.Arbitrary<Trouble> = fc
  .record({
    operation: calls,
    kind: fc.oneof(...KINDS.map(([weight, kind]) => ({ weight, arbitrary: fc.constant(kind) }))),
    nth,
    times: fc.constantFrom(1, 1, 1, 2, Infinity, Infinity),
  })
  .map(({ operation, kind: { fault, only, retryable, ...kind }, ...met }) => ({
    ...kind,
    retryable: retryable && met.times < Infinity,
    fault: { operation: only ?? operation, ...fault, ...met },
  }));

/** A fault that loses every response to a call, which IAM may still carry out. */
export const lostPermanently = (operation: Fault["operation"]): Trouble => ({
  ...lost({}),
  retryable: false,
  fault: { operation, reset: true, afterCommit: true, times: Infinity },
});

export const arbitraryKill: fc.Arbitrary<Kill> = fc.oneof(
  fc.record({ step: fc.constantFrom(0, 1, 1, 2, 2, 3, 3, 4, 5, 7) }),
  fc.record({
    operation: fc.constantFrom("createV2Policy", "createV2Policy", "replaceV2Policy", "deleteV2Policy", "*"),
    nth,
    afterCommit: fc.boolean(),
  }),
);
