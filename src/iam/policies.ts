import { CodedError } from "../shared/coded-error";
import type { Client } from "./client";
import type { Deadline } from "./deadline";
import { dateOf } from "./error-details";
import { IamError, notVisibleYet } from "./errors";
import { entryId, parseAuthorization, parsePolicy, parsePolicyPage, readAllPages } from "./parse";
import { isSamePolicy, isStale, remainingPropagation } from "./policy";
import { pollUntil } from "./retry";
import type { Policy, PolicyBody, WriteTimes } from "./types";

/**
 * Lists the active authorizations of the credentials' account.
 *
 * @param format `"display"` includes the display names of roles
 */
export async function listPolicies(
  client: Client,
  deadline: Deadline,
  format?: "display",
): Promise<Policy[]> {
  const entries = await listPolicyEntries(client, deadline, format);
  return [...entries.values()].flatMap((each) => parseAuthorization(each) ?? []);
}

/**
 * Lists the same policies by id without parsing them: an account may hold thousands, and a caller may need only a few.
 *
 * No `limit` is sent, because IBM documents neither its maximum nor its default. IBM's documentation counts all policies of an
 * account with one such call, so one page is expected. Further pages are read if there are any.
 */
export async function listPolicyEntries(
  client: Client,
  deadline: Deadline,
  format?: "display",
): Promise<Map<string, unknown>> {
  const { accountId } = await client.identity(deadline);
  const filter = { accountId, type: "authorization", state: "active", ...(format && { format }) };
  const entries = await readAllPages("the list of policies", (start) =>
    client.call(
      (service) => service.listV2Policies({ ...filter, ...(start !== undefined && { start }) }),
      parsePolicyPage,
      deadline,
    ),
  );
  return new Map(
    entries.flatMap((each) => {
      const id = entryId(each);
      return id === undefined ? [] : [[id, each] as const];
    }),
  );
}

/**
 * Reads a policy with the display names of its roles. After a recent write, it repeats the read until IAM shows that write.
 *
 * @returns `undefined` if the policy does not exist, or is deleted
 * @throws CodedError if the policy is not an authorization
 */
export async function getPolicy(
  client: Client,
  id: string,
  deadline: Deadline,
  known: WriteTimes = {},
): Promise<Policy | undefined> {
  const isCurrent = ({ policy }: Snapshot) =>
    policy !== undefined && (policy.state === "deleted" || !isStale(policy, known));
  const { timeouts } = client;
  const left = ({ respondedAt }: Snapshot) => remainingPropagation(known, respondedAt, timeouts.propagation);
  const snapshot = await pollUntil(() => getPolicyOnce(client, id, deadline), isCurrent, left, {
    deadline,
    timeouts,
  });
  // If the deadline ended the wait, the last response proves nothing.
  if (!isCurrent(snapshot) && left(snapshot) > 0 && deadline.isOver()) {
    throw notVisibleYet(id, snapshot.respondedAt);
  }
  const { policy } = snapshot;
  if (policy && policy.type !== "authorization") {
    const message = `policy ${policy.id} is not an authorization: its type is ${policy.type}`;
    throw new CodedError("not-an-authorization", message);
  }
  return policy?.state === "deleted" ? undefined : policy;
}

/** A policy in one response. */
interface Snapshot {
  /** Active or deleted. Undefined if IAM has no such policy. */
  policy?: Policy;
  /** The `Date` of the response, in milliseconds since 1970. */
  respondedAt?: number;
}

/** Reads a policy once. Only IAM's own error code proves that it does not exist; any other 404 is checked against the list. */
export async function getPolicyOnce(client: Client, id: string, deadline: Deadline): Promise<Snapshot> {
  try {
    return await client.call(
      (service) => service.getV2Policy({ id, format: "display" }),
      (response) => ({
        policy: parsePolicy("reading a policy", response, (policy) => policy.id === id),
        respondedAt: dateOf(response.headers),
      }),
      deadline,
    );
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    const { respondedAt } = error.details;
    if (error.isPolicyNotFound) return { respondedAt };
    if (!error.isNotFound) throw error;
    const entry = (await listPolicyEntries(client, deadline, "display")).get(id);
    if (entry === undefined) return { respondedAt };
    const policy = parseAuthorization(entry);
    if (!policy) throw error;
    return { policy, respondedAt };
  }
}

/** The policies that may have caused a conflict. */
interface Duplicate {
  /** An active policy with the same scope and roles, preferably one that is not being deleted. */
  duplicate?: Policy;
  /** The active policy that the response refers to. Its scope and roles may differ, and then it is not the duplicate. */
  reported?: Policy;
}

/** Finds the policy that caused a conflict: the one in the response, or else one in the list. */
export async function findDuplicate(
  client: Client,
  { conflict }: IamError,
  body: PolicyBody,
  deadline: Deadline,
  isDeleting: (id: string) => boolean = () => false,
): Promise<Duplicate> {
  const id = typeof conflict === "string" ? conflict : entryId(conflict);
  const found =
    parseAuthorization(conflict) ?? (id ? (await getPolicyOnce(client, id, deadline)).policy : undefined);
  const reported = found?.state === "deleted" ? undefined : found;
  if (reported && isSamePolicy(reported, body)) return { duplicate: reported, reported };
  const all = (await listPolicies(client, deadline)).filter((each) => isSamePolicy(each, body));
  return { duplicate: all.find((each) => !isDeleting(each.id)) ?? all[0], reported };
}

/** Converts a policy to the body of a request. */
export function toRequest({ roleIds, control, subject, resource, description, pattern, rule }: PolicyBody) {
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
