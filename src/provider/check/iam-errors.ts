import { WrongAccountError } from "../../iam/client";
import { NoCredentialsError } from "../../iam/credentials";
import { DeadlineError } from "../../iam/deadline";
import { IamError } from "../../iam/errors";
import { CodedError, type ErrorCode } from "../../shared/coded-error";
import type { CheckFailure } from "../types";

/** The codes of errors that only other credentials or settings can avoid. */
const REFUSALS: readonly ErrorCode[] = ["credentials-refused", "token-refused", "not-sent"];

/** The codes of settings that can't be used. They count only if the error doesn't come from a call. */
const MISTAKES: readonly ErrorCode[] = ["invalid-configuration", "invalid-endpoint"];

/**
 * Returns the failure for credentials that exist but can't be used. Returns `undefined` for missing default credentials, and
 * if IAM is unavailable: a preview works without them.
 *
 * @param credentials the name of the credentials
 */
export function refusalOf(error: unknown, credentials: string | undefined): CheckFailure | undefined {
  if (!(error instanceof CodedError)) return undefined;
  const { message: reason, code } = error;
  if (error instanceof WrongAccountError) return { property: "target.accountId", reason, code };
  const isRefused =
    error instanceof IamError
      ? REFUSALS.includes(code)
      : MISTAKES.includes(code) || (error instanceof NoCredentialsError && error.credentials !== undefined);
  return isRefused ? { property: credentials === undefined ? "" : "credentials", reason, code } : undefined;
}

class TimeoutError extends Error {}

/** Returns true if IAM is unavailable: it did not respond, or the call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof IamError) return error.status === undefined || error.isRetryable;
  return error instanceof TimeoutError || error instanceof DeadlineError;
}

/** @throws TimeoutError if the result takes too long */
export async function inTime<Result>(result: Promise<Result>, timeout: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const error = new TimeoutError(`it did not respond within ${timeout / 1000} s`);
    timer = setTimeout(() => {
      reject(error);
    }, timeout);
  });
  try {
    return await Promise.race([result, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
