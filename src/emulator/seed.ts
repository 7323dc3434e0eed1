import { randomUUID } from "node:crypto";
import type { Account } from "./account";
import { attributeOf, type Policy } from "./policy";

/** A policy that an account holds already; what IAM itself says of a policy may be left out. */
export type Seed = Partial<Policy> & Pick<Policy, "subject" | "resource" | "control">;

/** The policy that a seed grows to, in the account of its resource; nothing of it is shared with the seed. */
export function grown(
  seed: Seed,
  url: string,
  accounts: readonly [Account, ...Account[]],
): { policy: Policy; accountId: string } {
  const given = JSON.parse(JSON.stringify(seed)) as Seed;
  const accountId = attributeOf(given.resource, "accountId") ?? accounts[0].id;
  const { iamId } = accounts.find(({ id }) => id === accountId) ?? accounts[0];
  const { id = randomUUID(), created_at = new Date().toISOString(), created_by_id = iamId } = given;
  const filled = {
    type: "authorization",
    href: `${url}/v2/policies/${id}`,
    last_modified_at: created_at,
    last_modified_by_id: created_by_id,
    state: "active",
  } as const;
  return { policy: { ...filled, ...given, id, created_at, created_by_id }, accountId };
}
