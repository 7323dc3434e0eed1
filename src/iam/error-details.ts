import { NOT_SENT } from "./outcome";
import type { ErrorDetails } from "./types";

type Fields = Partial<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/**
 * Reads an error of ibm-cloud-sdk-core. The error's own message is used only if the response has no body: for 401, 403 and
 * all errors of the token service, the core replaces IAM's reason with "Access is denied due to invalid credentials."
 */
export function errorDetails(thrown: unknown): ErrorDetails {
  const error = isFields(thrown) ? thrown : {};
  const status = typeof error["status"] === "number" ? error["status"] : undefined;
  const message = textOf(error["message"]) ?? String(thrown);
  // An error with neither a status nor a code means that the SDK refused to send the request.
  if (status === undefined) return { code: textOf(error["statusText"]) ?? NOT_SENT, message };
  const body = isFields(error["result"]) ? error["result"] : {};
  const [first] = Array.isArray(body["errors"]) ? (body["errors"] as unknown[]) : [];
  const reported = isFields(first) ? first : {};
  const details = isFields(reported["details"]) ? reported["details"] : {};
  const conflicting = isFields(details["conflicts_with"]) ? details["conflicts_with"] : {};
  const { headers } = error;
  return {
    status,
    // In this order: IAM, its token service, Resource Controller and Resource Manager.
    code: textOf(reported["code"]) ?? textOf(body["errorCode"]) ?? textOf(body["error_code"]),
    message:
      textOf(reported["message"]) ??
      textOf(body["errorMessage"]) ??
      textOf(body["message"]) ??
      textOf(error["statusText"]) ??
      message,
    transactionId:
      headerOf(headers, "transaction-id") ?? textOf(body["trace"]) ?? textOf(body["transaction_id"]),
    conflict: conflicting["policy"],
    retryAfter: parseRetryAfter(headerOf(headers, "retry-after")),
    respondedAt: dateOf(headers),
  };
}

/** `Retry-After` is a number of seconds or a date. */
function parseRetryAfter(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const wait = /^\d+$/.test(written) ? Number(written) * 1000 : Date.parse(written) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** Returns the `Date` of a response, in milliseconds since 1970. */
export function dateOf(headers: unknown): number | undefined {
  const at = Date.parse(headerOf(headers, "date") ?? "");
  return Number.isNaN(at) ? undefined : at;
}

export function headerOf(headers: unknown, name: string): string | undefined {
  return isFields(headers) ? textOf(headers[name]) : undefined;
}
