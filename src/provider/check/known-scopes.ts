import type { Inputs } from "../types";
import { canonicalJson } from "../values";
import { withAccounts } from "./normalize";

/** The scopes of the resources in state that the program still declares. */
export interface KnownScopes {
  /** Adds the inputs in state of a resource. */
  add: (olds: Partial<Inputs>) => void;
  /** Returns true if one of the resources has the scope of new inputs, which must have the account of both sides. */
  has: (news: Inputs) => boolean;
}

/** Each scope is normalized once for each account, however many new resources are looked up. */
export function createKnownScopes(): KnownScopes {
  const added: Inputs[] = [];
  /** The scopes by the account that a side without an account belongs to. */
  const byAccount = new Map<string, { scopes: Set<string>; count: number }>();

  return {
    add: ({ source, target, ...rest }) => {
      if (source && target) added.push({ ...rest, source, target });
    },
    has: (news) => {
      const account = news.target.accountId ?? "";
      const known = byAccount.get(account) ?? { scopes: new Set(), count: 0 };
      byAccount.set(account, known);
      for (const olds of added.slice(known.count)) known.scopes.add(scopeKey(withAccounts(olds, account)));
      known.count = added.length;
      return known.scopes.has(scopeKey(news));
    },
  };
}

function scopeKey({ source, target }: Inputs): string {
  return canonicalJson({ source, target });
}
