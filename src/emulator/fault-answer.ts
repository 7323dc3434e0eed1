import type { Arrival } from "./calls";
import { inEnvelope, tokenEnvelope } from "./errors";
import type { Fault } from "./faults";
import { isResourcePath, resourceSaid } from "./resource-errors";

type Said = readonly [code: string, message: string];

/** What IAM says with a status. Source: the enum `ErrorObject.Constants.Code` of IBM's SDK; most messages are made up. */
const SAID: Record<number, Said> = {
  400: ["invalid_body", "Invalid body format. Check missing parameters."],
  401: ["invalid_token", "The provided IAM token is invalid."],
  403: ["insufficent_permissions", "You are not authorized to do this."],
  404: ["policy_not_found", "The policy was not found."],
  409: ["policy_conflict_error", "The policy conflicts with an existing one."],
  412: ["unable_to_process", "The If-Match header does not match the current ETag of the policy."],
  415: ["unsupported_content_type", "The content type must be application/json."],
  422: ["unable_to_process", "Exceeded maximum policies quota error"],
  429: ["too_many_requests", "Too many requests. Try again later."],
};
const FAILED: Said = ["request_not_processed", "The request could not be processed. Try again later."];

/** What the token service says. IBM documents one of its codes; the other is made up. */
const TOKEN_SAID: Record<number, Said> = {
  400: ["BXNIM0415E", "Provided API key could not be found"],
};
const TOKEN_FAILED: Said = ["BXNIM0000E", "The request could not be processed. Try again later."];

/**
 * The answer that a fault gives in IAM's place.
 *
 * @param credentials those of the request, where they are repeated in it
 */
export function faultAnswer(fault: Fault, arrival: Arrival, url: string, credentials?: string): Response {
  const { body, status = 200, retryAfter } = fault;
  const said = credentials === undefined ? {} : { code: credentials, message: `You sent ${credentials}` };
  const text = body ?? JSON.stringify(errorOf({ ...said, ...fault }, status, arrival, url));
  if (text === "") return new Response(null, { status });
  const headers = new Headers({ "Content-Type": text.startsWith("<") ? "text/html" : "application/json" });
  if (retryAfter !== undefined) {
    headers.set(
      "Retry-After",
      typeof retryAfter === "number" ? String(retryAfter) : retryAfter.toUTCString(),
    );
  }
  return new Response(text, { status, headers });
}

function errorOf(fault: Fault, status: number, arrival: Arrival, url: string): object {
  const isToken = arrival.operation === "token";
  const usual = isToken ? (TOKEN_SAID[status] ?? TOKEN_FAILED) : usualFor(arrival.path, status);
  const { code = usual[0], message = usual[1] } = fault;
  if (isToken) return tokenEnvelope({ code, message }, { url, userAgent: arrival.userAgent });
  return inEnvelope({ status, code, message }, arrival);
}

function usualFor(path: string, status: number): Said {
  return isResourcePath(path) ? resourceSaid(status) : (SAID[status] ?? FAILED);
}
