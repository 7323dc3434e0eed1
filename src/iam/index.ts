import { connect, type Client, type Identity } from "./client";
import type { Written } from "./clock";
import { expectedAccountId } from "./credentials";
import type { Deadline } from "./deadline";
import { createPolicy } from "./create-policy";
import { deletePolicy } from "./delete-policy";
import { editPolicy } from "./edit-policy";
import { getPolicy } from "./policies";
import type { HeldPolicy, PolicyBody } from "./policy";
import { redact } from "./redact";
import { listRoles, type OfferedRole, type Pair } from "./roles";
import type { Settings } from "./settings";
import { shared, type Shared } from "./shared";
import { sharedLooks } from "./shared-looks";
import { sharedReads } from "./shared-reads";

/** IAM with one set of credentials: the only way out of the provider. Each method throws an `IamError`. */
export interface Iam {
  /** The same for one operation, which ends with its deadline; without one each call has a deadline of its own. */
  until: (deadline: Deadline) => Iam;
  /** The account that the stack says its credentials are of, known without a call. */
  expectedAccountId?: string;
  /** Whether a policy that is in the way is taken over when these same credentials made it. */
  adoptsOwn: boolean;
  /** A text without credentials in it. */
  redact: (text: string) => string;
  /** Whose the credentials are. */
  identity: () => Promise<Identity>;
  /** The roles that can be granted to a pair of services; asked once a pair. */
  offeredRoles: (pair: Pair) => Promise<OfferedRole[]>;
  /** @throws PolicyConflictError when IAM holds the same already */
  createPolicy: (
    body: PolicyBody,
    isTaken: (id: string) => boolean,
    isRemoved?: (id: string) => boolean,
  ) => Promise<HeldPolicy>;
  /**
   * The active policies of a scope, for one that may be among many who look: out of a list that they share.
   *
   * @param since how old the list may be, in milliseconds of `performance.now()`
   */
  policiesOf: (scope: PolicyBody, since?: number) => Promise<HeldPolicy[]>;
  /** Reads a policy for one that may be among many: out of a list that they share. */
  readPolicy: (id: string, written?: Written) => Promise<HeldPolicy | undefined>;
  /** Reads a policy as it is now, by a call of its own. */
  getPolicy: (id: string, written?: Written) => Promise<HeldPolicy | undefined>;
  /** @throws PolicyConflictError when IAM holds the same under another id */
  editPolicy: (
    id: string,
    written: Written,
    decide: (held: HeldPolicy | undefined) => PolicyBody | undefined,
  ) => Promise<HeldPolicy>;
  deletePolicy: (id: string, written?: Written) => Promise<void>;
}

/**
 * IAM as the settings lead to it. Nothing is read, looked for or asked before a method is called.
 *
 * @param name which credentials; the default ones without it
 */
export function openIam(settings: Settings, name?: string): Iam {
  let client: Client | undefined;
  const connected = () => (client ??= connect(settings, name));
  const roles = new Map<string, Shared<OfferedRole[]>>();
  const reads = sharedReads(connected);
  const looks = sharedLooks(connected);

  function offeredRoles(pair: Pair, deadline: Deadline): Promise<OfferedRole[]> {
    const key = JSON.stringify([pair.source, pair.target]);
    const known = roles.get(key) ?? shared<OfferedRole[]>();
    roles.set(key, known);
    return known.get(deadline, (own) => listRoles(connected(), pair, own));
  }

  /** What is written is seen by the next read. */
  async function written<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      // IAM may hold by now what no resource knows of.
      looks.forget();
      throw error;
    } finally {
      reads.forget();
    }
  }

  function bound(given?: Deadline): Iam {
    const until = async <Result>(work: (deadline: Deadline) => Promise<Result>) =>
      given ? work(given) : connected().withDeadline(work);
    return {
      until: bound,
      expectedAccountId: expectedAccountId(settings, name),
      get adoptsOwn() {
        return settings.env["IBMCLOUD_ADOPT_OWN"] === "true";
      },
      redact: (text) => client?.redact(text) ?? redact(text, []),
      identity: () => until((deadline) => connected().identity(deadline)),
      offeredRoles: (pair) => until((deadline) => offeredRoles(pair, deadline)),
      createPolicy: (body, ...known) =>
        written(() => until((deadline) => createPolicy(connected(), body, deadline, ...known))),
      policiesOf: (scope, since) => until((deadline) => looks.look(scope, deadline, since)),
      readPolicy: (id, known) => until((deadline) => reads.read(id, deadline, known)),
      getPolicy: (id, known) => until((deadline) => getPolicy(connected(), id, deadline, known)),
      editPolicy: (id, known, decide) =>
        written(() => until((deadline) => editPolicy(connected(), id, known, deadline, decide))),
      deletePolicy: (id, known) =>
        written(() => until((deadline) => deletePolicy(connected(), id, deadline, known))),
    };
  }
  return bound();
}
