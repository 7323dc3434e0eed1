import { randomUUID } from "node:crypto";
import type { Accounts, Caller } from "./accounts";
import type { Behavior } from "./behavior";
import { ConflictRefusal, policyNotFound, Refusal } from "./errors";
import type { Policy, PolicyBody, Seed } from "./policy";
import { etagOf, fingerprintOf } from "./policy-identity";
import { attributeOf } from "./policy-schema";

/** A policy, with the account that owns it and its version. */
export interface Entry {
  policy: Policy;
  accountId: string;
  /** The number of times that the policy was written. */
  revision: number;
  etag: string;
  fingerprint: string;
  /** The delay until reads and writes find the new policy. */
  hidden?: Delay;
  /** The version that reads return until its delay is over. */
  previous?: { entry: Entry; delay: Delay; setting: "staleFor" | "lingersFor" };
}

interface Delay {
  /** The start, in `performance.now()`. */
  startedAt: number;
  /** The length, in milliseconds. */
  length: number;
}

/** A policy as a data file keeps it, without delays. */
export type StoredPolicy = Pick<Entry, "policy" | "accountId" | "revision">;

/** The policies of all accounts, in the order of creation. Deleted ones stay, as IAM keeps them for a while. */
export interface PolicyStore {
  /** Returns all policies in their current version, hidden ones too. */
  all: () => Policy[];
  /** Returns the policies of an account in their visible versions. */
  list: (accountId: string) => Entry[];
  /**
   * Returns the visible version of a policy.
   * @throws Refusal 404 if the account has no such policy or it is still hidden
   */
  read: (caller: Caller, id: string) => Entry;
  /**
   * Returns the current version of a policy, for a write.
   * @throws Refusal 404 if the account has no such policy or it is still hidden
   */
  find: (caller: Caller, id: string) => Entry;
  /** @throws Refusal 409 for a duplicate of an active policy, 422 above the quota */
  create: (caller: Caller, body: PolicyBody) => Entry;
  /** @throws Refusal 409 for a duplicate of another active policy */
  replace: (caller: Caller, entry: Entry, body: PolicyBody) => Entry;
  /** @throws Refusal 409 or 422 as `create` does, if the policy becomes active */
  setState: (caller: Caller, entry: Entry, state: Policy["state"]) => Entry;
  /** Puts policies into their accounts without any check. A policy with the id of an existing one replaces it. */
  seed: (seeds: readonly Seed[]) => Policy[];
  clear: () => void;
  /** Returns everything that `load` needs. */
  stored: () => StoredPolicy[];
  /** Adds policies of an emulator that ended, with their ETags. Deleted policies are dropped after 10 days, as in IAM. */
  load: (stored: readonly StoredPolicy[]) => void;
}

/** IAM keeps a deleted policy for 10 days. Source: account docs, iam-audit-policies.md. */
const DELETED_KEPT_MS = 10 * 24 * 60 * 60 * 1000;

/**
 * @param url returns the URL of the emulator, for each policy's `href`
 * @param changed is called after each change
 */
