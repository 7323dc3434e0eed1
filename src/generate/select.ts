import { isSamePolicy } from "../iam/policy";
import type { Policy, PolicyBody } from "../iam/types";
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
  const wanted = named ? [] : [...policies];
  for (const { at, id, definition, name } of named ?? []) {
    const found = policies.filter((policy) =>
      id === undefined ? definition !== undefined && isDefinedBy(policy, definition) : policy.id === id,
    );
    const [policy] = found;
    if (!policy)
      skipped.push({
        what: at,
        reason: `IAM has no such authorization in this account${id === undefined ? "" : `: ${id}`}`,
      });
    else if (!wanted.includes(policy)) {
      wanted.push(policy);
      places.set(policy.id, at);
    }
    if (policy && name !== undefined && !names.has(policy.id)) names.set(policy.id, name);
  }
  const events = new Map(toAuthorizations(wanted).map((each) => [each.id, each]));
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

/** Returns true if a policy has the scope and roles of a definition, which may leave out the accounts. */
function isDefinedBy(policy: Policy, definition: PolicyDefinition): boolean {
  const accountId = accountOf(policy);
  const body: PolicyBody = {
    ...policy,
    subject: { attributes: withAccount(definition.subject.attributes, accountId) },
    resource: { ...definition.resource, attributes: withAccount(definition.resource.attributes, accountId) },
    roleIds: definition.roleIds,
  };
  return isSamePolicy(policy, body);
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
