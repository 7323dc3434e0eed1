import type { Finding } from "../audit/types";
import { isBroad, limitTexts } from "../provider/scope-text";
import type { Authorization } from "../results";
import { clean } from "../shared/text";
import type { Graph, GraphEdge, GraphGroup, GraphNode } from "./types";

/** The facts about the account that its authorizations don't contain. */
export interface Known {
  /** The names of instances by GUID, and of resource groups by id. */
  names: ReadonlyMap<string, string>;
  /** The ids of the resource groups of the instances, by GUID. */
  groupOf?: ReadonlyMap<string, string>;
  /** The findings of the audit. */
  findings?: readonly Finding[];
}

/** Returns the graph of the authorizations, with every text on one line and without invisible characters. */
export function toGraph(authorizations: readonly Authorization[], known: Known): Graph {
  const groups = new Map<string, GraphGroup>();
  const nodes = new Map<string, GraphNode>();
  const addSide = (side: Side, ownAccount: string | undefined): string => {
    const parent = addGroups(groups, side, ownAccount, known);
    return add(nodes, "n", { parent, ...describe(side, known) });
  };
  const edges = authorizations.map((each): GraphEdge => ({
    ...detailsOf(each, known),
    source: addSide(each.source, each.target.accountId),
    target: addSide(each.target, each.target.accountId),
  }));
  return { groups: [...groups.values()], nodes: [...nodes.values()], edges };
}

type Side = Authorization["source"] | Authorization["target"];

/** Adds a value unless an equal one exists, and returns its id. */
function add<Value extends { id: string }>(
  all: Map<string, Value>,
  prefix: string,
  value: Omit<Value, "id">,
): string {
  const key = JSON.stringify(value);
  const id = all.get(key)?.id ?? `${prefix}${all.size + 1}`;
  all.set(key, { ...value, id } as Value);
  return id;
}

/** Adds the account of a side and its resource group, and returns the id of the inner one. */
function addGroups(
  groups: Map<string, GraphGroup>,
  side: Side,
  ownAccount: string | undefined,
  known: Known,
): string {
  const { accountId, serviceInstance = "*", resourceGroupId = known.groupOf?.get(serviceInstance) } = side;
  const isOwn = accountId === ownAccount;
  const account = add(groups, "g", {
    kind: "account",
    name: accountId === undefined ? "no account" : clean(`${isOwn ? "" : "other "}account ${accountId}`),
  });
  if (!resourceGroupId || resourceGroupId === "*") return account;
  const name = known.names.get(resourceGroupId) ?? resourceGroupId;
  return add(groups, "g", { kind: "resource group", name: clean(`resource group ${name}`), parent: account });
}

function isInstance({ serviceInstance = "*" }: Side): boolean {
  return serviceInstance !== "*";
}

function describe(side: Side, { names }: Known): Omit<GraphNode, "id" | "parent"> {
  const { serviceName = "*", serviceInstance = "*", resourceGroupId } = side;
  const service = clean(serviceName === "*" ? "any service" : serviceName);
  const common = { service, isBroad: isBroad(side) };
  if (isInstance(side)) {
    const name = clean(names.get(serviceInstance) ?? serviceInstance);
    return { kind: "instance", name, note: service, guid: clean(serviceInstance), ...common };
  }
  const isOneGroup = resourceGroupId !== undefined && resourceGroupId !== "*";
  const scope = [
    side.serviceInstance === "*" && "all instances",
    resourceGroupId === "*" && "all resource groups",
    isOneGroup && "all in the group",
    ...limitTexts(side).map(clean),
  ];
  return { kind: "service", name: service, note: scope.filter(Boolean).join(", "), ...common };
}

function detailsOf(authorization: Authorization, { findings = [] }: Known) {
  const { id, source, target, roles, description, createdAt, createdById, managedBy } = authorization;
  return {
    id: clean(id),
    roles: roles.map(clean),
    limits: [source, target].filter(isInstance).flatMap(limitTexts).map(clean),
    isBroad: [source, target].some(isBroad),
    findings: findings
      .filter((each) => each.id === id)
      .map(({ severity, rule, why, change }) => ({ severity, rule, why: clean(why), change: clean(change) })),
    ...(description !== undefined && { description: clean(description) }),
    ...(createdAt !== undefined && { createdAt: clean(createdAt) }),
    ...(createdById !== undefined && { createdBy: clean(createdById) }),
    ...(managedBy !== undefined && { managedBy }),
  };
}
