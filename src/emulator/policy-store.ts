import { createHash, randomUUID } from "node:crypto";
import type { Caller } from "./account";
import type { Behaviour } from "./behaviour";
import { ConflictRefusal } from "./conflict";
import { policyNotFound, Refusal } from "./errors";
import { isOver, lagFromNow, type Lag } from "./lag";
import { meaningOf } from "./meaning";
import type { Policy, PolicyBody } from "./policy";

/** A policy, whose it is, and how often it was written. */
export interface Entry {
  policy: Policy;
  accountId: string;
  revision: number;
  etag: string;
  /** What it says, for the comparison with others. */
  meaning: string;
  /** How long it is not there yet. */
  unseen?: Lag;
  /** What is shown in its place, how long, and which behaviour says so. */
  before?: { entry: Entry; lag: Lag; by: "staleFor" | "lingersFor" };
}

/** The policies of every account, in the order in which they were made. Deleted ones stay, as IAM keeps them for a while. */
export interface PolicyStore {
  /** What there is, seen yet or not. */
  all: () => Entry[];
  /** What is seen of an account, in the version that is seen. */
  list: (accountId: string) => Entry[];
  /** A policy in the version that is seen. @throws Refusal 404 when this account has no such policy, or not yet */
  read: (caller: Caller, id: string) => Entry;
  /** A policy as it is, for a change. @throws Refusal 404 when this account has no such policy, or not yet */
  find: (caller: Caller, id: string) => Entry;
  /** @throws Refusal 409 when an active policy says the same, 422 at the quota */
  create: (caller: Caller, body: PolicyBody) => Entry;
  /** @throws Refusal 409 when another active policy says the same */
  replace: (caller: Caller, entry: Entry, body: PolicyBody) => Entry;
  /** @throws Refusal for a restored one as for a new one */
  setState: (caller: Caller, entry: Entry, state: Policy["state"]) => Entry;
  /** Puts a policy in as it is. */
  put: (held: Pick<Entry, "policy" | "accountId">) => Entry;
  clear: () => void;
}

/** @param url where the emulator is reached, for each policy's `href` */
export function policyStore(url: () => string, behaviour: Behaviour): PolicyStore {
  const entries = new Map<string, Entry>();

  function save(held: Omit<Entry, "etag" | "meaning">): Entry {
    const digest = createHash("md5")
      .update(JSON.stringify([held.revision, held.policy]))
      .digest("hex");
    const entry = { ...held, etag: `${held.revision}-${digest}`, meaning: meaningOf(held.policy) };
    entries.set(held.policy.id, entry);
    return entry;
  }

  function activeOf({ accountId }: Caller): Entry[] {
    return [...entries.values()].filter(
      (each) => each.accountId === accountId && each.policy.state === "active",
    );
  }

  function refuseTwin(caller: Caller, body: PolicyBody, own?: string): void {
    const said = meaningOf(body);
    const twin = activeOf(caller).find(({ policy, meaning }) => policy.id !== own && meaning === said);
    if (!twin) return;
    const message =
      "The policy wasn't created because an access policy with identical attributes and roles already exists. Please " +
      `update the rule in the existing policy (${twin.policy.id}), or update the one you're trying to assign to include ` +
      "a different attribute assignment.";
    throw new ConflictRefusal(message, twin, behaviour.conflictsWith);
  }

  function refuseOverQuota(caller: Caller): void {
    if (activeOf(caller).length < behaviour.quota) return;
    // IBM documents the status and the message, not the code.
    throw new Refusal(422, "unable_to_process", "Exceeded maximum policies quota error");
  }

  const isSeen = ({ unseen }: Entry) => unseen === undefined || isOver(unseen, behaviour.visibleAfter);

  function versionSeen(entry: Entry): Entry {
    const { before } = entry;
    return before && !isOver(before.lag, behaviour[before.by]) ? versionSeen(before.entry) : entry;
  }

  function shownFor(by: "staleFor" | "lingersFor", entry: Entry): Entry["before"] {
    return behaviour[by] > 0 ? { entry, lag: lagFromNow(behaviour[by]), by } : undefined;
  }

  function find(caller: Caller, id: string): Entry {
    const entry = entries.get(id);
    if (entry?.accountId !== caller.accountId || !isSeen(entry)) throw policyNotFound(id);
    return entry;
  }

  return {
    all: () => [...entries.values()],
    list: (accountId) =>
      [...entries.values()].filter((each) => each.accountId === accountId && isSeen(each)).map(versionSeen),
    read: (caller, id) => {
      const entry = versionSeen(find(caller, id));
      if (entry.policy.state === "deleted" && behaviour.deletedIs === "hidden") throw policyNotFound(id);
      return entry;
    },
    find,
    create: (caller, body) => {
      refuseTwin(caller, body);
      refuseOverQuota(caller);
      const id = randomUUID();
      const modified = modifiedBy(caller);
      const policy = {
        ...body,
        id,
        href: `${url()}/v2/policies/${id}`,
        created_at: modified.last_modified_at,
        created_by_id: modified.last_modified_by_id,
        state: "active",
        ...modified,
      } as const;
      const unseen = behaviour.visibleAfter > 0 ? lagFromNow(behaviour.visibleAfter) : undefined;
      return save({ policy, accountId: caller.accountId, revision: 1, unseen });
    },
    replace: (caller, entry, body) => {
      refuseTwin(caller, body, entry.policy.id);
      const { id, href, created_at, created_by_id, state } = entry.policy;
      const policy = { ...body, id, href, created_at, created_by_id, state, ...modifiedBy(caller) };
      const before = shownFor("staleFor", entry);
      return save({ policy, accountId: entry.accountId, revision: entry.revision + 1, before });
    },
    setState: (caller, entry, state) => {
      const { policy, accountId, revision } = entry;
      if (state === "active") refuseTwin(caller, policy, policy.id);
      if (state === "active" && policy.state !== "active") refuseOverQuota(caller);
      return save({
        policy: { ...policy, state, ...modifiedBy(caller) },
        accountId,
        revision: revision + 1,
        before: state === "deleted" ? shownFor("lingersFor", entry) : undefined,
      });
    },
    put: (held) => save({ ...held, revision: 1 }),
    clear: () => {
      entries.clear();
    },
  };
}

function modifiedBy({ iamId }: Caller): Pick<Policy, "last_modified_at" | "last_modified_by_id"> {
  return { last_modified_at: new Date().toISOString(), last_modified_by_id: iamId };
}
