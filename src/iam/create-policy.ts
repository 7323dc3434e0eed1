import type { Client } from "./client";
import { CLOCK_PRECISION } from "./config";
import type { Deadline } from "./deadline";
import { IamError, PolicyConflictError, withUnknownOutcome } from "./errors";
import { parsePolicy } from "./parse";
import { findDuplicate, toRequest } from "./policies";
import { ageOf, isSameScope } from "./policy";
import { retryOnConflict, StaleError } from "./retry";
import type { Policy, PolicyBody, SdkResponse } from "./types";

/**
 * Creates a policy once. If the outcome of an attempt is unknown, the request is sent again. If IAM already has the policy,
 * it responds with a conflict, and scope, roles, creator and creation time decide whether this call created the policy.
 *
 * @param isOwned returns true if another resource owns a policy
 * @param isDeleting returns true if the caller is deleting a policy. IAM may report such a policy for a while, so the
 * request is repeated.
 * @throws PolicyConflictError if IAM already has a duplicate
 */
export async function createPolicy(
  client: Client,
  body: PolicyBody,
  deadline: Deadline,
  isOwned: (id: string) => boolean,
  isDeleting: (id: string) => boolean = () => false,
): Promise<Policy> {
  const { timeouts } = client;
  const { iamId } = await client.identity(deadline);
  const parse = (response: SdkResponse) =>
    parsePolicy(
      "creating a policy",
      response,
      (policy) => isSameScope(policy, body) && policy.state !== "deleted",
    );
  let unknownSince: number | undefined;

  const attempt = async () => {
    try {
      return await client.write((service) => service.createV2Policy(toRequest(body)), parse, deadline, true);
    } catch (error) {
      if (!(error instanceof IamError)) throw error;
      unknownSince ??= error.unknownSince;
      const isConflict = error.status === 409;
      if (!isConflict && !error.outcomeUnknown) throw error;
      const { duplicate, reported } = await findDuplicate(client, error, body, deadline, isDeleting).catch(
        (failed: unknown) => {
          throw isConflict ? failed : error;
        },
      );
      if (isConflict) {
        // IAM may not show the policy of an earlier attempt yet, and may still show a deleted one.
        if (!duplicate) {
          if (reported) throw new StaleError(error);
          throw new StaleError(error.asStale(unknownSince !== undefined), Infinity);
        }
        if (isDeleting(duplicate.id)) throw new StaleError(new PolicyConflictError(duplicate, error));
      }
      if (!duplicate || isDeleting(duplicate.id)) throw error;
      if (isOurs(duplicate, error) && !isOwned(duplicate.id)) return duplicate;
      // IAM has no duplicates, so somebody else's policy proves that no attempt was carried out. A policy that is being deleted does
      // not: IAM may still show it after it made the new one.
      if (iamId !== undefined) unknownSince = undefined;
      throw new PolicyConflictError(duplicate, error);
    }
  };
  try {
    return await retryOnConflict(attempt, { deadline, timeouts });
  } catch (error) {
    throw withUnknownOutcome(error, unknownSince);
  }

  /** Returns true if these credentials created the policy since the first attempt whose outcome is unknown. */
  function isOurs(policy: Policy, { details }: IamError): boolean {
    // Without an id, nothing tells these credentials from others.
    if (unknownSince === undefined || iamId === undefined || policy.createdById !== iamId) return false;
    // A policy that a template manages is never ours, even if these credentials created it.
    if (policy.template || policy.createdAt === undefined) return false;
    const { clockTolerance } = timeouts;
    const age = ageOf(policy.createdAt, details.respondedAt);
    // IAM's times are whole milliseconds.
    const elapsed = performance.now() - unknownSince + 1;
    return age <= elapsed + clockTolerance && age >= -CLOCK_PRECISION - clockTolerance;
  }
}