export function createPolicyStore(
  accounts: Accounts,
  behavior: Behavior,
  url: () => string,
  changed: () => void,
): PolicyStore {
  const entries = new Map<string, Entry>();

  function save(unsaved: Omit<Entry, "etag" | "fingerprint">): Entry {
    const { policy, revision } = unsaved;
    const entry = { ...unsaved, etag: etagOf(revision, policy), fingerprint: fingerprintOf(policy) };
    entries.set(policy.id, entry);
    return entry;
  }

  /** Saves a change. If it cannot be kept on disk, it is undone. */
  function commit(unsaved: Omit<Entry, "etag" | "fingerprint">): Entry {
    const { id } = unsaved.policy;
    const before = entries.get(id);
    const entry = save(unsaved);
    try {
      changed();
    } catch (error) {
      if (before) entries.set(id, before);
      else entries.delete(id);
      throw error;
    }
    return entry;
  }

  function activeOf({ accountId }: Caller): Entry[] {
    return [...entries.values()].filter(
      (each) => each.accountId === accountId && each.policy.state === "active",
    );
  }

  function refuseDuplicate(caller: Caller, body: PolicyBody, ownId?: string): void {
    const wanted = fingerprintOf(body);
    const duplicate = activeOf(caller).find(
      ({ policy, fingerprint }) => policy.id !== ownId && fingerprint === wanted,
    );
    if (!duplicate) return;
    const message =
      "The policy wasn't created because an access policy with identical attributes and roles already exists. Please " +
      `update the rule in the existing policy (${duplicate.policy.id}), or update the one you're trying to assign to include ` +
      "a different attribute assignment.";
    throw new ConflictRefusal(message, duplicate, behavior.conflictsWith);
  }

  function refuseOverQuota(caller: Caller): void {
    if (activeOf(caller).length < behavior.quota) return;
    // IBM documents the status and the message, not the code.
    throw new Refusal(422, "unable_to_process", "Exceeded maximum policies quota error");
  }

  const isVisible = ({ hidden }: Entry) => hidden === undefined || isOver(hidden, behavior.visibleAfter);

  function visibleVersion(entry: Entry): Entry {
    const { previous } = entry;
    const isStale = previous && !isOver(previous.delay, behavior[previous.setting]);
    return isStale ? visibleVersion(previous.entry) : entry;
  }

  function previousOf(entry: Entry, setting: "staleFor" | "lingersFor"): Entry["previous"] {
    return behavior[setting] > 0 ? { entry, delay: startDelay(behavior[setting]), setting } : undefined;
  }

  function find(caller: Caller, id: string): Entry {
    const entry = entries.get(id);
    if (entry?.accountId !== caller.accountId || !isVisible(entry)) throw policyNotFound(id);
    return entry;
  }

  return {
    all: () => [...entries.values()].map(({ policy }) => policy),
    list: (accountId) =>
      [...entries.values()]
        .filter((each) => each.accountId === accountId && isVisible(each))
        .map(visibleVersion),
    read: (caller, id) => {
      const entry = visibleVersion(find(caller, id));
      if (entry.policy.state === "deleted" && behavior.deletedIs === "hidden") throw policyNotFound(id);
      return entry;
    },
    find,
    create: (caller, body) => {
      refuseDuplicate(caller, body);
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
      const hidden = behavior.visibleAfter > 0 ? startDelay(behavior.visibleAfter) : undefined;
      return commit({ policy, accountId: caller.accountId, revision: 1, hidden });
    },
    replace: (caller, entry, body) => {
      refuseDuplicate(caller, body, entry.policy.id);
      const { id, href, created_at, created_by_id, state } = entry.policy;
      const policy = { ...body, id, href, created_at, created_by_id, state, ...modifiedBy(caller) };
      const previous = previousOf(entry, "staleFor");
      return commit({ policy, accountId: entry.accountId, revision: entry.revision + 1, previous });
    },
    setState: (caller, entry, state) => {
      const { policy, accountId, revision } = entry;
      if (state === "active") refuseDuplicate(caller, policy, policy.id);
      if (state === "active" && policy.state !== "active") refuseOverQuota(caller);
      return commit({
        policy: { ...policy, state, ...modifiedBy(caller) },
        accountId,
        revision: revision + 1,
        previous: state === "deleted" ? previousOf(entry, "lingersFor") : undefined,
      });
    },
    seed: (seeds) => {
      const seeded = seeds.map(
        (seed) => save({ ...completeSeed(seed, accounts, url()), revision: 1 }).policy,
      );
      changed();
      return seeded;
    },
    clear: () => {
      entries.clear();
      changed();
    },
    stored: () =>
      [...entries.values()].map(({ policy, accountId, revision }) => ({ policy, accountId, revision })),
    load: (stored) => {
      const now = Date.now();
      const kept = stored.filter(
        ({ policy }) =>
          policy.state === "active" || now - Date.parse(policy.last_modified_at) < DELETED_KEPT_MS,
      );
      for (const each of kept) save({ ...each, policy: withHrefOf(url(), each.policy) });
    },
  };
}

/** Returns a stored policy with the current URL in its `href`. The emulator that stored it may have had another port. */
function withHrefOf(url: string, policy: Policy): Policy {
  return { ...policy, href: policy.href.replace(/^http:\/\/127\.0\.0\.1:\d+(?=\/)/, url) };
}

function startDelay(length: number): Delay {
  return { startedAt: performance.now(), length };
}

/** @param limit the current value of the setting: no delay lasts longer */
function isOver({ startedAt, length }: Delay, limit: number): boolean {
  return performance.now() - startedAt >= Math.min(length, limit);
}

function modifiedBy({ iamId }: Caller): Pick<Policy, "last_modified_at" | "last_modified_by_id"> {
  return { last_modified_at: new Date().toISOString(), last_modified_by_id: iamId };
}

/** Copies a seed and fills in its metadata. It belongs to the account of its resource, or to the first account. */
function completeSeed(seed: Seed, accounts: Accounts, url: string): Pick<Entry, "policy" | "accountId"> {
  const given = JSON.parse(JSON.stringify(seed)) as Seed;
  const accountId = attributeOf(given.resource, "accountId") ?? accounts[0].id;
  const { iamId } = accounts.find(({ id }) => id === accountId) ?? accounts[0];
  const { id = randomUUID(), created_at = new Date().toISOString(), created_by_id = iamId } = given;
  const defaults = {
    type: "authorization",
    href: `${url}/v2/policies/${id}`,
    last_modified_at: created_at,
    last_modified_by_id: created_by_id,
    state: "active",
  } as const;
  return { policy: { ...defaults, ...given, id, created_at, created_by_id }, accountId };
}
