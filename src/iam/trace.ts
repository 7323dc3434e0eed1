import { appendFileSync } from "node:fs";
import { attemptNumber } from "./retry";

/** One call that ended. */
interface TracedCall {
  method: string;
  /** The URL. Its query is not written: it may name accounts. */
  url: string;
  /** The HTTP status, or the code of the failure if no response arrived. */
  outcome: number | string;
  milliseconds: number;
  transactionId?: string;
}

export type Trace = (call: TracedCall) => void;

/**
 * Writes one line for each call, without bodies, headers and credentials. `IBMCLOUD_TRACE` enables it, as in IBM's CLI:
 * `true` writes to standard error, and a path appends to that file.
 *
 * @returns `undefined` if tracing is off
 */
export function createTrace(
  { IBMCLOUD_TRACE: target }: NodeJS.ProcessEnv,
  redact: (text: string) => string,
): Trace | undefined {
  if (!target || target.toLowerCase() === "false") return undefined;
  const write =
    target.toLowerCase() === "true"
      ? (line: string) => void process.stderr.write(line)
      : (line: string) => {
          appendFileSync(target, line);
        };
  return ({ method, url, outcome, milliseconds, transactionId }) => {
    const attempt = attemptNumber.getStore() ?? 1;
    const parts = [
      new Date().toISOString(),
      method.toUpperCase(),
      withoutQuery(url),
      outcome,
      `${Math.round(milliseconds)} ms`,
      `attempt ${attempt}`,
      ...(transactionId === undefined ? [] : [`transaction ${transactionId}`]),
    ];
    write(`${redact(parts.join(" "))}\n`);
  };
}

function withoutQuery(url: string): string {
  return URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : (url.split("?")[0] ?? "");
}
