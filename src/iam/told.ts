import { NOT_SENT } from "./outcome";
import type { OtherService } from "./ways";

/** What a failed call told, whatever it failed with. */
export interface Told {
  /** The HTTP status; absent when no answer came, or none that could be read. */
  status?: number;
  /** IAM's code, such as `policy_not_found`, or the connection's, such as `ECONNREFUSED`. */
  code?: string;
  /** IAM's own reason. */
  said: string;
  transactionId?: string;
  /** The policy that stands in the way: its id, or all of it. */
  conflict?: unknown;
  /** How long IAM asks to wait, in milliseconds. */
  retryAfter?: number;
  /** Whether somebody else's change is in the way. */
  stale?: boolean;
  /** When IAM answered, by its own clock, in milliseconds since 1970. */
  answeredAt?: number;
  /** Whether the call only reads what IAM holds or offers. */
  reads?: boolean;
  /** Who was asked, where it was not IAM. */
  by?: OtherService;
}

type Fields = Partial<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/**
 * Reads an error of ibm-cloud-sdk-core. Its message is not used where there is a body: for 401, 403 and whatever the
 * token service answers the core writes "Access is denied due to invalid credentials." over IAM's own reason.
 */
export function tell(thrown: unknown): Told {
  const error = isFields(thrown) ? thrown : {};
  const status = typeof error["status"] === "number" ? error["status"] : undefined;
  const message = textOf(error["message"]) ?? String(thrown);
  // Without a code nothing reached the network: the SDK refused to send it.
  if (status === undefined) return { code: textOf(error["statusText"]) ?? NOT_SENT, said: message };
  const body = isFields(error["result"]) ? error["result"] : {};
  const [first] = Array.isArray(body["errors"]) ? (body["errors"] as unknown[]) : [];
  const reported = isFields(first) ? first : {};
  const details = isFields(reported["details"]) ? reported["details"] : {};
  const conflicting = isFields(details["conflicts_with"]) ? details["conflicts_with"] : {};
  return {
    status,
    // IAM's, its token service's, and Resource Controller's and Manager's.
    code: textOf(reported["code"]) ?? textOf(body["errorCode"]) ?? textOf(body["error_code"]),
    said:
      textOf(reported["message"]) ??
      textOf(body["errorMessage"]) ??
      textOf(body["message"]) ??
      textOf(error["statusText"]) ??
      message,
    transactionId:
      headerOf(error["headers"], "transaction-id") ?? textOf(body["trace"]) ?? textOf(body["transaction_id"]),
    conflict: conflicting["policy"],
    retryAfter: waitOf(headerOf(error["headers"], "retry-after")),
    answeredAt: dateOf(error["headers"]),
  };
}

/** `Retry-After`: seconds, or a date. */
function waitOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const wait = /^\d+$/.test(written) ? Number(written) * 1000 : Date.parse(written) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** When an answer was given, by the clock of who gave it. */
export function dateOf(headers: unknown): number | undefined {
  const at = Date.parse(headerOf(headers, "date") ?? "");
  return Number.isNaN(at) ? undefined : at;
}

export function headerOf(headers: unknown, name: string): string | undefined {
  return isFields(headers) ? textOf(headers[name]) : undefined;
}
