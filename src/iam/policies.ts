import { backOff } from "exponential-backoff";
import { lastModifiedIn, maybeHeld, toHeld, toPage } from "./answers";
import type { Client } from "./client";
import { conflictIn, PolicyConflictError } from "./conflict";
import { changedWhileRead, IamError, notIamsAnswer } from "./errors";
import { samePolicy, type HeldPolicy, type PolicyBody } from "./policy";
import { askUntil } from "./retry";
import { headerOf } from "./told";

/** When something was written, as far as the caller knows: what IAM says of earlier times is not taken yet. */
export interface Written {
  /** ISO 8601. */
  createdAt?: string;
  lastModifiedAt?: string;
}

/** How often something is tried because somebody else changed what IAM holds meanwhile. */
const EDITS = 8;

/**
 * Creates a policy, once: where an answer was lost, the policy that this call made is found by what it says, who made it
 * and when, and taken.
 *
 * @param isTaken whether a policy belongs to somebody else for another reason
 * @param isRemoved whether the caller removes a policy: IAM may name it for some time after that, and is asked again
 * @throws PolicyConflictError when IAM holds the same already
 */
export async function createPolicy(
  client: Client,
  body: PolicyBody,
  isTaken: (id: string) => boolean,
  isRemoved: (id: string) => boolean = () => false,
): Promise<HeldPolicy> {
  const { iamId } = await client.identity();
  const since = client.now() - client.pace.clockTolerance;
  let unsure = false;
  return untilCurrent(client, async () => {
    try {
      const answer = await client.write((service) => service.createV2Policy(toRequest(body)));
      return toHeld("creating a policy", answer);
    } catch (error) {
      if (!(error instanceof IamError) || (error.status !== 409 && !error.unsure)) throw error;
      unsure ||= error.unsure;
      const twin = await twinIn(client, error, body, isRemoved);
      // The one in the way is gone by now, about to go, or not shown yet.
      if (!twin || isRemoved(twin.id)) {
        if (error.status !== 409) throw error;
        throw new StaleError(twin ? new PolicyConflictError(twin, error) : error);
      }
      // What a template made names no call of ours, whoever it names.
      const isOwn = twin.createdById === iamId && !twin.template && Date.parse(twin.createdAt ?? "") >= since;
      if (unsure && isOwn && !isTaken(twin.id)) return twin;
      throw new PolicyConflictError(twin, error);
    }
  });
}

/** The active policy that says the same: as the answer names it, else as the list holds it; one that stays if there is one. */
async function twinIn(
  client: Client,
  error: IamError,
  body: PolicyBody,
  isRemoved: (id: string) => boolean = () => false,
): Promise<HeldPolicy | undefined> {
  const named = await conflictIn(error, (id) => lookUp(client, id));
  if (named && named.state !== "deleted") return named;
  const same = (await listPolicies(client)).filter((each) => samePolicy(each, body));
  return same.find(({ id }) => !isRemoved(id)) ?? same[0];
}

/**
 * The active authorization policies of the credentials' account.
 *
 * @param format `"display"` for one with the roles' display names
 */
export async function listPolicies(client: Client, format?: "display"): Promise<HeldPolicy[]> {
  return (await listAnswers(client, format)).flatMap((each) => maybeHeld(each) ?? []);
}

/** The same as IAM answers them, for one who needs few of them: what is no authorization may be among them. */
export async function listAnswers(client: Client, format?: "display"): Promise<unknown[]> {
  const { accountId } = await client.identity();
  const filter = { accountId, type: "authorization", state: "active", ...(format && { format }) };
  const found: unknown[] = [];
  for (let start: string | undefined, more = true; more; more = start !== undefined) {
    const page = { ...filter, ...(start !== undefined && { start }) };
    const { policies, next } = toPage(await client.call((service) => service.listV2Policies(page)));
    found.push(...policies);
    start = next;
  }
  return found;
}

/**
 * Reads a policy, with the roles' display names. What was written a short while ago is asked for again until IAM shows it.
 *
 * @returns `undefined` when IAM does not hold it, or keeps it only as deleted
 */
export async function getPolicy(
  client: Client,
  id: string,
  written: Written = {},
): Promise<HeldPolicy | undefined> {
  const isTaken = (found: HeldPolicy | undefined) =>
    found !== undefined && (found.state === "deleted" || !isBehind(found, written));
  const until = () => shownBy(client, written);
  const found = await askUntil(() => lookUp(client, id), isTaken, until, client.pace);
  return found?.state === "deleted" ? undefined : found;
}

/** Whether an answer is older than what the caller knows to be written. */
export function isBehind(found: HeldPolicy, { lastModifiedAt }: Written): boolean {
  return Date.parse(found.lastModifiedAt ?? "") < Date.parse(lastModifiedAt ?? "");
}

/** Until when IAM may not show everywhere what was written, in milliseconds of `Date.now()`. */
function shownBy(client: Client, { createdAt, lastModifiedAt }: Written): number {
  const times = [createdAt, lastModifiedAt]
    .map((each) => Date.parse(each ?? ""))
    .filter((each) => !Number.isNaN(each));
  return Date.now() + Math.max(0, ...times) + client.pace.propagation - client.now();
}

