import { CodedError } from "../shared/coded-error";
import { idOf, lastModifiedIn, maybeHeld, toHeld, toPage } from "./answers";
import type { Answer, Client } from "./client";
import { ageOf, propagationLeft, type Written } from "./clock";
import type { Deadline } from "./deadline";
import { changedWhileRead, IamError, inDoubt, notIamsAnswer, PolicyConflictError } from "./errors";
import { NOT_SHOWN } from "./outcome";
import { CLOCK_PRECISION } from "./pace";
import { allPages } from "./paging";
import { samePolicy, sameScope, type HeldPolicy, type PolicyBody } from "./policy";
import { backoff, pollUntil } from "./retry";
import { dateOf, headerOf } from "./told";

/** How often an update is decided anew because somebody else changed the policy meanwhile. */
const EDITS = 8;

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

/** The policy that a conflict is about. */
interface Duplicate {
  /** The active policy with the same scope and roles; one that stays if there is one. */
  same?: HeldPolicy;
  /** The policy that the answer names, whatever it says: it counts for nothing until scope and roles are compared. */
  named?: HeldPolicy;
}

/** Finds the policy that stands in the way: as the answer names it, or as the list holds it. */
async function duplicateOf(
  client: Client,
  { conflict }: IamError,
  body: PolicyBody,
  deadline: Deadline,
  isRemoved: (id: string) => boolean = () => false,
): Promise<Duplicate> {
  const id = typeof conflict === "string" ? conflict : idOf(conflict);
  const found = maybeHeld(conflict) ?? (id ? (await lookUp(client, id, deadline)).policy : undefined);
  const named = found?.state === "deleted" ? undefined : found;
  if (named && samePolicy(named, body)) return { same: named, named };
  const all = (await listPolicies(client, deadline)).filter((each) => samePolicy(each, body));
  return { same: all.find((each) => !isRemoved(each.id)) ?? all[0], named };
}

/**
 * The active authorization policies of the credentials' account, each once.
 *
 * @param format `"display"` for one with the roles' display names
 */
export async function listPolicies(
  client: Client,
  deadline: Deadline,
  format?: "display",
): Promise<HeldPolicy[]> {
  return [...(await listEntries(client, deadline, format)).values()].flatMap((each) => maybeHeld(each) ?? []);
}

/** The same by id and as IAM answers them, for one who needs few of them: what is no authorization may be among them. */
export async function listEntries(
  client: Client,
  deadline: Deadline,
  format?: "display",
): Promise<Map<string, unknown>> {
  const { accountId } = await client.identity(deadline);
  const filter = { accountId, type: "authorization", state: "active", ...(format && { format }) };
  const entries = await allPages("the list of policies", (start) =>
    client.call(
      (service) => service.listV2Policies({ ...filter, ...(start !== undefined && { start }) }),
      (answer) => {
        const { policies, next } = toPage(answer);
        return { entries: policies, next };
      },
      deadline,
    ),
  );
  return new Map(
    entries.flatMap((each) => {
      const id = idOf(each);
      return id === undefined ? [] : [[id, each] as const];
    }),
  );
}

/**
 * Reads a policy, with the roles' display names. What was written a short while ago is asked for again until IAM shows it.
 *
 * @returns `undefined` when IAM says that it does not hold it, or keeps it only as deleted
 * @throws when it is no authorization
 */
export async function getPolicy(
  client: Client,
  id: string,
  deadline: Deadline,
  written: Written = {},
): Promise<HeldPolicy | undefined> {
  const isAccepted = ({ policy }: Seen) =>
    policy !== undefined && (policy.state === "deleted" || !isBehind(policy, written));
  const left = ({ answeredAt }: Seen) => propagationLeft(written, answeredAt, client.pace.propagation);
  const around = { deadline, pace: client.pace };
  const seen = await pollUntil(() => lookUp(client, id, deadline), isAccepted, left, around);
  // Only the end of the operation ended the wait: what IAM shows says nothing yet.
  if (!isAccepted(seen) && left(seen) > 0 && isOver(deadline)) throw notShown(id, seen);
  const { policy } = seen;
  if (policy && policy.type !== "authorization")
    throw new CodedError(
      "not-an-authorization",
      `the policy ${policy.id} is not an authorization but of the type ${policy.type}`,
    );
  return policy?.state === "deleted" ? undefined : policy;
}

