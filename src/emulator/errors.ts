import { randomUUID } from "node:crypto";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Behavior } from "./behavior";
import type { Policy } from "./policy";

/** IAM's error codes that the emulator uses. Source: the enum `ErrorObject.Constants.Code` of IBM's SDK. */
type Code =
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

/** An error that IAM returns. */
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

interface ConflictingPolicy {
  policy: Policy;
  etag: string;
}
type PolicyFormat = (policy: Policy) => object;

/** A 409 whose details contain the existing policy that the request conflicts with. */
export class ConflictRefusal extends Refusal {
  private readonly existing: ConflictingPolicy;
  private readonly form: Behavior["conflictsWith"];

  /** @param format converts the policy to the schema of the request */
  constructor(
    message: string,
    existing: ConflictingPolicy,
    form: Behavior["conflictsWith"],
    format: PolicyFormat = (policy) => policy,
  ) {
    super(409, "policy_conflict_error", message, conflictDetails(existing, form, format));
    this.existing = existing;
    this.form = form;
  }

  withFormat(format: PolicyFormat): ConflictRefusal {
    return new ConflictRefusal(this.message, this.existing, this.form, format);
  }
}

function conflictDetails(
  { policy, etag }: ConflictingPolicy,
  form: Behavior["conflictsWith"],
  format: PolicyFormat,
): object | undefined {
  if (form === "nothing") return undefined;
  return { conflicts_with: { etag, policy: form === "id" ? policy.id : format(policy) } };
}

export function policyNotFound(id: string): Refusal {
  return new Refusal(404, "policy_not_found", `Policy with Id ${id} not found.`);
}

/** @param problem a sentence without a full stop. It names the path of a value, and what was expected. */
export function invalidBody(problem: string): Refusal {
  return new Refusal(400, "invalid_body", `Invalid body format. ${problem}.`);
}

/** @param expected what was expected of the query parameter, such as `must be a whole number` */
export function invalidQuery(name: string, expected: string): Refusal {
  return new Refusal(400, "invalid_body", `The query parameter ${name} ${expected}.`);
}

type ErrorText = readonly [code: string, message: string];
interface ErrorTexts {
  readonly [status: number]: ErrorText;
  readonly other: ErrorText;
}

/** IAM's usual error for each status. Source: the codes of IBM's SDK; most messages are made up. */
const IAM_ERRORS: ErrorTexts = {
  400: ["invalid_body", "Invalid body format. Check missing parameters."],
  401: ["invalid_token", "The provided IAM token is invalid."],
  403: ["insufficent_permissions", "You are not authorized to do this."],
  404: ["policy_not_found", "The policy was not found."],
  409: ["policy_conflict_error", "The policy conflicts with an existing one."],
  412: ["unable_to_process", "The If-Match header does not match the current ETag of the policy."],
  415: ["unsupported_content_type", "The content type must be application/json."],
  422: ["unable_to_process", "Exceeded maximum policies quota error"],
  429: ["too_many_requests", "Too many requests. Try again later."],
  other: ["request_not_processed", "The request could not be processed. Try again later."],
};

/** The token service's usual errors. IBM documents the code for 400; the other code is made up. */
const TOKEN_ERRORS: ErrorTexts = {
  400: ["BXNIM0415E", "Provided API key could not be found"],
  other: ["BXNIM0000E", "The request could not be processed. Try again later."],
};

/** Resource Controller's and Resource Manager's usual errors. IBM documents their shape; the messages are made up. */
const RESOURCE_ERRORS: ErrorTexts = {
  400: ["RC-InvalidRequest", "The request is not valid."],
  401: ["RC-IamTokenInvalid", "The provided IAM token is invalid."],
  403: ["RC-NotAuthorized", "You are not authorized to do this."],
  404: ["RC-NotFound", "The resource could not be found."],
  429: ["RC-TooManyRequests", "Too many requests. Try again later."],
  other: ["RC-RequestFailed", "The request could not be processed. Try again later."],
};

/** Returns the usual error of a status, from the service that serves the path. */
export function usualError(path: string, status: number): ErrorText {
  const texts = isResourcePath(path) ? RESOURCE_ERRORS : IAM_ERRORS;
  return texts[status] ?? texts.other;
}

export function usualTokenError(status: number): ErrorText {
  return TOKEN_ERRORS[status] ?? TOKEN_ERRORS.other;
}

/** Returns true if Resource Controller or Resource Manager serves this path. Their errors have a different shape from IAM's. */
function isResourcePath(path: string): boolean {
  return path.startsWith("/v2/resource_");
}

interface ErrorContent {
  status: number;
  code: string;
  message: string;
  details?: object;
}

/** Returns the body of an error in the shape of the service that serves the path. */
export function errorBody(
  error: ErrorContent,
  { path, transactionId }: { path: string; transactionId: string },
): object {
  const { status, code, message, details } = error;
  if (isResourcePath(path)) {
    // A refusal has one of IAM's codes, which these services don't use. An injected fault can set any code.
    const error_code = error instanceof Refusal ? usualError(path, status)[0] : code;
    return { transaction_id: transactionId, status_code: status, error_code, message, details: "" };
  }
  return {
    trace: transactionId,
    errors: [{ code, message, ...(details && { details }) }],
    status_code: status,
  };
}

/** Returns the body of an error in the shape of the token service. */
export function tokenErrorBody(
  { code, message }: Pick<ErrorContent, "code" | "message">,
  { url, userAgent }: { url: string; userAgent: string | undefined },
): object {
  const requestId = randomUUID().replaceAll("-", "");
  const requestType = "incoming.Identity_Token";
  // ibm-cloud-sdk-core recognizes a response of IAM by a URL in it that contains "iam".
  const context = { requestId, requestType, userAgent, url: `${url}#iam`, locale: "en_US" };
  return { context, errorCode: code, errorMessage: message };
}
