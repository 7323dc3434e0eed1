import { inspect } from "node:util";
import type { Authorization } from "../results";
import { inputsOf } from "../provider/policy";

type Side = Authorization["source"] | Authorization["target"];

/** How authorizations are written out, by the name of the format. */
export const FORMATS: Record<string, (authorizations: readonly Authorization[]) => string> = {
  text: (all) => all.map(asText).join("\n"),
  json: (all) => JSON.stringify(all, undefined, 2),
  code: asCode,
  graph: asGraph,
};

function asText(authorization: Authorization): string {
  const { id, source, target, roles, description } = authorization;
  const of = accountOf(authorization);
  const scope = `${sideText(source, of)} -> ${sideText(target, of)}`;
  return [id, scope, roles.join(", "), description && literal(description)].filter(Boolean).join("  ");
}

/** A program that takes all of them over. What cannot be is a comment. */
function asCode(all: readonly Authorization[]): string {
  const names = namesOf(all);
  const parts = all.map((each, at) => {
    const { createdById = "somebody", createdAt = "some time", managedBy } = each;
    const made = `// made by ${createdById} at ${createdAt}`;
    if (managedBy) return `${made}: a ${managedBy} manages ${each.id}, it cannot be adopted`;
    const args = { ...inputsOf(each), adopt: each.id };
    return `${made}\nnew EnAuthorization(${literal(names[at])}, ${literal(args)});`;
  });
  return ['import { EnAuthorization } from "pulumi-ibm-en-authorization";', ...parts].join("\n\n");
}

/** A value as JavaScript writes it. */
function literal(value: unknown): string {
  const everything = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity };
  return inspect(value, { ...everything, breakLength: 100 });
}

/** `<source>-to-<target>`; from the second of a pair on with a number. */
function namesOf(all: readonly Authorization[]): string[] {
  const seen = new Map<string, number>();
  return all.map(({ source, target }) => {
    const name = `${serviceOf(source)}-to-${serviceOf(target)}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}

function serviceOf({ serviceName = "*", resourceType }: Side): string {
  return serviceName === "*" ? (resourceType ?? "any-service") : serviceName;
}

/** A Mermaid flowchart: a node for each side, an arrow for each authorization. */
function asGraph(all: readonly Authorization[]): string {
  const nodes = new Map<string, string>();
  const nodeOf = (text: string) => {
    const node = nodes.get(text) ?? `n${nodes.size + 1}`;
    nodes.set(text, node);
    return node;
  };
  const arrows = all.map((each) => {
    const of = accountOf(each);
    const [from, to] = [each.source, each.target].map((side) => nodeOf(sideText(side, of)));
    return `  ${from ?? ""} -->|${quoted(each.roles.join(", "))}| ${to ?? ""}`;
  });
  const declared = [...nodes].map(([text, node]) => `  ${node}[${quoted(text)}]`);
  return ["flowchart LR", ...declared, ...arrows].join("\n");
}

function quoted(text: string): string {
  return `"${text.replaceAll("#", "#35;").replaceAll('"', "#quot;")}"`;
}

/** An authorization is in its target's account. */
function accountOf({ target }: Authorization): string {
  return target.accountId;
}

/** A side in words: its service, and what narrows it. */
function sideText(side: Side, ownAccount: string): string {
  const { accountId, serviceName = "", serviceInstance, attributes = [], ...others } = side;
  const { tags = [], ...narrowing }: typeof others & Pick<Authorization["target"], "tags"> = others;
  const words = [
    serviceInstance === "*" ? "all instances" : serviceInstance,
    ...Object.entries(narrowing).map(([key, value]) => `${key} ${value}`),
    ...[...attributes, ...tags].map(({ key, operator = "", value }) => `${key} ${operator} ${String(value)}`),
    accountId === ownAccount ? undefined : `account ${accountId}`,
  ];
  return `${serviceName === "*" ? "any service" : serviceName} (${words.filter(Boolean).join(", ")})`;
}
