import { createHash } from "node:crypto";
import type { Graph } from "./types";

/** The files that the page contains. */
export interface Assets {
  /** Scripts, in the order in which they run. */
  scripts: readonly string[];
  style: string;
}

/** Cytoscape.js adds this style sheet if the page lacks it, but the page's policy allows no additional style sheets. */
const CYTOSCAPE_STYLE = ".__________cytoscape_container { position: relative; }";

/**
 * Writes the page, which loads nothing. Its policy allows only the scripts and style sheets in the page, and forbids requests
 * and text as HTML.
 */
export function toHtml(graph: Graph, { scripts, style }: Assets): string {
  const inline = scripts.map(inScript);
  const policy = [
    "default-src 'none'",
    `script-src ${inline.map(hash).join(" ")}`,
    `style-src ${[style, CYTOSCAPE_STYLE].map(hash).join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>IAM authorizations</title>
<style>${style}</style>
<style id="__________cytoscape_stylesheet">${CYTOSCAPE_STYLE}</style>
</head>
<body>
<noscript>This page draws a graph and needs JavaScript. It loads nothing from the network.</noscript>
<script id="graph" type="application/json">${inData(graph)}</script>
${inline.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}

/** Prevents any text from ending the element or starting a comment in it. In JSON, `<` occurs only in strings. */
function inData(graph: Graph): string {
  return JSON.stringify(graph).replaceAll("<", "\\u003c");
}

/**
 * Escapes the sequences that would end the element or change how HTML parses it. In scripts, they occur only in strings and
 * regular expressions, which keep their meaning.
 */
function inScript(script: string): string {
  return script.replace(/<(?=\/script|!--|script)/gi, "\\x3c");
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
