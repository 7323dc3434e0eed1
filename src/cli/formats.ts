import { inspect } from "node:util";
import { toInputs } from "../provider/policy-mapping";
import { sideText } from "../provider/scope-text";
import type { Authorization } from "../results";

type Side = Authorization["source"] | Authorization["target"];

/** An output format of `list`. */
interface Format {
  /** A phrase for `--help`. */
  description: string;
  write: (authorizations: readonly Authorization[]) => string;
}

/** The output formats of `list`, by name. */
export const FORMATS: Record<string, Format> = {
  text: { description: "one line per authorization", write: (all) => all.map(asText).join("\n") },
  json: { description: "an array of authorizations", write: (all) => JSON.stringify(all, undefined, 2) },
  code: { description: "a program that adopts the authorizations", write: asCode },
  graph: { description: "a Mermaid flowchart", write: asGraph },
};

function asText(authorization: Authorization): string {
  const { id, source, target, roles, description } = authorization;
  const account = accountOf(authorization);
  const scope = `${sideText(source, account)} -> ${sideText(target, account)}`;
  return [id, scope, roles.join(", "), description && literal(description)].filter(Boolean).join("  ");
}

/** Writes a program that adopts the authorizations. An authorization that cannot be adopted becomes a comment. */
function asCode(all: readonly Authorization[]): string {
  const names = namesOf(all);
  const statements = all.map((each, index) => {
    const { createdById = "an unknown user", createdAt = "an unknown time", managedBy } = each;
    const created = `// Created by ${createdById} at ${createdAt}.`;
    if (managedBy)
      return `${created} Policy ${each.id} cannot be adopted, because a ${managedBy} manages it.`;
    const args = { ...toInputs(each), adopt: each.id };
    return `${created}\nnew EnAuthorization(${literal(names[index])}, ${literal(args)});`;
  });
  return ['import { EnAuthorization } from "pulumi-ibm-en-authorization";', ...statements].join("\n\n");
}

/** Returns a value as a JavaScript literal. */
function literal(value: unknown): string {
  const unlimited = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity };
  return inspect(value, { ...unlimited, breakLength: 100 });
}

/** Returns a resource name for each authorization: `<source>-to-<target>`, then `<source>-to-<target>-2` and so on. */
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

/** Writes a Mermaid flowchart with a node for each source or target, and an arrow for each authorization. */
function asGraph(all: readonly Authorization[]): string {
  const nodes = new Map<string, string>();
  const nodeOf = (text: string) => {
    const node = nodes.get(text) ?? `n${nodes.size + 1}`;
    nodes.set(text, node);
    return node;
  };
  const arrows = all.map((each) => {
    const account = accountOf(each);
    const [from, to] = [each.source, each.target].map((side) => nodeOf(sideText(side, account)));
    return `  ${from ?? ""} -->|${quoted(each.roles.join(", "))}| ${to ?? ""}`;
  });
  const declared = [...nodes].map(([text, node]) => `  ${node}[${quoted(text)}]`);
  return ["flowchart LR", ...declared, ...arrows].join("\n");
}

function quoted(text: string): string {
  return `"${text.replaceAll("#", "#35;").replaceAll('"', "#quot;")}"`;
}

/** Returns the account that holds an authorization, which is its target's account. */
function accountOf({ target }: Authorization): string {
  return target.accountId;
}
