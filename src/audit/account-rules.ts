import type { Authorization } from "../results";
import { meansAllInstances } from "../shared/policy-fields";
import type { Rule } from "./types";

const SERVICE_AUTH = "https://cloud.ibm.com/docs/account?topic=account-serviceauth";
const AUDIT = "https://cloud.ibm.com/docs/account?topic=account-iam-audit-policies";

type Side = Authorization["source"] | Authorization["target"];

/** The conditions of an authorization, and its roles. */
interface Grant {
  authorization: Authorization;
  limits: ReadonlySet<string>;
  roles: ReadonlySet<string>;
}

function toGrant(authorization: Authorization): Grant {
  const { source, target, roles } = authorization;
  return {
    authorization,
    limits: new Set([...limitsOf("source", source), ...limitsOf("target", target)]),
    roles: new Set(roles),
  };
}

/** Returns each limit of a side as text. */
function limitsOf(name: string, side: Side): string[] {
  const { attributes = [], tags = [], ...values }: Side & Pick<Authorization["target"], "tags"> = side;
  const limits = Object.entries(values).flatMap(([key, value]) => {
    if (key !== "resourceGroupId") return value === "*" ? [] : [[key, "stringEquals", value]];
    // A scope of one resource group also meets the condition that a resource group exists.
    return value === "*"
      ? [[key, "stringExists"]]
      : [
          [key, "stringEquals", value],
          [key, "stringExists"],
        ];
  });
  const others = [...attributes, ...tags.map((tag) => ({ ...tag, key: `tag ${tag.key}` }))]
    .filter((each) => !meansAllInstances(each))
    .map(({ key, operator = "stringEquals", value }) => [
      key,
      operator,
      Array.isArray(value) ? [...value].sort() : value,
    ]);
  return [...limits, ...others].map((each) => `${name} ${JSON.stringify(each)}`);
}

function hasAccount({ accountId }: Side): boolean {
  return accountId !== undefined;
}

/** Returns true if `one` grants everything that `other` grants: it has no additional limit, and no role is missing. */
function covers(one: Grant, other: Grant): boolean {
  return (
    [...one.limits].every((each) => other.limits.has(each)) &&
    [...other.roles].every((each) => one.roles.has(each))
  );
}

/** Sorts after every time. An authorization without a creation time isn't created yet. */
const NOT_YET = "9999";

function isOlder(one: Authorization, other: Authorization): boolean {
  return `${one.createdAt ?? NOT_YET}${one.id}` < `${other.createdAt ?? NOT_YET}${other.id}`;
}

/** The rules that compare authorizations with each other, and with states. */
export const ACCOUNT_RULES: readonly Rule[] = [
  {
    id: "covered",
    severity: "low",
    title: "Another authorization grants the same or more",
    source: SERVICE_AUTH,
    looksAt: "all",
    find: (all) => {
      // No page of IBM's docs defines the scope of a side without an account, so it is not compared.
      const isClear = ({ source, target }: Authorization) => [source, target].every(hasAccount);
      const grants = all.filter(isClear).map(toGrant);
      return grants.flatMap((grant) => {
        const { id, managedBy } = grant.authorization;
        // An authorization that a service or a template manages can't be removed by hand.
        if (managedBy) return [];
        const wider = grants.find(
          (each) =>
            each !== grant &&
            covers(each, grant) &&
            (!covers(grant, each) || isOlder(each.authorization, grant.authorization)),
        );
        if (!wider) return [];
        const isSame = covers(grant, wider);
        const other = wider.authorization.id;
        return [
          {
            id,
            why: isSame ? `it grants the same as ${other}` : `${other} grants everything that it grants`,
            change: isSame ? "delete one of the two" : `delete it, or narrow ${other} and keep this one`,
          },
        ];
      });
    },
  },
  {
    id: "orphan",
    severity: "medium",
    title: "No given stack or state manages the authorization",
    source: AUDIT,
    looksAt: "account",
    find: (all, { managed }) =>
      managed === undefined
        ? []
        : all
            .filter(({ id, managedBy }) => managedBy === undefined && !managed.has(id))
            .map(({ id }) => ({
              id,
              why: "none of the given stacks and states has it, so no program declares it and no review covers it",
              change: "adopt it with the generate command, or delete it",
            })),
  },
  {
    id: "gone-from-iam",
    severity: "high",
    title: "A state has an authorization that IAM doesn't have",
    source: AUDIT,
    looksAt: "account",
    find: (all, { managed }) => {
      const known = new Set(all.map(({ id }) => id));
      return [...(managed ?? [])]
        .filter(([id]) => !known.has(id))
        .map(([id, place]) => ({
          id,
          why: `${place} has it, but IAM doesn't: it was deleted elsewhere, or it is in another account`,
          change: "run pulumi refresh and pulumi up, or bring it back with the restore command",
        }));
    },
  },
];
