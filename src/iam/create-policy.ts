import { toHeld } from "./answers";
import type { Answer, Client } from "./client";
import { ageOf } from "./clock";
import type { Deadline } from "./deadline";
import { duplicateOf } from "./duplicate";
import { IamError, inDoubt, PolicyConflictError } from "./errors";
import { CLOCK_PRECISION } from "./pace";
import { toRequest } from "./policies";
import { sameScope, type HeldPolicy, type PolicyBody } from "./policy";
import { EDITS, StaleError, untilCurrent } from "./until-current";

/**
 * Creates a policy, once. Where the outcome of a try is unknown the request is sent again: if IAM holds the policy by then,
 * it refuses with a conflict that leads to it, and scope, roles, author and time tell whether it is the one that was made.
 *
 * @param isTaken whether a policy belongs to somebody else for another reason
 * @param isRemoved whether the caller removes a policy: IAM may name it for some time after that, and is asked again
 * @throws PolicyConflictError when IAM holds the same already
 */
export async function createPolicy(
  client: Client,
  body: PolicyBody,
  deadline: Deadline,
  isTaken: (id: string) => boolean,
  isRemoved: (id: string) => boolean = () => false,
): Promise<HeldPolicy> {
  const { iamId } = await client.identity(deadline);
  const create = (answer: Answer) =>
    toHeld("creating a policy", answer, (held) => sameScope(held, body) && held.state !== "deleted");
  let unknownSince: number | undefined;
  const attempt = async () => {
    try {
      return await client.write((service) => service.createV2Policy(toRequest(body)), create, deadline, true);
    } catch (error) {
      if (!(error instanceof IamError)) throw error;
      unknownSince ??= error.unknownSince;
      if (error.status !== 409 && !error.outcomeUnknown) throw error;
      const { same, named } = await duplicateOf(client, error, body, deadline, isRemoved).catch(
        (failed: unknown) => {
          throw error.status === 409 ? failed : error;
        },
      );
      // A policy of an earlier try may not be shown yet, one that is removed may still be, and one that is named may have changed.
      if (error.status === 409) {
        if (!same) throw new StaleError(error, named ? EDITS : Infinity);
        if (isRemoved(same.id)) throw new StaleError(new PolicyConflictError(same, error));
      }
      if (!same || isRemoved(same.id)) throw error;
      if (isOwn(same, error) && !isTaken(same.id)) return same;
      throw new PolicyConflictError(same, error);
    }
  };
  try {
    return await untilCurrent(client, deadline, attempt);
  } catch (error) {
    throw inDoubt(error, unknownSince);
  }

  /** Whether a policy was made by these credentials since a try was sent whose outcome is unknown. */
  function isOwn(policy: HeldPolicy, { told }: IamError): boolean {
    if (unknownSince === undefined || policy.createdById !== iamId) return false;
    // What a template made names no call of ours, whoever it names.
    if (policy.template || policy.createdAt === undefined) return false;
    const { clockTolerance } = client.pace;
    const age = ageOf(policy.createdAt, told.answeredAt);
    // IAM's times are whole milliseconds.
    const elapsed = performance.now() - unknownSince + 1;
    return age <= elapsed + clockTolerance && age >= -CLOCK_PRECISION - clockTolerance;
  }
}
