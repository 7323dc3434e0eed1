import { inspect } from "node:util";
import { sideText } from "../provider/scope-text";
import type { Authorization } from "../results";

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
  graph: { description: "a Mermaid flowchart", write: asGraph },
};

function asText(authorization: Authorization): string {
  const { id, source, target, roles, description } = authorization;
  const account = accountOf(authorization);
  const scope = `${sideText(source, account)} -> ${sideText(target, account)}`;
  return [id, scope, roles.join(", "), description && literal(description)].filter(Boolean).join("  ");
}

/** Returns a value as a JavaScript literal. */
function literal(value: unknown): string {
  const unlimited = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity };
  return inspect(value, { ...unlimited, breakLength: 100 });
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
