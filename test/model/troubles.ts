import * as fc from "fast-check";
import type { Fault } from "../../src/emulator";

/** Something that goes wrong in one run. */
export interface Trouble {
  fault: Fault;
  /** What an error says that comes of it. */
  says: RegExp;
  /** Whether a call may be carried out although no good answer comes. */
  isUnsure: boolean;
  /** Whether it is got over by trying again. */
  passes: boolean;
}

/** When the engine is killed: before or after its nth step, or while a request is under way. */
export type Kill = { step: number } | Pick<Fault, "operation" | "nth" | "afterCommit">;

/** How long a call may take in a run with slow answers, in milliseconds; a slow one takes twice that. */
export const REQUEST_TIMEOUT = 15;
const SLOW = 2 * REQUEST_TIMEOUT;

interface Kind extends Omit<Trouble, "fault"> {
  fault: Omit<Fault, "operation">;
  only?: Fault["operation"];
}

/** Whether nothing goes wrong for longer than it is tried again. */
export function isGotOver(troubles: readonly Trouble[]): boolean {
  return troubles.every(({ passes }) => passes);
}

const PROXY = "<html>log in</html>";
const LOST = /IAM could not be reached/;
const PROXIED = /unreadable_answer/;
/** What an operation says that ends with its deadline. */
export const OUT_OF_TIME = /the time of this operation is over|doesn't show that yet/;
const refused = (status: number, more: Partial<Fault> = {}): Kind => ({
  fault: { status, ...more },
  says: new RegExp(`\\(${status}[ )]`),
  isUnsure: status >= 500,
  passes: false,
});
const passing = (kind: Kind): Kind => ({ ...kind, passes: true });
const lost = (fault: Kind["fault"]): Kind => ({ fault, says: LOST, isUnsure: true, passes: true });
const proxied = (fault: Kind["fault"]): Kind => ({
  fault: { body: PROXY, ...fault },
  says: PROXIED,
  isUnsure: true,
  passes: true,
});

const KINDS: readonly [weight: number, kind: Kind][] = [
  [3, passing(refused(500))],
  [3, passing(refused(503))],
  [4, passing(refused(503, { afterCommit: true }))],
  [1, passing(refused(429, { retryAfter: 0 }))],
  [1, refused(429, { retryAfter: 60 })],
  [1, refused(401)],
  [2, refused(403)],
  [1, { ...refused(422), only: "createV2Policy" }],
  [1, { ...passing(refused(412)), only: "replaceV2Policy" }],
  [1, { ...passing(refused(409, { code: "unable_to_process" })), only: "replaceV2Policy" }],
  [3, lost({ reset: true })],
  [4, lost({ reset: true, afterCommit: true })],
  // Never answered: not done, done, and done when the caller has given up.
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
  .map(({ operation, kind: { fault, only, passes, ...kind }, ...met }) => ({
    ...kind,
    passes: passes && met.times < Infinity,
    fault: { operation: only ?? operation, ...fault, ...met },
  }));

/** A call of which neither the first answer nor one to a later try comes through: it may be carried out all the same. */
export const lostForGood = (operation: Fault["operation"]): Trouble => ({
  ...lost({}),
  passes: false,
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
