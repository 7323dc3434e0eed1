import { maybeHeld } from "./answers";
import type { Client } from "./client";
import type { Written } from "./clock";
import type { Deadline } from "./deadline";
import { getPolicy, isBehind, listEntries } from "./policies";
import type { HeldPolicy } from "./policy";
import { shared } from "./shared";

/** Reads policies: one by itself, many out of one list. */
export interface SharedReads {
  /** @returns `undefined` when IAM does not hold the policy, or keeps it only as deleted */
  read: (id: string, deadline: Deadline, written?: Written) => Promise<HeldPolicy | undefined>;
  /** Whatever was listed may be old from now on. */
  forget: () => void;
}

/**
 * The first read asks for its policy. Whoever comes after it, while it is under way or later in the same run, shares one
 * list of the account: a refresh of a thousand authorizations is a handful of calls. What the list lacks, or shows as it
 * was before it was last written, is asked for by id.
 */
export function sharedReads(client: () => Client): SharedReads {
  let isFirst = true;
  /** Answers as they came: an account may hold thousands that nobody here asks for. */
  const listed = shared<Map<string, unknown>>();

  async function list(deadline: Deadline): Promise<Map<string, unknown> | undefined> {
    try {
      // With the roles' names, as a policy that is read alone has them: else they would have to be looked up.
      return await listed.get(deadline, (own) => listEntries(client(), own, "display"));
    } catch (error) {
      if (deadline.isCancelled() || deadline.left() === 0) throw error;
      // Credentials that may read their policies may not always list them: each is asked for by id.
      return undefined;
    }
  }

  return {
    read: async (id, deadline, written = {}) => {
      if (isFirst) {
        isFirst = false;
        return getPolicy(client(), id, deadline, written);
      }
      const found = maybeHeld((await list(deadline))?.get(id));
      return found && !isBehind(found, written) ? found : getPolicy(client(), id, deadline, written);
    },
    forget: listed.forget,
  };
}
