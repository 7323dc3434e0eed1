import { CodedError } from "../shared/coded-error";
import { connect, type Client } from "./client";
import { createPolicy } from "./create-policy";
import { configuredAccountId } from "./credentials";
import type { Deadline } from "./deadline";
import { deletePolicy } from "./delete-policy";
import { IamError, PolicyConflictError } from "./errors";
import { memoize } from "./memoize";
import { getPolicy } from "./policies";
import { createPolicyCache } from "./policy-cache";
import { redact } from "./redact";
import { hasResources, openResources, type Resources } from "./resources";
import { listRoles } from "./roles";
import type { Identity, OfferedRole, Pair, Policy, PolicyBody, Settings, WriteTimes } from "./types";
import { updatePolicy } from "./update-policy";

/** IAM with one set of credentials. The provider reaches IBM Cloud only through it. Each method throws an `IamError`. */
export interface Iam {
  /** Returns this `Iam` bound to the deadline of one operation. Without a deadline, each call has its own. */
  withDeadline: (deadline: Deadline) => Iam;
  /** The account in the stack's configuration, known without a call. */
  configuredAccountId?: string;
  /** True if a duplicate is adopted when these credentials created it: `IBMCLOUD_ADOPT_OWN=true`. */
  adoptsOwn: boolean;
  /** Removes credentials from a string. */
  redact: (text: string) => string;
  /** Returns the account and user of the credentials. */
  identity: () => Promise<Identity>;
  /**
   * Returns the resources of the account, with the token of this `Iam`. Undefined if IAM is not IBM Cloud's and Resource
   * Controller and Resource Manager have no endpoint of their own.
   *
   * @throws NoCredentialsError
   */
  resources: () => Resources | undefined;
  /** Lists the roles that can be granted to a pair of services. Asks IAM once for each pair. */
  offeredRoles: (pair: Pair) => Promise<OfferedRole[]>;
  /** @throws PolicyConflictError if IAM already has a duplicate */
  createPolicy: (
    body: PolicyBody,
    isOwned: (id: string) => boolean,
    isDeleting?: (id: string) => boolean,
  ) => Promise<Policy>;
  /**
   * Finds the active policies whose scope has the same meaning (`hasSameMeaning`) in a list that all operations share.
   *
   * @param notBefore the policies are listed again if the list is older than this time, in `performance.now()`
   */
  findPolicies: (scope: PolicyBody, notBefore?: number) => Promise<Policy[]>;
  /** Reads a policy, from a list that all operations share where possible. */
  readPolicy: (id: string, known?: WriteTimes) => Promise<Policy | undefined>;
  /** Reads the current version of a policy. */
  getPolicy: (id: string, known?: WriteTimes) => Promise<Policy | undefined>;
  /** @throws PolicyConflictError if the new content duplicates another policy */
  updatePolicy: (
    id: string,
    known: WriteTimes,
    decide: (policy: Policy | undefined) => PolicyBody | undefined,
  ) => Promise<Policy>;
  deletePolicy: (id: string, known?: WriteTimes) => Promise<void>;
}

/**
 * Opens IAM. Nothing is read or sent before a method is called.
 *
 * @param name the name of the credentials. @default the default credentials
 * @param lookupTimeout limits each lookup of `resources`, in milliseconds. @default the timeout of an operation
 */
export function openIam(settings: Settings, name?: string, lookupTimeout?: number): Iam {
  let client: Client | undefined;
  const connected = () => (client ??= connect(settings, name));
  const cache = createPolicyCache(connected);
  let resources: Resources | undefined;
  const roles = memoize((pair) =>
    connected().withSharedDeadline((own) => listRoles(connected(), JSON.parse(pair) as Pair, own)),
  );

  /**
   * Sends a write, and keeps the cache from returning what it may have changed.
   *
   * @param id the policy that is written. Undefined for a new one
   */
  async function write<Result>(id: string | undefined, send: () => Promise<Result>): Promise<Result> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof PolicyConflictError) cache.reported(error.policy.id);
      else if (id === undefined && mayHaveNewPolicy(error)) cache.clear();
      throw error;
    } finally {
      if (id !== undefined) cache.written(id);
    }
  }

  function open(deadline?: Deadline): Iam {
    const within = async <Result>(work: (deadline: Deadline) => Promise<Result>) =>
      deadline ? work(deadline) : connected().withDeadline(work);
    return {
      withDeadline: open,
      configuredAccountId: configuredAccountId(settings, name),
      get adoptsOwn() {
        return settings.env["IBMCLOUD_ADOPT_OWN"] === "true";
      },
      redact: (text) => client?.redact(text) ?? redact(text, []),
      identity: () => within((own) => connected().identity(own)),
      resources: () => {
        if (!hasResources(settings, connected())) return undefined;
        const shared = { client: connected(), timeout: lookupTimeout ?? connected().timeouts.retryTimeout };
        return (resources ??= openResources(settings, name, shared));
      },
      offeredRoles: ({ source, target }) =>
        within((own) => own.within(roles.get(JSON.stringify({ source, target })))),
      createPolicy: (body, ...predicates) =>
        write(undefined, () => within((own) => createPolicy(connected(), body, own, ...predicates))),
      findPolicies: (scope, notBefore) => within((own) => cache.findByMeaning(scope, own, notBefore)),
      readPolicy: (id, known) => within((own) => cache.read(id, own, known)),
      getPolicy: (id, known) => within((own) => getPolicy(connected(), id, own, known)),
      updatePolicy: (id, known, decide) =>
        write(id, () => within((own) => updatePolicy(connected(), id, known, own, decide))),
      deletePolicy: (id, known) =>
        write(id, () => within((own) => deletePolicy(connected(), id, own, known))),
    };
  }
  return open();
}

/** Returns true if IAM may have a policy that it didn't list before, after a create that failed with this error. */
function mayHaveNewPolicy(error: unknown): boolean {
  if (!(error instanceof CodedError)) return true;
  // After a conflict without a duplicate, IAM has a policy that it doesn't show yet.
  return error.outcomeUnknown || (error instanceof IamError && error.status === 409);
}
