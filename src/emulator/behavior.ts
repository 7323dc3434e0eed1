/** The settings for behavior that IBM's documentation leaves open, and for delays, quota and rate limit. */
export interface Behavior {
  /**
   * The status of the response to a stale `If-Match`:
   * - `412`: code `unable_to_process`
   * - `409`: code `policy_conflict_error`, with the current policy in its details
   * @default 412
   */
  staleEtagStatus: 409 | 412;
  /**
   * Milliseconds until a new policy can be read, listed, replaced, deleted and restored. The duplicate check sees it at
   * once. A change applies to policies created afterwards; a lower value also shortens delays that are still running.
   * @default 0
   */
  visibleAfter: number;
  /**
   * Milliseconds for which get and list still return the version before a replacement, ETag included. `If-Match` is
   * compared with the new ETag. A change applies to later replacements; a lower value also shortens delays that are
   * still running.
   * @default 0
   */
  staleFor: number;
  /**
   * Milliseconds for which get and list still return a deleted policy as active. Writes and the duplicate check see the
   * deletion at once. A change applies to later deletions; a lower value also shortens delays that are still running.
   * @default 0
   */
  lingersFor: number;
  /**
   * The response to GET for a deleted policy:
   * - `shown`: 200 with `state: "deleted"`
   * - `hidden`: 404
   * @default "shown"
   */
  deletedIs: "shown" | "hidden";
  /**
   * The status of a DELETE for a policy that is already deleted.
   * @default 404
   */
  secondDelete: 404 | 204;
  /**
   * Sends the `ETag` header. IBM's private endpoints are known to drop it; clients can then send `If-Match: *`.
   * @default true
   */
  etagHeader: boolean;
  /**
   * The content of `details.conflicts_with` in a 409:
   * - `policy`: the ETag and the whole policy, as in responses of IAM. Source: terraform-provider-ibm #5565 and #6510
   * - `id`: the ETag and the policy's id, as IBM's SDK declares them
   * - `nothing`: no details at all
   * @default "policy"
   */
  conflictsWith: "policy" | "id" | "nothing";
  /**
   * The response of `/v2/roles`. It does not affect which policies can be created.
   * - `as documented`: the roles that IBM documents
   * - `hidden`: empty lists, as for credentials that may not read roles
   * - `not found`: a gateway's 404 page for queries that name a source, as IBM's private endpoints are known to return
   * @default "as documented"
   */
  roleLookup: "as documented" | "hidden" | "not found";
  /**
   * The maximum number of active policies in an account. Above it, IAM returns 422. The default is IBM's limit.
   * @default 4020
   */
  quota: number;
  /**
   * The number of calls accepted per second, other than those for tokens. Further calls get 429 with `Retry-After: 1`.
   * @default Infinity
   */
  callsPerSecond: number;
}

export const DEFAULT_BEHAVIOR: Behavior = {
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

/** Returns the default behavior with some settings changed. */
export function createBehavior(changes: Partial<Behavior>): Behavior {
  const behavior = { ...DEFAULT_BEHAVIOR };
  changeBehavior(behavior, changes);
  return behavior;
}

/** Changes settings in place; an undefined setting keeps its value. */
export function changeBehavior(behavior: Behavior, changes: Partial<Behavior>): void {
  const given = Object.entries<unknown>(changes).filter(([, value]) => value !== undefined);
  Object.assign(behavior, Object.fromEntries(given));
}
