/** All error codes. They are stable: a code is never renamed. `docs/errors.md` lists each with its cause and remedy. */
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

/** An error with a stable code. */
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

  /** True if IAM may have carried out the write that failed. */
  get outcomeUnknown(): boolean {
    return this.isUnknown;
  }
}

/** Returns true if IAM may have carried out the write that failed with this error. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof CodedError && error.outcomeUnknown;
}

/** Returns the code of an error, or `"failed"` for an error without one. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof CodedError ? error.code : "failed";
}

/** Returns the message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
