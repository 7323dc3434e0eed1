import { sideText } from "../provider/scope-text";
import type { Authorization } from "../results";

/** Writes a Mermaid flowchart with a node for each source or target, and an arrow for each authorization. */
export function toMermaid(all: readonly Authorization[]): string {
  const nodes = new Map<string, string>();
  const nodeOf = (text: string) => {
    const node = nodes.get(text) ?? `n${nodes.size + 1}`;
    nodes.set(text, node);
    return node;
  };
  const arrows = all.map(({ source, target, roles }) => {
    const [from, to] = [source, target].map((side) => nodeOf(sideText(side, target.accountId)));
    return `  ${from ?? ""} -->|${quoted(roles.join(", "))}| ${to ?? ""}`;
  });
  const declared = [...nodes].map(([text, node]) => `  ${node}[${quoted(text)}]`);
  return `${["flowchart LR", ...declared, ...arrows].join("\n")}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll("#", "#35;").replaceAll('"', "#quot;")}"`;
}
