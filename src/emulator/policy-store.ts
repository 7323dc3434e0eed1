import { createHash, randomUUID } from "node:crypto";
import type { Caller } from "./account";
import { policyNotFound, Refusal } from "./errors";
import type { Policy, PolicyBody } from "./policy";

/** A policy, whose it is, and how often it was written. */
export interface Entry {
  policy: Policy;
  accountId: string;
  revision: number;
  etag: string;
}

/** The policies of every account, in the order in which they were made. Deleted ones stay, as IAM keeps them for a while. */
export interface PolicyStore {
  all: (accountId?: string) => Entry[];
  /** @throws Refusal 404 when this account has no such policy */
  find: (caller: Caller, id: string) => Entry;
  /** @throws Refusal 409 when an active policy says the same */
  create: (caller: Caller, body: PolicyBody) => Entry;
  /** @throws Refusal 409 when another active policy says the same */
  replace: (caller: Caller, entry: Entry, body: PolicyBody) => Entry;
  setState: (caller: Caller, entry: Entry, state: Policy["state"]) => Entry;
  clear: () => void;
}

/** @param url where the emulator is reached, for each policy's `href` */
export function policyStore(url: () => string): PolicyStore {
  const entries = new Map<string, Entry>();

  function save(
    caller: Caller,
    policy: Omit<Policy, "last_modified_at" | "last_modified_by_id">,
    revision: number,
  ): Entry {
    const stamped = {
      ...policy,
      last_modified_at: new Date().toISOString(),
      last_modified_by_id: caller.iamId,
    };
    const digest = createHash("md5")
      .update(JSON.stringify([revision, stamped]))
      .digest("hex");
    const entry = { policy: stamped, accountId: caller.accountId, revision, etag: `${revision}-${digest}` };
    entries.set(policy.id, entry);
    return entry;
  }

  function refuseTwin(caller: Caller, body: PolicyBody, own?: string): void {
    const said = meaning(body);
    const twin = [...entries.values()].find(({ accountId, policy }) => {
      return (
        accountId === caller.accountId &&
        policy.state === "active" &&
        policy.id !== own &&
        meaning(policy) === said
      );
    });
    if (twin) throw new ConflictRefusal(twin);
  }

  return {
    all: (accountId) =>
      [...entries.values()].filter((entry) => accountId === undefined || entry.accountId === accountId),
    find: (caller, id) => {
      const entry = entries.get(id);
      if (entry?.accountId !== caller.accountId) throw policyNotFound(id);
      return entry;
    },
    create: (caller, body) => {
      refuseTwin(caller, body);
      const id = randomUUID();
      const made = { created_at: new Date().toISOString(), created_by_id: caller.iamId };
      return save(caller, { ...body, id, href: `${url()}/v2/policies/${id}`, ...made, state: "active" }, 1);
    },
    replace: (caller, { policy, revision }, body) => {
      refuseTwin(caller, body, policy.id);
      const { id, href, created_at, created_by_id, state } = policy;
      return save(caller, { ...body, id, href, created_at, created_by_id, state }, revision + 1);
    },
    setState: (caller, { policy, revision }, state) => {
      if (state === "active") refuseTwin(caller, policy, policy.id);
      return save(caller, { ...policy, state }, revision + 1);
    },
    clear: () => {
      entries.clear();
    },
  };
}

/** Two policies are the same to IAM when this is the same: the order of lists and the description do not count. */
function meaning({ type, subject, resource, control }: PolicyBody): string {
  const sorted = (list: readonly unknown[] = []) => list.map((each) => JSON.stringify(each)).sort();
  const plain = (list: PolicyBody["subject"]["attributes"] = []) =>
    list.map(({ key, operator, value }) => [key, operator, Array.isArray(value) ? [...value].sort() : value]);
  return JSON.stringify([
    type,
    sorted(plain(subject.attributes)),
    sorted(plain(resource.attributes)),
    sorted(plain(resource.tags)),
    sorted([...new Set(control.grant.roles.map(({ role_id }) => role_id))]),
  ]);
}

/** A policy that would repeat another; the answer holds that one whole, in the schema of the request. */
export class ConflictRefusal extends Refusal {
  private readonly twin: Entry;

  constructor(twin: Entry, shown: (policy: Policy) => object = (policy) => policy) {
    super(
      409,
      "policy_conflict_error",
      "The policy wasn't created because an access policy with identical attributes and roles already exists. Please " +
        `update the rule in the existing policy (${twin.policy.id}), or update the one you're trying to assign to include ` +
        "a different attribute assignment.",
      { conflicts_with: { etag: twin.etag, policy: shown(twin.policy) } },
    );
    this.twin = twin;
  }

  inSchema(shown: (policy: Policy) => object): ConflictRefusal {
    return new ConflictRefusal(this.twin, shown);
  }
}
