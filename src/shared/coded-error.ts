/** Every stable code of an error. `docs/errors.md` lists them with cause and remedy; a code is never renamed. */
export const ERROR_CODES = [
  "adopt-ambiguous",
  "adopt-not-found",
  "adopt-other-scope",
  "already-exists",
  "ambiguous",
  "being-removed",
  "cancelled",
  "changed-meanwhile",
  "credentials-refused",
  "declared-twice",
  "failed",
  "held-twice",
  "invalid-argument",
  "invalid-configuration",
  "invalid-endpoint",
  "invalid-request",
  "malformed-state",
  "managed-elsewhere",
  "no-answer",
  "no-credentials",
  "not-an-authorization",
  "not-found",
  "not-iam",
  "not-permitted",
  "not-sent",
  "not-shown-yet",
  "outcome-unknown",
  "over-quota",
  "policy-not-found",
  "proxy-authentication",
  "refused",
  "role-not-offered",
  "roles-missing",
  "scope-changed",
  "throttled",
  "tls",
  "token-refused",
  "unavailable",
  "wrong-account",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error that programs and tests can tell apart by its code. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  private readonly isUnknown: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    { outcomeUnknown = false, ...options }: ErrorOptions & { outcomeUnknown?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.isUnknown = outcomeUnknown;
  }

  /** Whether IAM may have done what the error says that it did not. */
  get outcomeUnknown(): boolean {
    return this.isUnknown;
  }
}

/** Whether IAM may have done what an error says that it did not. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof CodedError && error.outcomeUnknown;
}

/** The code of whatever was thrown. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof CodedError ? error.code : "failed";
}
