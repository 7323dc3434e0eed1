import { setTimeout as sleep } from "node:timers/promises";
import type { Iam } from "../iam";
import { WrongAccountError } from "../iam/client";
import { NoCredentialsError } from "../iam/credentials";
import { IamError } from "../iam/errors";
import type { Pair } from "../iam/roles";
import type { Facts } from "./normal-form";

/** How long a preview waits for what only IAM can tell, in milliseconds. */
const PATIENCE = 10_000;

/** What IAM told, and what has to be said where it did not tell all. */
interface Answer {
  facts: Facts;
  notes: string[];
}

/**
 * Asks IAM what only it can tell. Without credentials, or without an answer in time, the preview goes on: `create` asks
 * again, and waits.
 */
export type AskFacts = (iam: Iam, pair: Pair | undefined) => Promise<Answer>;

/**
 * Asks for the checks of one run. The engine makes one after the other: where no answer came once, none is waited for
 * again.
 *
 * @param patience in milliseconds
 */
export function startAsking(patience = PATIENCE): AskFacts {
  const silent = new WeakMap<Iam, Answer>();

  return async (iam, pair) => {
    const known = silent.get(iam);
    if (known) return known;
    const unanswered = (error: unknown, answer: Answer) => {
      if (isSilence(error)) silent.set(iam, answer);
      return answer;
    };
    const expected = iam.expectedAccountId;
    let accountId: string;
    try {
      ({ accountId } = await inTime(iam.identity(), patience));
    } catch (error) {
      if (error instanceof WrongAccountError) {
        const refusals = [{ property: "target.accountId", reason: error.message, code: error.code }];
        return { facts: { accountId: expected, refusals }, notes: [] };
      }
      return unanswered(error, { facts: { accountId: expected }, notes: [unidentified(error, expected)] });
    }
    try {
      const roles = pair && (await inTime(iam.offeredRoles(pair), patience));
      return { facts: { accountId, roles }, notes: [] };
    } catch (error) {
      return unanswered(error, { facts: { accountId }, notes: [withoutRoles(error)] });
    }
  };
}

/** @param expected the account that the stack says: what is of others is found out by that alone */
function unidentified(error: unknown, expected: string | undefined): string {
  const accounts = expected === undefined ? "accounts" : "the account of the credentials";
  const unchecked = `so roles and ${accounts} are not checked before pulumi up`;
  if (error instanceof NoCredentialsError) return `There are no IBM Cloud credentials here, ${unchecked}`;
  return `IAM did not tell whose the credentials are, ${unchecked}: ${reasonOf(error)}`;
}

function withoutRoles(error: unknown): string {
  return `IAM did not tell which roles it offers, so roles are not checked before pulumi up: ${reasonOf(error)}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** IAM may still answer, but nobody waits for it. */
class LateError extends Error {}

/** Whether IAM did not answer, or only to be asked again later. */
function isSilence(error: unknown): boolean {
  if (error instanceof IamError) return error.status === undefined || error.isRetryable;
  return error instanceof LateError;
}

/** @throws LateError when the answer takes too long */
async function inTime<Result>(asked: Promise<Result>, patience: number): Promise<Result> {
  const answered = new AbortController();
  const tooLate = sleep(patience, undefined, { signal: answered.signal }).then(
    () => Promise.reject(new LateError(`it did not answer within ${patience / 1000} s`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    answered.abort();
  }
}
