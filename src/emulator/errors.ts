import { randomUUID } from "node:crypto";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as v from "valibot";
import { isResourcePath, resourceSaid } from "./resource-errors";

/** IAM's codes for what this emulator refuses. Source: the enum `ErrorObject.Constants.Code` of IBM's SDK. */
export type Code =
  | "insufficent_permissions"
  | "invalid_body"
  | "invalid_token"
  | "missing_required_query_parameter"
  | "not_found"
  | "policy_conflict_error"
  | "policy_not_found"
  | "request_not_processed"
  | "too_many_requests"
  | "unable_to_process"
  | "unsupported_content_type";

/** Something IAM answers with an error. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: Code;
  readonly details?: object;

  constructor(status: ContentfulStatusCode, code: Code, message: string, details?: object) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** What an error's answer says. */
interface Said {
  status: number;
  code: string;
  message: string;
  details?: object;
}

/** IAM's error envelope. */
function envelope({ status, code, message, details }: Said, transactionId: string): object {
  return {
    trace: transactionId,
    errors: [{ code, message, ...(details && { details }) }],
    status_code: status,
  };
}

/** An error in the envelope of the service that answers; a refusal gets that service's code. */
export function inEnvelope(
  said: Said,
  { path, transactionId }: { path: string; transactionId: string },
): object {
  if (!isResourcePath(path)) return envelope(said, transactionId);
  const { status, message } = said;
  const code = said instanceof Refusal ? resourceSaid(status)[0] : said.code;
  return { transaction_id: transactionId, status_code: status, error_code: code, message, details: "" };
}

/** The token service's errors, which have a shape of their own. */
export function tokenEnvelope(
  { code, message }: Pick<Said, "code" | "message">,
  { url, userAgent }: { url: string; userAgent: string | undefined },
): object {
  const requestId = randomUUID().replaceAll("-", "");
  const requestType = "incoming.Identity_Token";
  // The path makes ibm-cloud-sdk-core treat the answer as IAM's, as the real one's does.
  const context = { requestId, requestType, userAgent, url: `${url}#iam`, locale: "en_US" };
  return { context, errorCode: code, errorMessage: message };
}

export function policyNotFound(id: string): Refusal {
  return new Refusal(404, "policy_not_found", `Policy with Id ${id} not found.`);
}

/** What a schema finds wrong with a body, in IAM's words. */
export function badBody(issue: v.BaseIssue<unknown>): Refusal {
  return invalidBody(`Check ${v.getDotPath(issue) || "the body"}: ${issue.message}.`);
}

export function invalidBody(message: string): Refusal {
  return new Refusal(400, "invalid_body", `Invalid body format. ${message}`);
}
