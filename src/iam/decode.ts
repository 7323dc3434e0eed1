import { INVISIBLE } from "../shared/text";

/** A decoded text, with the range of the original text that each of its characters comes from. */
interface DecodedText {
  text: string;
  from: readonly number[];
  to: readonly number[];
}

type Encoding = readonly [pattern: RegExp, decode: (found: string) => string];

/** The number of nested encodings that are decoded, such as percent-encoding within base64 within JSON. */
const LAYERS = 4;

/** Surrounds decoded bytes, so that they don't join with the text around them. */
export const SEAM = "\uffff";

/** HTML entities: the name, followed by the character. */
const NAMED =
  "amp& lt< gt> quot\" apos' excl! num# dollar$ percnt% lpar( rpar) ast* midast* plus+ comma, period. sol/ colon: semi; " +
  "equals= quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] hat^ lowbar_ underbar_ grave` lcub{ lbrace{ verbar| vert| rcub} rbrace}";
const ENTITIES = new Map([
  ...NAMED.split(" ").map((each) => [each.slice(0, -1), each.slice(-1)] as const),
  ...["nbsp", "tab", "newline"].map((name) => [name, " "] as const),
]);

const ESCAPES: readonly Encoding[] = [
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

/** The halves of a surrogate pair are decoded one after the other, and form one character again. */
function fromCode(digits: string, radix: number): string {
  const code = parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

/**
 * Decodes hex and base64. A run may begin with characters that don't belong to it, so it is decoded at each alignment.
 *
 * @param shortest the length of the shortest secret, in bytes
 */
function byteEncodings(shortest: number): Encoding[] {
  const hex = new RegExp(`[\\da-f]{2}(?:[ :+-]?[\\da-f]{2}){${shortest - 1},}[\\da-f]?`, "gi");
  const base64 = new RegExp(`[\\w+/-]{${Math.ceil((shortest * 4) / 3)},}={0,2}`, "g");
  const bytes = (run: string, encoding: "hex" | "base64") =>
    SEAM + Buffer.from(run, encoding).toString() + SEAM;
  return [
    ...[0, 1].map((skip): Encoding => [hex, (run) => bytes(run.replace(/[ :+-]/g, "").slice(skip), "hex")]),
    ...[0, 1, 2, 3].map((skip): Encoding => [base64, (run) => bytes(run.slice(skip), "base64")]),
  ];
}

/**
 * Yields the text itself, and the text after up to four layers of decoding: percent-encoding, JSON and HTML escapes of any
 * character, base64, base64url and hex, each with and without invisible characters.
 *
 * @param shortest the length of the shortest secret, in bytes
 */
export function* decodings(text: string, shortest: number): Generator<DecodedText> {
  const encodings = [...ESCAPES, ...byteEncodings(shortest)];
  const seen = new Set([text]);
  let latest: DecodedText[] = [undecoded(text)];
  yield* latest;
  for (let layer = 0; layer < LAYERS; layer++) {
    const next: DecodedText[] = [];
    for (const decodedText of latest) {
      for (const encoding of encodings) {
        const decoded = decodeWith(encoding, decodedText);
        if (seen.has(decoded.text)) continue;
        seen.add(decoded.text);
        next.push(decoded);
      }
    }
    yield* next;
    latest = next;
  }
}

function undecoded(text: string): DecodedText {
  const from = Array.from({ length: text.length }, (_, at) => at);
  return { text, from, to: from.map((at) => at + 1) };
}

function decodeWith([pattern, decode]: Encoding, decodedText: DecodedText): DecodedText {
  const matches = [...decodedText.text.matchAll(pattern)];
  if (matches.length === 0) return decodedText;
  const parts: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let copied = 0;
  const copy = (until: number) => {
    parts.push(decodedText.text.slice(copied, until));
    for (; copied < until; copied++) {
      from.push(decodedText.from[copied] ?? 0);
      to.push(decodedText.to[copied] ?? 0);
    }
  };
  for (const { index, 0: found } of matches) {
    copy(index);
    const decoded = decode(found);
    parts.push(decoded);
    copied = index + found.length;
    for (let unit = 0; unit < decoded.length; unit++) {
      from.push(decodedText.from[index] ?? 0);
      to.push(decodedText.to[copied - 1] ?? 0);
    }
  }
  copy(decodedText.text.length);
  return { text: parts.join(""), from, to };
}