/** Asks for a policy once, deleted or not. */
async function lookUp(client: Client, id: string): Promise<HeldPolicy | undefined> {
  try {
    const answer = await client.call((service) => service.getV2Policy({ id, format: "display" }));
    return toHeld("reading a policy", answer);
  } catch (error) {
    if (error instanceof IamError && error.isPolicyNotFound) return undefined;
    throw error;
  }
}

/**
 * Changes a policy: reads it, lets the caller decide, and replaces it whole, unless somebody else changed it in between;
 * then it is read and decided again.
 *
 * @param decide gets the policy as IAM holds it (`undefined`: not any more), and gives what it is to be, or `undefined`
 * when it is that already; what it throws ends the edit
 * @throws PolicyConflictError when IAM holds the same under another id
 */
export async function editPolicy(
  client: Client,
  id: string,
  written: Written,
  decide: (held: HeldPolicy | undefined) => PolicyBody | undefined,
): Promise<HeldPolicy> {
  const doubt = { unsure: false };
  const edit = async () => {
    const held = await getPolicy(client, id, written);
    const body = decide(held);
    if (!held || !body) return held as HeldPolicy;
    try {
      return await replacePolicy(client, held, body);
    } catch (error) {
      if (!(error instanceof IamError)) throw error;
      doubt.unsure ||= error.unsure;
      if (!isRefusedForAnother(error)) throw error;
      const twin = error.status === 409 ? await twinIn(client, error, body) : undefined;
      if (twin && twin.id !== id) throw new PolicyConflictError(twin, error);
      throw new StaleError(error.asStale());
    }
  };
  try {
    return await untilCurrent(client, edit);
  } catch (error) {
    // What was read afterwards is the last to fail, and leaves the doubt.
    throw doubt.unsure && error instanceof IamError ? error.inDoubt() : error;
  }
}

/** Does something again while what it was decided by is not what IAM holds any more. */
async function untilCurrent<Result>(
  { pace: { firstDelay, longestDelay } }: Client,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await backOff(work, {
      startingDelay: firstDelay,
      maxDelay: longestDelay,
      jitter: "full",
      numOfAttempts: EDITS,
      retry: (error) => error instanceof StaleError,
    });
  } catch (error) {
    throw error instanceof StaleError ? error.cause : error;
  }
}

/** Something else changed what IAM holds between reading and writing. */
class StaleError extends Error {
  declare readonly cause: Error;
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** The two statuses that IBM leaves open for a stale `If-Match`; 409 may also mean a policy that says the same. */
function isRefusedForAnother({ status }: IamError): boolean {
  return status === 409 || status === 412;
}

async function replacePolicy(client: Client, held: HeldPolicy, body: PolicyBody): Promise<HeldPolicy> {
  const ifMatch = held.etag ?? (await etagOfV1(client, held)) ?? ANY;
  const answer = await client.write((service) =>
    service.replaceV2Policy({ id: held.id, ifMatch, ...toRequest(body) }),
  );
  return toHeld("replacing a policy", answer);
}

/** What `If-Match` says when any version will do (RFC 9110). IAM's private endpoints are known to tell no ETag. */
const ANY = "*";

/** @throws StaleError where v1 tells of another version than the one that was read: its ETag would let that one be overwritten */
async function etagOfV1(client: Client, { id, lastModifiedAt }: HeldPolicy): Promise<string | undefined> {
  const answer = await client.call((service) => service.getPolicy({ policyId: id }));
  const [read = "", now = ""] = [lastModifiedAt, lastModifiedIn(answer)];
  if (Math.abs(Date.parse(now) - Date.parse(read)) > 0) throw new StaleError(changedWhileRead(id, read, now));
  return headerOf(answer.headers, "etag");
}

/** Deletes a policy; done when IAM does not hold it any more. A young one that IAM does not show yet is waited for. */
export async function deletePolicy(client: Client, id: string, written: Written = {}): Promise<void> {
  const until = () => shownBy(client, written);
  const doubt = { unsure: false };
  const isGone = async () => {
    try {
      const { status, headers } = await client.write((service) => service.deleteV2Policy({ id }));
      if (status !== 204) throw notIamsAnswer("deleting a policy", headers);
      return true;
    } catch (error) {
      if (!(error instanceof IamError) || !error.isPolicyNotFound) throw error;
      // An earlier try may have deleted it.
      doubt.unsure ||= error.unsure;
      return until() <= Date.now() || (await lookUp(client, id))?.state === "deleted";
    }
  };
  try {
    // Where the time was over while IAM was asked, the next answer counts.
    if (!(await askUntil(isGone, (gone) => gone, until, client.pace))) await isGone();
  } catch (error) {
    throw doubt.unsure && error instanceof IamError ? error.inDoubt() : error;
  }
}

function toRequest({ roleIds, control, subject, resource, description, pattern, rule }: PolicyBody) {
  return {
    type: "authorization",
    control: { ...control, grant: { ...control?.grant, roles: roleIds.map((role_id) => ({ role_id })) } },
    subject,
    resource,
    ...(description !== undefined && { description }),
    ...(pattern !== undefined && { pattern }),
    ...(rule !== undefined && { rule }),
  };
}
