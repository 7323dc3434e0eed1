import { hasId, maybeHeld } from "./answers";
import type { Client } from "./client";
import { getPolicy, isBehind, listAnswers, type Written } from "./policies";
import type { HeldPolicy } from "./policy";

/** Reads policies: one by itself, many out of one list. */
export interface SharedReads {
  /** @returns `undefined` when IAM does not hold the policy, or keeps it only as deleted */
  read: (id: string, written?: Written) => Promise<HeldPolicy | undefined>;
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
  let listed: Promise<Map<string, unknown>> | undefined;

  async function list(): Promise<Map<string, unknown> | undefined> {
    // With the roles' names, as a policy that is read alone has them: else they would have to be looked up.
    listed ??= listAnswers(client(), "display").then(
      (answers) => new Map(answers.flatMap((each) => (hasId(each) ? [[each.id, each]] : []))),
    );
    const shared = listed;
    try {
      return await shared;
    } catch {
      // Credentials that may read their policies may not always list them: each is asked for by id.
      return undefined;
    }
  }

  return {
    read: async (id, written = {}) => {
      if (isFirst) {
        isFirst = false;
        return getPolicy(client(), id, written);
      }
      const found = maybeHeld((await list())?.get(id));
      return found && !isBehind(found, written) ? found : getPolicy(client(), id, written);
    },
    forget: () => {
      listed = undefined;
    },
  };
}
