import { inspect } from "node:util";

/**
 * Fails a test that leaves a rejected promise without a handler, even if a handler is attached later (Node's
 * `PromiseRejectionHandledWarning`). In production, a rejection without a handler ends the process, and a late
 * handler hides an error.
 */

/** Reasons of rejections without a handler. Node also reports those that get a handler later. */
let unhandled: unknown[] = [];
let allowed: RegExp | undefined;

/**
 * Lets the current test leave rejections whose message matches. A Pulumi output that fails rejects several internal
 * promises, and Pulumi leaves some of them without a handler.
 */
export function allowRejections(message: RegExp): void {
  allowed = message;
}

function record(reason: unknown): void {
  unhandled.push(reason);
}

/** A worker of `mocha --parallel` removes all listeners after each file, so each file adds this one again. */
function listen(): void {
  process.off("unhandledRejection", record).on("unhandledRejection", record);
}

/** @throws if a promise was rejected without a handler since the last call */
async function refuseRejections(): Promise<void> {
  // Node reports a rejection after the current turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  const [first] = unhandled.filter((reason) => !allowed?.test(String(reason)));
  unhandled = [];
  allowed = undefined;
  if (first === undefined) return;
  const text = first instanceof Error ? (first.stack ?? first.message) : inspect(first);
  throw new Error(`A promise was rejected without a handler: ${text}`);
}

export const mochaHooks = { beforeAll: listen, afterEach: refuseRejections, afterAll: refuseRejections };
