/** Encodes a string so that a reader can decode it. */
type Encode = (text: string) => string;

const utf8 = (text: string) => [...Buffer.from(text)];
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, "0");
const percent = (code: number) => `%${hex(code, 2)}`;
const each = (text: string, encode: (character: string, code: number) => string) =>
  Array.from(text, (character) => encode(character, character.charCodeAt(0))).join("");

const NAMED: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Encodings of ASCII text. */
export const ENCODINGS: Record<string, Encode> = {
  "as it is": (text) => text,
  "upper case": (text) => text.toUpperCase(),
  "lower case": (text) => text.toLowerCase(),
  "percent-encoded where a URL needs it": encodeURIComponent,
  "percent-encoded twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  "percent-encoded whole": (text) => utf8(text).map(percent).join(""),
  "percent-encoded whole in upper case": (text) => utf8(text).map(percent).join("").toUpperCase(),
  "percent-encoded in every third character": (text) =>
    each(text, (character, code) => (code % 3 === 0 || character === "%" ? percent(code) : character)),
  "a form's value": (text) => new URLSearchParams({ v: text }).toString().slice(2),
  "JSON text": (text) => JSON.stringify(text).slice(1, -1),
  "JSON text within JSON text": (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  "JSON text with escaped slashes": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "JSON escapes": (text) => each(text, (_, code) => `\\u${hex(code, 4)}`),
  "JSON escapes in every second character": (text) =>
    each(text, (character, code) =>
      code % 2 === 0 || character === "\\" ? `\\u${hex(code, 4).toUpperCase()}` : character,
    ),
  "HTML entities": (text) => each(text, (character) => NAMED[character] ?? character),
  "HTML text with hexadecimal quotes": (text) =>
    each(text, (character) => NAMED[character] ?? character).replaceAll("&#39;", "&#x27;"),
  "decimal HTML references": (text) => each(text, (_, code) => `&#${code};`),
  "hexadecimal HTML references": (text) => each(text, (_, code) => `&#x${hex(code, 2)};`),
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 without padding": (text) => Buffer.from(text).toString("base64").replaceAll("=", ""),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  "base64 after one byte": (text) => Buffer.from(`:${text}`).toString("base64"),
  "base64 after two bytes": (text) => Buffer.from(`u:${text}:`).toString("base64"),
  "base64 in upper case": (text) => Buffer.from(text).toString("base64").toUpperCase(),
  hex: (text) => Buffer.from(text).toString("hex"),
  "hex in upper case": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  "hex with colons": (text) =>
    utf8(text)
      .map((byte) => hex(byte, 2))
      .join(":"),
  "hex with spaces": (text) =>
    utf8(text)
      .map((byte) => hex(byte, 2))
      .join(" "),
};

/** The encodings that keep letter case, so that their output can be encoded again. */
export const LOSSLESS = Object.fromEntries(
  Object.entries(ENCODINGS).filter(
    ([name]) => name === "percent-encoded whole in upper case" || !name.endsWith("case"),
  ),
);

/**
 * Returns a function that lists the encodings in which a text contains the secret, which needs at least 32 characters.
 * It does not use the package's own decoders.
 */
export function finderOf(secret: string): (text: string) => string[] {
  const parts = Object.entries(ENCODINGS).flatMap(([name, encode]) => {
    // The first base64 characters depend on the bytes before the secret.
    const part = encode(secret).toLowerCase().slice(4, 28);
    // `inspect` may escape the text again.
    return [part, JSON.stringify(part).slice(1, -1)].map((each) => [name, each] as const);
  });
  parts.push(["its beginning", secret.slice(0, 8).toLowerCase()]);
  return (text) => {
    const searched = text.toLowerCase();
    const names = parts.filter(([, part]) => searched.includes(part)).map(([name]) => name);
    return [...new Set(names)];
  };
}
