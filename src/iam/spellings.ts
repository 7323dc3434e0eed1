import { INVISIBLE } from "./plain-text";

/** A text after decoding; each of its characters knows the range of the original text that spells it. */
interface Reading {
  text: string;
  from: readonly number[];
  to: readonly number[];
}

type Spelling = readonly [pattern: RegExp, decode: (found: string) => string];

/** Text may be encoded this often: percent-encoding within base64 within JSON, for example. */
const LAYERS = 4;

/** Surrounds bytes that were decoded, so that they do not join with their neighbours. */
export const SEAM = "\uffff";

/** Names of HTML's entities, each with its character at the end. */
const NAMED =
  "amp& lt< gt> quot\" apos' excl! num# dollar$ percnt% lpar( rpar) ast* midast* plus+ comma, period. sol/ colon: semi; " +
  "equals= quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] hat^ lowbar_ underbar_ grave` lcub{ lbrace{ verbar| vert| rcub} rbrace}";
const ENTITIES = new Map([
  ...NAMED.split(" ").map((each) => [each.slice(0, -1), each.slice(-1)] as const),
  ...["nbsp", "tab", "newline"].map((name) => [name, " "] as const),
]);

const ESCAPES: readonly Spelling[] = [
  [INVISIBLE, () => ""],
  [/%u[\da-f]{4}|%[0-7][\da-f]|(?:%[89a-f][\da-f])+/gi, fromPercent],
  [/\\u[\da-f]{4}|\\u\{[\da-f]{1,6}\}|\\x[\da-f]{2}|\\["'\\/bfnrt]/gi, fromJson],
  [/&(?:#\d{1,8}|#x[\da-f]{1,8}|[a-z]{2,8});?/gi, fromHtml],
];

function fromPercent(found: string): string {
  if (/^%u/i.test(found)) return fromCode(found.slice(2), 16);
  return Buffer.from(found.replaceAll("%", ""), "hex").toString();
}

function fromJson(found: string): string {
  const code = /[\da-f]{2,}/i.exec(found)?.[0];
  if (code !== undefined) return fromCode(code, 16);
  const [, escaped = ""] = found;
  return /[bfnrt]/i.test(escaped) ? " " : escaped;
}

function fromHtml(found: string): string {
  const name = found.slice(1).replace(";", "").toLowerCase();
  if (name.startsWith("#x")) return fromCode(name.slice(2), 16);
  if (name.startsWith("#")) return fromCode(name.slice(1), 10);
  return ENTITIES.get(name) ?? found;
}

/** Two halves of a surrogate pair come one after the other, and are one character again. */
function fromCode(digits: string, radix: number): string {
  const code = parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

/**
 * Runs that may be bytes. A run may begin with characters that belong to its surroundings, so it is decoded at each
 * alignment.
 *
 * @param shortest how many bytes a secret has at least
 */
function byteSpellings(shortest: number): Spelling[] {
  const hex = new RegExp(`[\\da-f]{2}(?:[ :+-]?[\\da-f]{2}){${shortest - 1},}[\\da-f]?`, "gi");
  const base64 = new RegExp(`[\\w+/-]{${Math.ceil((shortest * 4) / 3)},}={0,2}`, "g");
  const bytes = (run: string, encoding: "hex" | "base64") =>
    SEAM + Buffer.from(run, encoding).toString() + SEAM;
  return [
    ...[0, 1].map((skip): Spelling => [hex, (run) => bytes(run.replace(/[ :+-]/g, "").slice(skip), "hex")]),
    ...[0, 1, 2, 3].map((skip): Spelling => [base64, (run) => bytes(run.slice(skip), "base64")]),
  ];
}

/**
 * The text as it stands, and as it reads after up to four layers of decoding: percent-encoding, JSON and HTML escapes of any
 * of its characters, base64, base64url, hex; each also without invisible characters.
 *
 * @param shortest how many bytes a secret has at least
 */
export function* readings(text: string, shortest: number): Generator<Reading> {
  const spellings = [...ESCAPES, ...byteSpellings(shortest)];
  const seen = new Set([text]);
  let latest: Reading[] = [asItStands(text)];
  yield* latest;
  for (let layer = 0; layer < LAYERS; layer++) {
    const next: Reading[] = [];
    for (const reading of latest) {
      for (const spelling of spellings) {
        const decoded = decodedBy(spelling, reading);
        if (seen.has(decoded.text)) continue;
        seen.add(decoded.text);
        next.push(decoded);
      }
    }
    yield* next;
    latest = next;
  }
}

function asItStands(text: string): Reading {
  const from = Array.from({ length: text.length }, (_, at) => at);
  return { text, from, to: from.map((at) => at + 1) };
}

function decodedBy([pattern, decode]: Spelling, reading: Reading): Reading {
  const matches = [...reading.text.matchAll(pattern)];
  if (matches.length === 0) return reading;
  const parts: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let copied = 0;
  const copy = (until: number) => {
    parts.push(reading.text.slice(copied, until));
    for (; copied < until; copied++) {
      from.push(reading.from[copied] ?? 0);
      to.push(reading.to[copied] ?? 0);
    }
  };
  for (const { index, 0: found } of matches) {
    copy(index);
    const decoded = decode(found);
    parts.push(decoded);
    copied = index + found.length;
    for (let unit = 0; unit < decoded.length; unit++) {
      from.push(reading.from[index] ?? 0);
      to.push(reading.to[copied - 1] ?? 0);
    }
  }
  copy(reading.text.length);
  return { text: parts.join(""), from, to };
}
