import { lastModifiedIn, toHeld } from "./answers";
import type { Client } from "./client";
import type { Written } from "./clock";
import type { Deadline } from "./deadline";
import { duplicateOf } from "./duplicate";
import { changedWhileRead, IamError, inDoubt, PolicyConflictError } from "./errors";
import { getPolicy, toRequest } from "./policies";
import { samePolicy, type HeldPolicy, type PolicyBody } from "./policy";
import { headerOf } from "./told";
import { StaleError, untilCurrent } from "./until-current";

/**
 * Changes a policy: reads it, lets the caller decide, and replaces it whole, unless somebody else changed it in between;
 * then it is read and decided again. A replacement whose outcome is unknown is resolved by reading, too.
 *
 * @param decide gets the policy as IAM holds it (`undefined`: not any more), and gives what it is to be, or `undefined`
 * when it is that already; what it throws ends the edit
 * @throws PolicyConflictError when IAM holds the same under another id
 */
export async function editPolicy(
  client: Client,
  id: string,
  written: Written,
  deadline: Deadline,
  decide: (held: HeldPolicy | undefined) => PolicyBody | undefined,
): Promise<HeldPolicy> {
  let unknownSince: number | undefined;
  const edit = async () => {
    const held = await getPolicy(client, id, deadline, written);
    const body = decide(held);
    if (!held || !body) return held as HeldPolicy;
    try {
      return await replacePolicy(client, held, body, deadline);
    } catch (error) {
      if (!(error instanceof IamError)) throw error;
      unknownSince ??= error.unknownSince;
      if (isRefusedForAnother(error)) {
        const { same } = error.status === 409 ? await duplicateOf(client, error, body, deadline) : {};
        if (same && same.id !== id) throw new PolicyConflictError(same, error);
        throw new StaleError(error.asStale());
      }
      throw error.outcomeUnknown ? new StaleError(error) : error;
    }
  };
  try {
    return await untilCurrent(client, deadline, edit);
  } catch (error) {
    // What was read afterwards is the last to fail, and leaves the doubt.
    throw inDoubt(error, unknownSince);
  }
}

/** The two statuses that IBM leaves open for a stale `If-Match`; 409 may also mean a policy that says the same. */
function isRefusedForAnother({ status }: IamError): boolean {
  return status === 409 || status === 412;
}

async function replacePolicy(
  client: Client,
  held: HeldPolicy,
  body: PolicyBody,
  deadline: Deadline,
): Promise<HeldPolicy> {
  const { id } = held;
  const ifMatch = held.etag ?? (await etagOfV1(client, held, deadline)) ?? ANY;
  return client.write(
    (service) => service.replaceV2Policy({ id, ifMatch, ...toRequest(body) }),
    (answer) => toHeld("replacing a policy", answer, (now) => now.id === id && isSaid(now, body)),
    deadline,
    // Where nothing protects an edit by somebody else, it is read again first.
    ifMatch !== ANY,
  );
}

function isSaid(now: HeldPolicy, wanted: PolicyBody): boolean {
  return samePolicy(now, wanted) && (now.description ?? "") === (wanted.description ?? "");
}

/** What `If-Match` says when any version will do (RFC 9110). IAM's private endpoints are known to tell no ETag. */
const ANY = "*";

/** @throws StaleError where v1 tells of another version than the one that was read: its ETag would let that one be overwritten */
async function etagOfV1(
  client: Client,
  { id, lastModifiedAt }: HeldPolicy,
  deadline: Deadline,
): Promise<string | undefined> {
  const answer = await client.call(
    (service) => service.getPolicy({ policyId: id }),
    (each) => each,
    deadline,
  );
  const [read = "", now = ""] = [lastModifiedAt, lastModifiedIn(answer)];
  if (Math.abs(Date.parse(now) - Date.parse(read)) > 0) throw new StaleError(changedWhileRead(id, read, now));
  return headerOf(answer.headers, "etag");
}
