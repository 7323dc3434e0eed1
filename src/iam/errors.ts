import { CodedError, codeOf, messageOf } from "../shared/coded-error";
import { dateOf, errorDetails, headerOf } from "./error-details";
import { IAM } from "./hints";
import { isRetryable, isTls, isUnconnected, NOT_SENT, NOT_VISIBLE, outcomeOf, UNREADABLE } from "./outcome";
import { quote, redact } from "./redact";
import type { ErrorDetails, Policy, Service } from "./types";

/** The attempts of a call that failed. */
interface Attempts {
  count: number;
  /** Milliseconds since the first attempt. */
  elapsed: number;
  /** The start of the first attempt whose outcome is unknown, in `performance.now()`. */
  unknownSince?: number;
}

/** A failed call. The message contains the service's reason and code, the next step, and the transaction id. */
export class IamError extends CodedError {
  readonly details: ErrorDetails;
  private readonly attempts?: Attempts;

  constructor(details: ErrorDetails, attempts?: Attempts) {
    super(hintFor(details)?.code ?? "refused", sentence(details, attempts));
    this.name = "IamError";
    this.details = details;
    this.attempts = attempts;
  }

  /** The HTTP status. Undefined if no response arrived. */
  get status(): number | undefined {
    return this.details.status;
  }

  get transactionId(): string | undefined {
    return this.details.transactionId;
  }

  /** The policy that a new or changed one duplicates: its id, or the whole policy. */
  get conflict(): unknown {
    return this.details.conflict;
  }

  /** True if IAM may have carried out the write, in this attempt or an earlier one. */
  override get outcomeUnknown(): boolean {
    if (this.attempts) return this.attempts.unknownSince !== undefined;
    return this.details.isRead !== true && outcomeOf(this.details) === "unknown";
  }

  /** The start of the first attempt whose outcome is unknown, in `performance.now()`. */
  get unknownSince(): number | undefined {
    return this.attempts?.unknownSince;
  }

  /** True if IAM itself reports that the policy does not exist. */
  get isPolicyNotFound(): boolean {
    return this.details.status === 404 && this.details.code === "policy_not_found";
  }

  /** True for any 404 with an error code, which IAM sent. A gateway's 404 has no code, and may mean that the path is wrong. */
  get isNotFound(): boolean {
    return this.details.status === 404 && this.details.code !== undefined;
  }

  /** True if the response is incomplete or not from IAM. */
  get isUnreadable(): boolean {
    return this.details.code === UNREADABLE;
  }

  /** The `Retry-After` of the response, in milliseconds. */
  get retryAfter(): number | undefined {
    return this.details.retryAfter;
  }

  /** True if the same call may succeed later. */
  get isRetryable(): boolean {
    return isRetryable(this.details);
  }

  /** True if the request reached IAM. */
  get connected(): boolean {
    return this.details.status !== undefined || !isUnconnected(this.details.code);
  }

  /**
   * Returns the same error, marked as caused by a concurrent change, which IAM may report as a conflict.
   *
   * @param mayBeOwnChange true if the outcome of an earlier attempt is unknown
   */
  asStale(mayBeOwnChange: boolean): IamError {
    return new IamError({ ...this.details, isStale: true, mayBeOwnChange }, this.attempts);
  }

  /** Returns the same error, marked as following a write whose outcome is unknown. */
  withUnknownOutcome(unknownSince: number): IamError {
    return this.after({ ...(this.attempts ?? { count: 1, elapsed: 0 }), unknownSince });
  }

  /** Returns the same error, marked as the last of several attempts. */
  after(attempts: Attempts): IamError {
    return new IamError(this.details, attempts);
  }

  /** Returns the same error with credentials redacted. */
  redacted(secrets: readonly string[], isRead: boolean): IamError {
    return new IamError(redactDetails({ ...this.details, isRead }, secrets), this.attempts);
  }
}

function hintFor(details: ErrorDetails) {
  return (details.service ?? IAM).hints.find(({ when }) => when(details));
}

function sentence(details: ErrorDetails, attempts: Attempts | undefined): string {
  const code = details.code === NOT_SENT || details.code === NOT_VISIBLE ? undefined : details.code;
  const answer = [details.status, code].filter((each) => each !== undefined).join(" ");
  const message = details.message.trim().replace(/[.\s]+$/, "");
  const { name } = details.service ?? IAM;
  const retried =
    attempts && attempts.count > 1 && `Tried ${attempts.count} times in ${seconds(attempts.elapsed)} s`;
  const transaction = details.transactionId && `Transaction-Id: ${details.transactionId}`;
  return [
    `${subject(details, name)}${answer && ` (${answer})`}: ${message}`,
    retried,
    hintFor(details)?.hint,
    transaction,
  ]
    .filter(Boolean)
    .join(". ");
}

