import widthOf from "fast-string-width";
import { wrapAnsi } from "fast-wrap-ansi";
import picocolors from "picocolors";
import type { Colors } from "picocolors/types";
import { INVISIBLE } from "../shared/text";

/** The width and colors of a command's output. */
export interface Screen {
  /** The columns of the terminal. Undefined if it is not a terminal: nothing is then shortened. */
  width?: number;
  colors: Colors;
}

/** Returns the width and colors of an output. Only a terminal gets color, and only if `NO_COLOR` is not set (no-color.org). */
export function screenOf(out: NodeJS.WritableStream, env: NodeJS.ProcessEnv = process.env): Screen {
  const { isTTY = false, columns } = out as Partial<NodeJS.WriteStream>;
  return {
    ...(isTTY && { width: columns ?? 80 }),
    colors: picocolors.createColors(isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb"),
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
  const cells = rows.map((row) => columns.map(({ value }) => lines(value(row), width === undefined)));
  const natural = columns.map(({ head }, at) =>
    Math.max(
      widthOf(head),
      ...cells.flatMap((row) => (row[at] ?? "").split("\n").map((line) => widthOf(line))),
    ),
  );
  const widths = widthsOf(columns, natural, width);
  const wrapped = cells.map((row) =>
    row.map((cell, at) => {
      const [needed = 0, available = 1] = [natural[at], widths[at]];
      return needed <= available ? cell : wrapAnsi(cell, available, { hard: true });
    }),
  );
  const head = columns.map(({ head: title }) => colors.bold(title));
  return [head, ...wrapped.flatMap(rowsOfOneLine)]
    .map((row) => row.map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - widthOf(cell) + GAP)))
    .map((row) => row.join("").trimEnd())
    .join("\n");
}

/** Splits a row whose cells have several lines. */
function rowsOfOneLine(row: readonly string[]): string[][] {
  const columns = row.map((cell) => cell.split("\n"));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => columns.map((lines) => lines[at] ?? ""));
}

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
