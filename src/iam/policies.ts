import { CodedError } from "../shared/coded-error";
import { idOf, maybeHeld, toHeld, toPage } from "./answers";
import type { Client } from "./client";
import { propagationLeft, type Written } from "./clock";
import type { Deadline } from "./deadline";
import { IamError } from "./errors";
import { NOT_SHOWN } from "./outcome";
import { allPages } from "./paging";
import type { HeldPolicy, PolicyBody } from "./policy";
import { pollUntil } from "./retry";
import { dateOf } from "./told";

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

/** Whether nothing more is to be waited for. */
export function isOver(deadline: Deadline): boolean {
  return deadline.isCancelled() || deadline.left() === 0;
}

/** What was written a short while ago isn't shown yet, and says nothing by that. */
export function notShown(id: string, { answeredAt }: Pick<Seen, "answeredAt">): IamError {
  const said = `the policy ${id} was written a short while ago, and IAM doesn't show that yet`;
  return new IamError({ said, code: NOT_SHOWN, answeredAt, reads: true });
}

/** Whether an answer is older than what the caller knows to be written. */
export function isBehind(found: HeldPolicy, { lastModifiedAt }: Written): boolean {
  return Date.parse(found.lastModifiedAt ?? "") < Date.parse(lastModifiedAt ?? "");
}

/** A policy as one answer shows it. */
export interface Seen {
  /** Deleted or not; absent where IAM holds none. */
  policy?: HeldPolicy;
  /** When IAM answered, by its own clock. */
  answeredAt?: number;
}

/** Asks for a policy once. Only IAM's own word for a policy that isn't there counts, or the list's. */
export async function lookUp(client: Client, id: string, deadline: Deadline): Promise<Seen> {
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

/** A policy as requests carry it. */
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
