import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { headerOf } from "./error-details";
import { changedBetweenReads, IamError, PolicyConflictError, withUnknownOutcome } from "./errors";
import { parseLastModified, parsePolicy } from "./parse";
import { findDuplicate, getPolicy, toRequest } from "./policies";
import { isSamePolicy } from "./policy";
import { retryOnConflict, StaleError } from "./retry";
import type { Policy, PolicyBody, WriteTimes } from "./types";

/**
 * Updates a policy: reads it, lets the caller decide on the new content, and replaces it unless it was changed in between.
 * If it was changed, or if the outcome is unknown, the update starts again with a read.
 *
 * @param decide returns the new content of a policy, or `undefined` if nothing has to change. It gets `undefined` if the policy
 * is gone. Its errors end the update.
 * @throws PolicyConflictError if the new content duplicates another policy
 */
export async function updatePolicy(
  client: Client,
  id: string,
  known: WriteTimes,
  deadline: Deadline,
  decide: (policy: Policy | undefined) => PolicyBody | undefined,
): Promise<Policy> {
  let unknownSince: number | undefined;

  const attempt = async () => {
    const policy = await getPolicy(client, id, deadline, known);
    const body = decide(policy);
    if (!policy || !body) return policy as Policy;
    try {
      return await replacePolicy(client, policy, body, deadline);
    } catch (error) {
      if (!(error instanceof IamError)) throw error;
      unknownSince ??= error.unknownSince;
      // IBM documents both statuses for a stale ETag. A 409 may also mean a duplicate.
      if (error.status === 409 || error.status === 412) {
        const { duplicate } =
          error.status === 409
            ? await findDuplicate(client, error, body, deadline)
            : { duplicate: undefined };
        if (duplicate && duplicate.id !== id) throw new PolicyConflictError(duplicate, error);
        throw new StaleError(error.asStale(unknownSince !== undefined));
      }
      throw error.outcomeUnknown ? new StaleError(error) : error;
    }
  };
  try {
    return await retryOnConflict(attempt, { deadline, timeouts: client.timeouts });
  } catch (error) {
    throw withUnknownOutcome(error, unknownSince);
  }
}

/** The `If-Match` of any version (RFC 9110). */
const ANY_VERSION = "*";

async function replacePolicy(
  client: Client,
  policy: Policy,
  body: PolicyBody,
  deadline: Deadline,
): Promise<Policy> {
  const { id } = policy;
  // IAM's private endpoints are known to omit the ETag.
  const ifMatch = policy.etag ?? (await readEtagFromV1(client, policy, deadline)) ?? ANY_VERSION;
  return client.write(
    (service) => service.replaceV2Policy({ id, ifMatch, ...toRequest(body) }),
    (response) =>
      parsePolicy("replacing a policy", response, (now) => now.id === id && hasContent(now, body)),
    deadline,
    // Without an ETag, a repeated request could overwrite another change.
    ifMatch !== ANY_VERSION,
  );
}

function hasContent(policy: Policy, body: PolicyBody): boolean {
  return isSamePolicy(policy, body) && (policy.description ?? "") === (body.description ?? "");
}

/**
 * @throws StaleError if v1 returns a different version from the one that was read: with its ETag, the update would
 * overwrite a concurrent change
 */
async function readEtagFromV1(
  client: Client,
  { id, lastModifiedAt }: Policy,
  deadline: Deadline,
): Promise<string | undefined> {
  const response = await client.call(
    (service) => service.getPolicy({ policyId: id }),
    (each) => each,
    deadline,
  );
  const [read = "", now = ""] = [lastModifiedAt, parseLastModified(response)];
  if (Math.abs(Date.parse(now) - Date.parse(read)) > 0)
    throw new StaleError(changedBetweenReads(id, read, now));
  return headerOf(response.headers, "etag");
}
