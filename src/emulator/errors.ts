import type { ContentfulStatusCode } from "hono/utils/http-status";

/** IAM's codes for what this emulator refuses. Source: the enum `ErrorObject.Constants.Code` of IBM's SDK. */
export type Code =
  | "insufficent_permissions"
  | "invalid_body"
  | "invalid_token"
  | "missing_required_query_parameter"
  | "not_found"
  | "policy_conflict_error"
  | "policy_not_found"
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

/** IAM's error envelope. */
export function envelope({ status, code, message, details }: Refusal, transactionId: string): object {
  return {
    trace: transactionId,
    errors: [{ code, message, ...(details && { details }) }],
    status_code: status,
  };
}

export function policyNotFound(id: string): Refusal {
  return new Refusal(404, "policy_not_found", `Policy with Id ${id} not found.`);
}

export function invalidBody(message: string): Refusal {
  return new Refusal(400, "invalid_body", `Invalid body format. ${message}`);
}
