import { policyFingerprint } from "../iam/policy";
import type { Policy } from "../iam/types";
import { toAuthorizations } from "../provider/authorizations";
import { whyNotAdoptable } from "../provider/errors";
import type { Authorization } from "../results";
import { whyNotDeclarable } from "./declarable";
import type { Named, PolicyDefinition, Skipped } from "./types";

/** The authorizations that a program can take over, and those that it can't. */
export interface Selection {
  taken: Authorization[];
  skipped: Skipped[];
  /** The resource names in a file, by policy id. */
  names: Map<string, string>;
}

/**
 * Selects the authorizations to take over: those that a file names, or all with Event Notifications on one side.
 *
 * @param policies all authorizations of the account
 */
export function selectAuthorizations(policies: readonly Policy[], named?: readonly Named[]): Selection {
  const names = new Map<string, string>();
  const places = new Map<string, string>();
  const skipped: Skipped[] = [];
  const wanted = new Set(named ? [] : policies);
  const find = named ? indexOf(policies) : undefined;
  for (const { at, id, definition, name } of named ?? []) {
    const policy = find?.(id, definition);
    if (!policy)
      skipped.push({
        what: at,
        reason: `IAM has no such authorization in this account${id === undefined ? "" : `: ${id}`}`,
      });
    else if (!wanted.has(policy)) {
      wanted.add(policy);
      places.set(policy.id, at);
    }
    if (policy && name !== undefined && !names.has(policy.id)) names.set(policy.id, name);
  }
  const events = new Map(toAuthorizations([...wanted]).map((each) => [each.id, each]));
  for (const policy of wanted) {
    const { id } = policy;
    const reason = whyNotTaken(policy, events.get(id));
    if (reason === undefined) continue;
    const place = places.get(id);
    // Without a file, only the authorizations of Event Notifications are of interest.
    if (named || events.has(id))
      skipped.push({ what: place === undefined ? id : `${place} (${id})`, reason });
    events.delete(id);
  }
  return { taken: [...events.values()], skipped, names };
}

/** @param authorization undefined if neither side is Event Notifications */
function whyNotTaken(policy: Policy, authorization: Authorization | undefined): string | undefined {
  const reason = whyNotAdoptable(policy);
  if (reason !== undefined) return reason;
  return authorization ? whyNotDeclarable(authorization, policy) : "neither side is Event Notifications";
}

type Find = (id: string | undefined, definition: PolicyDefinition | undefined) => Policy | undefined;

/**
 * Indexes policies by id, and by scope and roles. The result finds the first policy with an id, or with the scope and roles of a
 * definition, which may leave out the accounts.
 */
function indexOf(policies: readonly Policy[]): Find {
  const byId = new Map<string, Policy>();
  const accounts = new Map<string, Map<string, Policy>>();
  for (const policy of policies) {
    if (!byId.has(policy.id)) byId.set(policy.id, policy);
    const account = accountOf(policy);
    const byContent = accounts.get(account) ?? new Map<string, Policy>();
    accounts.set(account, byContent);
    const content = policyFingerprint(policy);
    if (!byContent.has(content)) byContent.set(content, policy);
  }
  return (id, definition) => {
    if (id !== undefined) return byId.get(id);
    if (!definition) return undefined;
    for (const [account, byContent] of accounts) {
      const found = byContent.get(policyFingerprint(completed(definition, account)));
      if (found) return found;
    }
    return undefined;
  };
}

/** Adds the account of the policy to a definition that leaves it out. */
function completed({ subject, resource, roleIds }: PolicyDefinition, accountId: string) {
  return {
    subject: { attributes: withAccount(subject.attributes, accountId) },
    resource: { ...resource, attributes: withAccount(resource.attributes, accountId) },
    roleIds,
  };
}

type Attributes = PolicyDefinition["subject"]["attributes"];

function accountOf({ resource }: Policy): string {
  const found = resource.attributes.find(({ key }) => key === "accountId");
  return typeof found?.value === "string" ? found.value : "";
}

function withAccount(attributes: Attributes, accountId: string): Attributes {
  if (attributes.some(({ key }) => key === "accountId")) return attributes;
  return [{ key: "accountId", operator: "stringEquals", value: accountId }, ...attributes];
}
