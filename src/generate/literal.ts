import stringWidth from "fast-string-width";

/** A JavaScript expression that is printed as it is. */
export class Expression {
  constructor(readonly text: string) {}
}

/** The widest line that prettier prints by default, in columns. */
const WIDTH = 80;
const INDENT = "  ";

/**
 * Prints a value as a JavaScript literal, as prettier does by default: on one line if it fits, otherwise with a line for each
 * property or element. Undefined properties are left out.
 *
 * @param before the text on the line before the value
 * @param after the number of columns on the line after the value
 * @param depth the indentation of the line
 */
export function printLiteral(value: unknown, before = "", after = 1, depth = 0): string {
  const flat = flatLiteral(value);
  if (fits(`${before}${flat}`, depth, after) || !isCompound(value)) return flat;
  return expandedLiteral(value, depth);
}

/** Prints an object or array with a line for each property or element. */
export function expandedLiteral(value: object, depth = 0): string {
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const lines = entriesOf(value).map(({ key, value: each }) => {
    const before = key === undefined || isShorthand(key, each) ? "" : `${key}: `;
    const indent = INDENT.repeat(depth + 1);
    if (isOnNextLine(before, each, depth + 1))
      return `${indent}${before.trimEnd()}\n${indent}${INDENT}${printLiteral(each, "", 1, depth + 2)},`;
    return `${indent}${before}${printLiteral(each, before, 1, depth + 1)},`;
  });
  return [open, ...lines, INDENT.repeat(depth) + close].join("\n");
}

/** A value whose key is shorter stays on the line of the key. */
const SHORTEST_KEY = 5;

/** Returns true if prettier puts the value of a key on the next line: a long text, or an object after a long key. */
function isOnNextLine(before: string, value: unknown, depth: number): boolean {
  if (before.length - ": ".length < SHORTEST_KEY) return false;
  const isEmpty = isCompound(value) && entriesOf(value).length === 0;
  if (typeof value === "string" || isEmpty) return !fits(`${before}${flatLiteral(value)}`, depth, 1);
  return isCompound(value) && !fits(before, depth, 1);
}

function fits(line: string, depth: number, after: number): boolean {
  return INDENT.length * depth + stringWidth(line) + after <= WIDTH;
}

function flatLiteral(value: unknown): string {
  if (value instanceof Expression) return value.text;
  if (typeof value === "string") return quoted(value);
  if (!isCompound(value)) return String(value);
  const parts = entriesOf(value).map(({ key, value: each }) => {
    return key === undefined || isShorthand(key, each) ? flatLiteral(each) : `${key}: ${flatLiteral(each)}`;
  });
  if (Array.isArray(value)) return `[${parts.join(", ")}]`;
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

function isCompound(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Expression);
}

interface Entry {
  /** The key as it is printed. Undefined for an element of an array. */
  key?: string;
  value: unknown;
}

function entriesOf(value: object): Entry[] {
  if (Array.isArray(value)) return value.map((each: unknown) => ({ value: each }));
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]: [string, unknown]) => ({ key: keyText(key), value: each }));
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

function isShorthand(key: string, value: unknown): boolean {
  return value instanceof Expression && value.text === key;
}

/** Quotes a string with the quotes that need fewer escapes. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  const count = (quote: string) => text.split(quote).length;
  if (count('"') <= count("'")) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