function isOver(deadline: Deadline): boolean {
  return deadline.isCancelled() || deadline.left() === 0;
}

function notShown(id: string, { answeredAt }: Seen): IamError {
  const said = `the policy ${id} was written a short while ago, and IAM doesn't show that yet`;
  return new IamError({ said, code: NOT_SHOWN, answeredAt, reads: true });
}

/** Whether an answer is older than what the caller knows to be written. */
export function isBehind(found: HeldPolicy, { lastModifiedAt }: Written): boolean {
  return Date.parse(found.lastModifiedAt ?? "") < Date.parse(lastModifiedAt ?? "");
}

/** A policy as one answer shows it. */
interface Seen {
  /** Deleted or not; absent where IAM holds none. */
  policy?: HeldPolicy;
  /** When IAM answered, by its own clock. */
  answeredAt?: number;
}

/** Asks for a policy once. Only IAM's own word for a policy that isn't there counts, or the list's. */
async function lookUp(client: Client, id: string, deadline: Deadline): Promise<Seen> {
  try {
    return await client.call(
      (service) => service.getV2Policy({ id, format: "display" }),
      (answer) => ({
        policy: toHeld("reading a policy", answer, (held) => held.id === id),
        answeredAt: dateOf(answer.headers),
      }),
      deadline,
    );
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    const { answeredAt } = error.told;
    if (error.isPolicyNotFound) return { answeredAt };
    if (!error.isNotFound) throw error;
    const listed = (await listEntries(client, deadline, "display")).get(id);
    if (listed === undefined) return { answeredAt };
    const policy = maybeHeld(listed);
    if (!policy) throw error;
    return { policy, answeredAt };
  }
}

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

/** Does something again while what it was decided by is not what IAM holds any more. */
async function untilCurrent<Result>(
  { pace }: Client,
  deadline: Deadline,
  work: () => Promise<Result>,
): Promise<Result> {
  let last: StaleError | undefined;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      // What the deadline cuts short says less than what came before it.
      if (last && error instanceof IamError && isOver(deadline))
        throw inDoubt(last.cause, error.unknownSince);
      if (!(error instanceof StaleError)) throw error;
      last = error;
      if (tries >= last.most || isOver(deadline)) throw last.cause;
      await deadline.sleep(backoff(tries, pace));
      if (isOver(deadline)) throw last.cause;
    }
  }
}

/** Something else changed what IAM holds between reading and writing, or an unknown outcome has to be looked at. */
class StaleError extends Error {
  declare readonly cause: Error;
  /** How often it is tried until the cause counts. */
  readonly most: number;

  constructor(cause: Error, most = EDITS) {
    super(cause.message, { cause });
    this.most = most;
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

/** Deletes a policy; done when IAM does not hold it any more. A young one that IAM does not show yet is waited for. */
export async function deletePolicy(
  client: Client,
  id: string,
  deadline: Deadline,
  written: Written = {},
): Promise<void> {
  let unknownSince: number | undefined;
  /** Deletes it once. `left`: where IAM holds none, how long one may still come to be shown. */
  const remove = async (): Promise<{ isGone: boolean; left: number }> => {
    try {
      await client.write((service) => service.deleteV2Policy({ id }), toDeleted, deadline, true);
      return { isGone: true, left: 0 };
    } catch (error) {
      if (!(error instanceof IamError) || !error.isNotFound) throw error;
      // An earlier try may have deleted it.
      unknownSince ??= error.unknownSince;
      const left = propagationLeft(written, error.told.answeredAt, client.pace.propagation);
      if (error.isPolicyNotFound && left <= 0) return { isGone: true, left };
      const { policy } = await lookUp(client, id, deadline);
      if (policy && policy.state !== "deleted" && !error.isPolicyNotFound) throw error;
      return { isGone: policy?.state === "deleted" || left <= 0, left };
    }
  };
  try {
    const around = { deadline, pace: client.pace };
    const { isGone } = await pollUntil(
      remove,
      (each) => each.isGone,
      (each) => each.left,
      around,
    );
    // Where the wait was over while IAM was asked, the next answer counts.
    if (!isGone && (isOver(deadline) || !(await remove()).isGone)) throw notShown(id, {});
  } catch (error) {
    throw inDoubt(error, unknownSince);
  }
}

function toDeleted({ status, headers }: Answer): void {
  if (status !== 204) throw notIamsAnswer("deleting a policy", headers);
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
