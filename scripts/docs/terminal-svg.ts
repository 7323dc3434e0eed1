import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Anser from "anser";
import { recordFirstRun, type Recorded } from "./first-run";

/** The picture of a terminal in README.md. */
export const TERMINAL_SVG = join(__dirname, "..", "..", "docs", "terminal.svg");

const COLUMNS = 80;
const FONT_SIZE = 14;
const CHARACTER_WIDTH = 8.43;
const LINE_HEIGHT = 19;
const PADDING = 18;
const TITLE_BAR = 34;

const BACKGROUND = "#161b22";
const FOREGROUND = "#d0d7de";

/** Colors by the number that Pulumi prints, with enough contrast on the background. */
const COLORS: Record<string, string> = {
  "ansi-green": "#56d364",
  "ansi-bright-magenta": "#d2a8ff",
  "ansi-yellow": "#e3b341",
  "ansi-red": "#ff7b72",
};

/** Renders recorded commands as the picture of a terminal. */
export function terminalSvg(recorded: readonly Recorded[]): string {
  const lines = recorded.flatMap(({ command, lines }, at) => [
    ...(at > 0 ? [""] : []),
    `\x1b[1m$ ${command}\x1b[0m`,
    ...lines,
  ]);
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * PADDING);
  const height = TITLE_BAR + lines.length * LINE_HEIGHT + PADDING;
  const texts = lines.map((line, at) => {
    const y = TITLE_BAR + (at + 1) * LINE_HEIGHT - 5;
    return `<text x="${PADDING}" y="${y}">${spans(line)}</text>`;
  });
  const commands = recorded.map(({ command }) => command).join(", ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">The output of ${escaped(commands)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<circle cx="20" cy="18" r="5.5" fill="#ff5f57"/><circle cx="38" cy="18" r="5.5" fill="#febc2e"/><circle cx="56" cy="18" r="5.5" fill="#28c840"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="${FOREGROUND}" xml:space="preserve" style="white-space: pre">
${texts.join("\n")}
</g>
</svg>
`;
}

function spans(line: string): string {
  // Every span has its own position, so that the font of a viewer can't shift the text after it.
  let column = 0;
  return Anser.ansiToJson(line, { use_classes: true, remove_empty: true })
    .map(({ content, fg, decorations }) => {
      const x = (PADDING + column * CHARACTER_WIDTH).toFixed(2);
      const length = Array.from(content).length;
      column += length;
      const color = fg ? ` fill="${COLORS[fg] ?? FOREGROUND}"` : "";
      const weight = decorations.includes("bold") ? ' font-weight="bold"' : "";
      const size = ` textLength="${(length * CHARACTER_WIDTH).toFixed(2)}"`;
      return `<tspan x="${x}"${size}${color}${weight}>${escaped(content)}</tspan>`;
    })
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Selects the commands that the picture shows. */
export function pictured(recorded: readonly Recorded[]): Recorded[] {
  return recorded.filter(({ command }) => command !== "pulumi preview");
}

async function main(): Promise<void> {
  const svg = terminalSvg(pictured(await recordFirstRun()));
  if (!process.argv.includes("--check")) return writeFile(TERMINAL_SVG, svg);
  if ((await readFile(TERMINAL_SVG, "utf8")) === svg) return;
  console.error("docs/terminal.svg differs from a real run: npx tsx scripts/docs/terminal-svg.ts");
  process.exitCode = 1;
}

if (require.main === module) void main();
