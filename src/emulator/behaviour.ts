/** How IAM behaves where IBM's documentation leaves it open, and how late it sees what was written. */
export interface Behaviour {
  /**
   * What a stale `If-Match` is answered with: 412 `unable_to_process`, or 409 `policy_conflict_error` whose details hold
   * the policy as it is now.
   * @default 412
   */
  staleEtagStatus: 409 | 412;
  /**
   * Milliseconds until a new policy is there to be read, listed, replaced, deleted and restored. Only the check for
   * policies that repeat one another sees it at once. It goes for policies made from now on; lowering it also shows what
   * still waits.
   * @default 0
   */
  visibleAfter: number;
  /**
   * Milliseconds for which get and list still show the version before a replacement, ETag included. `If-Match` is
   * compared with the real one. It goes for replacements from now on; lowering it also shows what still waits.
   * @default 0
   */
  staleFor: number;
  /**
   * Milliseconds for which get and list still show a deleted policy as the active one that it was. Changes, and the check
   * for policies that repeat one another, go by what is real. It goes for deletions from now on; lowering it also shows
   * what still waits.
   * @default 0
   */
  lingersFor: number;
  /**
   * What GET answers for a deleted policy: 200 with `state: "deleted"`, or 404.
   * @default "shown"
   */
  deletedIs: "shown" | "hidden";
  /**
   * What DELETE answers for a deleted policy.
   * @default 404
   */
  secondDelete: 404 | 204;
  /**
   * Whether answers carry an ETag. IBM's private endpoints are known to drop it; `If-Match: *` goes without.
   * @default true
   */
  etagHeader: boolean;
  /**
   * What `details.conflicts_with` of a 409 holds: the ETag and the whole policy, as was seen of IAM; the ETag and the
   * policy's id, as IBM's SDK has it; or no details at all.
   * @default "policy"
   */
  conflictsWith: "policy" | "id" | "nothing";
  /**
   * What `/v2/roles` answers: the roles that IBM documents; empty lists, as for credentials that may not read roles; or,
   * where a source is asked for, the gateway's page with status 404, as IBM's private endpoints are known to. Policies are
   * taken as ever.
   * @default "as documented"
   */
  roleLookup: "as documented" | "hidden" | "not found";
  /**
   * How many active policies an account may hold; one more is answered 422.
   * @default 4020, IBM's limit
   */
  quota: number;
  /**
   * How many calls of `/v1` and `/v2` are taken within a second; the others are answered 429 with `Retry-After: 1`.
   * @default Infinity
   */
  callsPerSecond: number;
}

const DEFAULTS: Behaviour = {
  staleEtagStatus: 412,
  visibleAfter: 0,
  staleFor: 0,
  lingersFor: 0,
  deletedIs: "shown",
  secondDelete: 404,
  etagHeader: true,
  conflictsWith: "policy",
  roleLookup: "as documented",
  quota: 4020,
  callsPerSecond: Infinity,
};

/** The behaviour that an emulator starts with. */
export function behaviourOf(changes: Partial<Behaviour>): Behaviour {
  const behaviour = { ...DEFAULTS };
  behave(behaviour, changes);
  return behaviour;
}

/** Changes a behaviour in place; what is undefined stays as it is. */
export function behave(behaviour: Behaviour, changes: Partial<Behaviour>): void {
  const given = Object.entries<unknown>(changes).filter(([, value]) => value !== undefined);
  Object.assign(behaviour, Object.fromEntries(given));
}
