/**
 * The outcome of a call. *Refused*: IAM did nothing. *Unknown*: IAM may have carried out the request, although no response
 * confirms it.
 */
export type Outcome = "done" | "refused" | "unknown";

/** The result of a call: the status of its response, or the code of its failure. */
export interface CallResult {
  /** The HTTP status, if the whole response could be read. */
  status?: number;
  /** IAM's error code, or the code of the connection's failure. */
  code?: string;
}

/** The status is good, but the body is not what IAM documents: cut, garbled, too large, empty, or a proxy's page. */
export const UNREADABLE = "unreadable_answer";

/** No complete response arrived in time. */
export const TIMED_OUT = "ETIMEDOUT";

/** The run was cancelled before a complete response arrived. */
export const CANCELLED = "ECANCELED";

/** An established connection was lost, so the request may have been sent. */
export const CONNECTION_LOST = "ECONNRESET";

/** The request was never sent: no token, an invalid URL, or the run had ended. */
export const NOT_SENT = "not_sent";

/** IAM does not show a recent change yet. */
export const NOT_VISIBLE = "not_shown";

/**
 * Codes of connections that could not be established. An established connection can fail with some of them, too: then the code is
 * `CONNECTION_LOST`.
 */
const NOT_CONNECTED = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
];

/**
 * Decides the outcome of a call. If a failure may have occurred after IAM carried out the request, the outcome is
 * unknown.
 */
export function outcomeOf({ status, code }: CallResult): Outcome {
  if (code === UNREADABLE) return "unknown";
  if (status === undefined) return isUnsent(code) ? "refused" : "unknown";
  if (status < 300) return "done";
  return status === 408 || status >= 500 ? "unknown" : "refused";
}

/** Returns true if the same call may succeed later. */
export function isRetryable({ status, code }: CallResult): boolean {
  if (code === UNREADABLE) return true;
  if (status === undefined) return !isTls(code) && code !== NOT_SENT && code !== NOT_VISIBLE;
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** Returns true if no connection to IAM could be established. */
export function isUnconnected(code: string | undefined): boolean {
  return code !== undefined && NOT_CONNECTED.includes(code);
}

/** Returns true for a TLS failure: an untrusted certificate, or an endpoint without TLS. */
export function isTls(code: string | undefined): boolean {
  return code !== undefined && /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|^EPROTO$/.test(code);
}

/**
 * Returns true if the request was certainly not sent. An untrusted certificate is detected before the request is sent; other
 * TLS failures, such as an alert about the client's certificate, may interrupt a response.
 */
function isUnsent(code: string | undefined): boolean {
  if (code === NOT_SENT || code === NOT_VISIBLE || isUnconnected(code)) return true;
  return /^(?!ERR_SSL_).*(CERT|UNABLE_TO_)/.test(code ?? "");
}
