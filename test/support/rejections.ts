import { inspect } from "node:util";

/**
 * Fails a test in which a promise was rejected that nothing awaited by then, also where something did later (Node's
 * `PromiseRejectionHandledWarning`): outside the tests the one ends a process, and the other hides an error.
 */

/** What promises were rejected with. Node tells of those, too, that something handles only later. */
let found: unknown[] = [];
let allowed: RegExp | undefined;

/**
 * Lets this test leave rejections with such a message: an output of Pulumi's that fails holds several promises, and leaves
 * those that nobody awaits to the process.
 */
export function allowRejections(message: RegExp): void {
  allowed = message;
}

process.on("unhandledRejection", (reason) => {
  found.push(reason);
});

/** @throws when a promise was rejected unheard since the last call */
async function refuseRejections(): Promise<void> {
  // Node tells of a rejection once the current turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  const [first] = found.filter((reason) => !allowed?.test(String(reason)));
  found = [];
  allowed = undefined;
  if (first === undefined) return;
  const text = first instanceof Error ? (first.stack ?? first.message) : inspect(first);
  throw new Error(`A promise was rejected, and nothing awaited it in time: ${text}`);
}

export const mochaHooks = { afterEach: refuseRejections, afterAll: refuseRejections };
