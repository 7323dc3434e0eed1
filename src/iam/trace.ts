import { appendFileSync } from "node:fs";
import { messageOf } from "../shared/coded-error";
import { attemptNumber } from "./retry";

/** One call that ended. */
interface TracedCall {
  method: string;
  /** The URL. Its query is left out of the trace, because it may name accounts. */
  url: string;
  /** The HTTP status, or the code of the failure if no response arrived. */
  outcome: number | string;
  milliseconds: number;
  transactionId?: string;
}

export type Trace = (call: TracedCall) => void;

/**
 * Writes one line for each call, without bodies, headers and credentials. `IBMCLOUD_TRACE` enables it, as in IBM's CLI:
 * `true` writes to standard error, and a path appends to that file. A trace never fails: if the file can't be written, the first
 * error is printed to standard error.
 *
 * @returns `undefined` if tracing is off
 */
export function createTrace(
  { IBMCLOUD_TRACE: target }: NodeJS.ProcessEnv,
  redact: (text: string) => string,
): Trace | undefined {
  if (!target || target.toLowerCase() === "false") return undefined;
  const print = (text: string) => {
    process.stderr.write(text);
  };
  const append = (text: string) => {
    appendFileSync(target, text);
  };
  const write = target.toLowerCase() === "true" ? print : append;
  let hasFailed = false;

  return (call) => {
    try {
      write(`${redact(lineOf(call))}\n`);
    } catch (error) {
      // It must not fail the call, which IAM may have carried out.
      if (!hasFailed) print(`The trace (IBMCLOUD_TRACE) can't be written: ${messageOf(error)}\n`);
      hasFailed = true;
    }
  };
}

function lineOf({ method, url, outcome, milliseconds, transactionId }: TracedCall): string {
  return [
    new Date().toISOString(),
    method.toUpperCase(),
    withoutQuery(url),
    outcome,
    `${Math.round(milliseconds)} ms`,
    `attempt ${attemptNumber.getStore() ?? 1}`,
    ...(transactionId === undefined ? [] : [`transaction ${transactionId}`]),
  ].join(" ");
}

function withoutQuery(url: string): string {
  return URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : (url.split("?")[0] ?? "");
}
