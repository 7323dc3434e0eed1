import { createRequire } from "node:module";
import type Table from "cli-table3";
import type picocolors from "picocolors";
import type { Colors } from "picocolors/types";
import type stringWidths from "string-width";
import type wrapAnsi from "wrap-ansi";
import { INVISIBLE } from "../shared/text";

const load = createRequire(__filename);

/** The width and colors of a command's output. */
export interface Screen {
  /** The columns of the terminal. Undefined if it is not a terminal: nothing is then shortened. */
  width?: number;
  colors: Colors;
}

/** Returns the width and colors of an output. Only a terminal gets color, and only if `NO_COLOR` is not set (no-color.org). */
export function screenOf(out: NodeJS.WritableStream, env: NodeJS.ProcessEnv = process.env): Screen {
  const { isTTY = false, columns } = out as Partial<NodeJS.WriteStream>;
  const { createColors } = load("picocolors") as typeof picocolors;
  return {
    ...(isTTY && { width: columns ?? 80 }),
    colors: createColors(isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb"),
  };
}

/** A column of a table. */
export interface Column<Row> {
  head: string;
  value: (row: Row) => string;
  /** The part of the terminal's width that the column takes, relative to the others. Undefined: as wide as its content. */
  weight?: number;
}

/** The number of spaces between two columns of a table. */
const GAP = 2;

/**
 * Writes a table. On a terminal it fits the width: the columns with a weight are wrapped. Elsewhere each row is one line, so
 * that other programs can filter it.
 */
export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, colors }: Screen,
): string {
  const TableOf = load("cli-table3") as typeof Table;
  const stringWidth = load("string-width") as typeof stringWidths;
  const wrap = load("wrap-ansi") as typeof wrapAnsi;
  const cells = rows.map((row) => columns.map(({ value }) => lines(value(row), width === undefined)));
  const natural = columns.map(({ head }, at) =>
    Math.max(
      stringWidth(head),
      ...cells.flatMap((row) => (row[at] ?? "").split("\n").map((line) => stringWidth(line))),
    ),
  );
  const widths = widthsOf(columns, natural, width);
  const table = new TableOf({
    chars: Object.fromEntries(BORDERS.map((name) => [name, ""])),
    style: { "padding-left": 0, "padding-right": GAP, head: [], border: [], compact: true },
    head: columns.map(({ head }) => colors.bold(head)),
    colWidths: widths.map((each) => each + GAP),
  });
  const fits = (at: number) => (natural[at] ?? 0) <= (widths[at] ?? 1);
  const wrapped = cells.map((row) =>
    row.map((cell, at) => (fits(at) ? cell : wrap(cell, widths[at] ?? 1, { hard: true }))),
  );
  // cli-table3 needs seconds for a few hundred cells of several lines.
  table.push(...wrapped.flatMap(rowsOfOneLine));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Splits a row whose cells have several lines. */
function rowsOfOneLine(row: readonly string[]): string[][] {
  const columns = row.map((cell) => cell.split("\n"));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => columns.map((lines) => lines[at] ?? ""));
}

const BORDERS = [
  ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
  ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
];

/** Escape sequences in a name or a description must not control the terminal. */
function lines(text: string, onOneLine: boolean): string {
  const clean = text
    .split("\n")
    .map((line) => line.replace(INVISIBLE, ""))
    .filter((line) => line !== "");
  return clean.join(onOneLine ? " " : "\n");
}

function widthsOf<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  width?: number,
): number[] {
  // The last column has no gap after it.
  const total = natural.reduce((sum, each) => sum + each + GAP, -GAP);
  if (width === undefined || total <= width) return [...natural];
  const weights = columns.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const fixed = columns.reduce(
    (sum, { weight }, at) => sum + GAP + (weight === undefined ? (natural[at] ?? 0) : 0),
    -GAP,
  );
  const left = Math.max(0, width - fixed);
  return columns.map(({ weight }, at) =>
    weight === undefined ? (natural[at] ?? 0) : Math.max(4, Math.floor((left * weight) / weights)),
  );
}
