import { connect, type Client } from "./client";
import type { Settings } from "./credentials";
import { createPolicy, deletePolicy, getPolicy, replacePolicy } from "./policies";
import type { HeldPolicy, PolicyBody } from "./policy";
import { listRoles, type OfferedRole, type Pair } from "./roles";

/** IAM with one set of credentials: the only way out of the provider. Each method throws an `IamError`. */
export interface Iam {
  /** The account that the stack says its credentials are of, known without a call. */
  expectedAccountId?: string;
  /** The account that the credentials are of. */
  accountId: () => Promise<string>;
  /** The roles that can be granted to a pair of services; asked once a pair. */
  offeredRoles: (pair: Pair) => Promise<OfferedRole[]>;
  createPolicy: (body: PolicyBody) => Promise<HeldPolicy>;
  getPolicy: (id: string) => Promise<HeldPolicy | undefined>;
  replacePolicy: (id: string, ifMatch: string, body: PolicyBody) => Promise<HeldPolicy>;
  deletePolicy: (id: string) => Promise<void>;
}

/** IAM as the settings lead to it. Nothing is read, looked for or asked before a method is called. */
export function openIam(settings: Settings): Iam {
  let client: Client | undefined;
  const connected = () => (client ??= connect(settings));
  const roles = new Map<string, Promise<OfferedRole[]>>();

  function offeredRoles(pair: Pair): Promise<OfferedRole[]> {
    const key = JSON.stringify([pair.source, pair.target]);
    const asked = roles.get(key) ?? listRoles(connected(), pair);
    roles.set(key, asked);
    // A look-up that failed is made again by whoever comes next.
    asked.catch(() => roles.delete(key));
    return asked;
  }

  return {
    expectedAccountId: settings.config("ibmcloud:accountId"),
    accountId: async () => connected().accountId(),
    offeredRoles: async (pair) => offeredRoles(pair),
    createPolicy: async (body) => createPolicy(connected(), body),
    getPolicy: async (id) => getPolicy(connected(), id),
    replacePolicy: async (id, ifMatch, body) => replacePolicy(connected(), id, ifMatch, body),
    deletePolicy: async (id) => deletePolicy(connected(), id),
  };
}
