/**
 * How a call ended. *Refused* means that IAM did nothing; *unknown* that it may have done what it was asked to, although no
 * answer says so.
 */
export type Outcome = "done" | "refused" | "unknown";

/** What a call was answered, or failed with. */
export interface Ending {
  /** The HTTP status of an answer that was read to its end. */
  status?: number;
  /** IAM's code, or that of the connection's failure. */
  code?: string;
}

/** The answer's status is good, and its body isn't what IAM documents: cut, garbled, too large, empty, or a proxy's page. */
export const UNREADABLE = "unreadable_answer";

/** No complete answer came in time. */
export const TIMED_OUT = "ETIMEDOUT";

/** The call was never sent: its token couldn't be had, its URL is none, or the run was over before. */
export const NOT_SENT = "not_sent";

/** IAM was asked, and doesn't show yet what was written a short while ago. */
export const NOT_SHOWN = "not_shown";

/** Codes of a connection that couldn't be established. */
const NOT_CONNECTED = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
];

/** Decides how a call ended. Everything that isn't known to precede IAM's work is unknown. */
export function outcomeOf({ status, code }: Ending): Outcome {
  if (code === UNREADABLE) return "unknown";
  if (status === undefined) return isUnsent(code) ? "refused" : "unknown";
  if (status < 300) return "done";
  return status === 408 || status >= 500 ? "unknown" : "refused";
}

/** Whether the same call may succeed a while later. */
export function isRetryable({ status, code }: Ending): boolean {
  if (code === UNREADABLE) return true;
  if (status === undefined) return !isTls(code) && code !== NOT_SENT && code !== NOT_SHOWN;
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** Whether no connection to IAM could be established. */
export function isUnconnected(code: string | undefined): boolean {
  return code !== undefined && NOT_CONNECTED.includes(code);
}

/** Whether a connection failed over TLS: a certificate, or an endpoint that speaks none. */
export function isTls(code: string | undefined): boolean {
  return code !== undefined && /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|^EPROTO$/.test(code);
}

/** A certificate is refused before anything is sent; another failure of TLS may come in the middle of an answer. */
function isUnsent(code: string | undefined): boolean {
  return code === NOT_SENT || code === NOT_SHOWN || isUnconnected(code) || /CERT|UNABLE_TO_/.test(code ?? "");
}
