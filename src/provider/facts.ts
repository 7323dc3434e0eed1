import { setTimeout as sleep } from "node:timers/promises";
import type { Iam } from "../iam";
import { WrongAccountError } from "../iam/client";
import { NoCredentialsError } from "../iam/credentials";
import type { Pair } from "../iam/roles";
import type { Facts } from "./normal-form";

/** How long a preview waits for what only IAM can tell, in milliseconds. */
const PATIENCE = 10_000;

const UNCHECKED = "so roles and accounts are not checked before pulumi up";

/**
 * Asks IAM what only it can tell. Without credentials, or without an answer in time, the preview goes on: `create` asks
 * again, and waits.
 *
 * @returns the facts, and what has to be said where there are none
 */
export async function askFacts(iam: Iam, pair: Pair | undefined): Promise<{ facts: Facts; notes: string[] }> {
  const accountId = iam.expectedAccountId;
  try {
    const identity = await inTime(iam.identity());
    const roles = pair && (await inTime(iam.offeredRoles(pair)));
    return { facts: { accountId: identity.accountId, roles }, notes: [] };
  } catch (error) {
    if (error instanceof WrongAccountError) {
      const refusals = [{ property: "target.accountId", reason: error.message }];
      return { facts: { accountId, refusals }, notes: [] };
    }
    return { facts: { accountId }, notes: [whyNot(error)] };
  }
}

function whyNot(error: unknown): string {
  if (error instanceof NoCredentialsError) return `There are no IBM Cloud credentials here, ${UNCHECKED}`;
  return `IAM was not asked, ${UNCHECKED}: ${error instanceof Error ? error.message : String(error)}`;
}

/** @throws when the answer takes too long */
async function inTime<Answer>(asked: Promise<Answer>): Promise<Answer> {
  const answered = new AbortController();
  const tooLate = sleep(PATIENCE, undefined, { signal: answered.signal }).then(
    () => Promise.reject(new Error(`it did not answer within ${PATIENCE / 1000} s`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    answered.abort();
  }
}