function subject({ status, code, isStale }: ErrorDetails, name: string): string {
  if (status !== undefined) return `${name} ${outcomeOf({ status }) === "unknown" ? "failed" : "refused"}`;
  if (code === UNREADABLE) return `${name}'s response cannot be read`;
  if (code === NOT_VISIBLE) return `${name} is not up to date`;
  if (isStale) return "The policy was not replaced";
  if (code === NOT_SENT) return `${name} was not called`;
  return isUnconnected(code) || isTls(code) ? `${name} could not be reached` : `${name} did not respond`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0);
}

/** Returns the same error, marked as following a write whose outcome is unknown. */
export function withUnknownOutcome(error: unknown, unknownSince: number | undefined): unknown {
  if (unknownSince === undefined) return error;
  if (error instanceof IamError) return error.withUnknownOutcome(unknownSince);
  if (error instanceof PolicyConflictError) return new PolicyConflictError(error.policy, error.cause, true);
  return new CodedError(codeOf(error), messageOf(error), { cause: error, outcomeUnknown: true });
}

/** IAM has a duplicate: a policy with the same scope and roles and another id. */
export class PolicyConflictError extends CodedError {
  readonly policy: Policy;
  declare readonly cause: IamError;

  constructor(policy: Policy, cause: IamError, outcomeUnknown = false) {
    super("already-exists", cause.message, { cause, outcomeUnknown });
    this.policy = policy;
  }
}

/** A call of a service other than IAM failed. */
export class OtherServiceError extends Error {
  readonly service: Service;

  constructor(service: Service, cause: unknown) {
    super(`${service.name} failed`, { cause });
    this.service = service;
  }
}

/** The request was never sent. */
export class NotSentError extends Error {
  constructor(cause: unknown) {
    super("not sent", { cause });
  }
}

/**
 * Converts an error of IBM's SDK to an `IamError`, with credentials redacted.
 *
 * @param isRead true if the call only reads
 */
export function toIamError(thrown: unknown, secrets: readonly string[], isRead = false): IamError {
  if (thrown instanceof IamError) return thrown.redacted(secrets, isRead);
  if (thrown instanceof NotSentError) return toIamError(thrown.cause, secrets, true);
  const { service, cause } =
    thrown instanceof OtherServiceError ? thrown : { service: undefined, cause: thrown };
  if (service && cause instanceof NotSentError) return toIamError(cause, secrets, true);
  return new IamError(redactDetails({ ...errorDetails(cause), isRead, service }, secrets));
}

/** The longest message, and the longest code or id, in characters. */
const MAX_MESSAGE = 500;
const MAX_CODE = 100;

function redactDetails(details: ErrorDetails, secrets: readonly string[]): ErrorDetails {
  const short = (text: string | undefined) => text && quote(text, secrets, MAX_CODE);
  return {
    ...details,
    code: short(details.code),
    message: quote(details.message, secrets, MAX_MESSAGE),
    transactionId: short(details.transactionId),
    conflict: redactJson(details.conflict, secrets),
  };
}

function redactJson(value: unknown, secrets: readonly string[]): unknown {
  if (value === undefined) return undefined;
  return JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
    typeof each === "string" ? redact(each, secrets) : each,
  );
}

/** Two reads returned different versions of a policy, so it was not replaced. */
export function changedBetweenReads(id: string, first: string, second: string): IamError {
  const message = `policy ${id} changed between two reads (${first}, then ${second})`;
  return new IamError({ message, isStale: true, isRead: true });
}

/** IAM does not show a recent write yet, so its response proves nothing. */
export function notVisibleYet(id: string, respondedAt?: number): IamError {
  const message = `policy ${id} was written recently and is not visible yet`;
  return new IamError({ message, code: NOT_VISIBLE, respondedAt, isRead: true });
}

/**
 * A response with a good status and a body that IAM does not document, such as a proxy's page.
 *
 * @param call the call, for the message
 */
export function unreadableResponse(call: string, headers: unknown, service?: Service): IamError {
  return new IamError({
    code: UNREADABLE,
    message: `the response to ${call} is not the JSON that ${service?.name ?? "IAM"} documents`,
    transactionId: headerOf(headers, "transaction-id"),
    respondedAt: dateOf(headers),
    service,
  });
}
