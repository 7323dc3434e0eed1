import { clean, INVISIBLE, truncate } from "../shared/text";
import { decodings, SEAM } from "./decode";

const HIDDEN = "[secret]";

/** Shorter secrets are not searched for: too many words contain them. */
const SHORTEST = 3;

/** Any part of a secret is hidden if it has at least this many characters. */
const PART = 20;

/** If the text was cut inside a secret, the remaining beginning is hidden if it has at least this length. */
const BEGINNING = 8;
const CUT = new RegExp(`$|…|\\.\\.\\.|${SEAM}`, "y");

/** Longer strings are truncated before the search, which decodes them in many ways. */
const LONGEST = 16_384;

/** JSON Web Tokens, and values after the name or the scheme of a credential. */
const CREDENTIALS = [
  /(?<![a-z\d])eyJ[\w-]{1,512}\.[\w-]*(?:\.[\w-]+){0,3}/gi,
  new RegExp(
    `(?<=\\b(?:apikey|access_token|refresh_token|delegated_refresh_token|id_token|subject_token|cr_token|client_secret)["']?\\s{0,8}[=:]\\s{0,8}["']?)[^\\s"'&,}${SEAM}]+`,
    "gi",
  ),
  // "Bearer token" and "Basic authentication" are ordinary words.
  /(?<=\b(?:Bearer|Basic)[\s+]{1,3})(?!(?:tokens?|auth|authentication|authorization|credentials?|schemes?)\b)[\w.~+/=-]+/gi,
];

/** Start and end of a range to hide. */
type Span = readonly [start: number, end: number];

/** A few characters of a secret. Where a string contains them, it is compared with the rest of the secret. */
interface Candidate {
  secret: string;
  /** The position of the characters in the secret. */
  at: number;
  /** True for a secret in base64, which may have other bytes around it. */
  isBase64: boolean;
}

/** Candidates by their length, and then by their characters. */
type Candidates = Map<number, Map<string, Candidate[]>>;

/**
 * Replaces credentials in a string with `[secret]`:
 *
 * - each of `secrets` with at least 3 characters, in any letter case. Any of its characters may be escaped for a URL, JSON or
 *   HTML. It may also be in hex or base64; a run of base64 that contains it is hidden whole. The search sees through
 *   invisible characters and up to four layers of encoding;
 * - any 20 consecutive characters of a secret, and its first 8 or more if the text was cut after them;
 * - JSON Web Tokens, and values after `apikey=`, `Bearer` and the like, in the same encodings.
 *
 * Text beyond 16,384 characters is dropped. Redacting a string again changes nothing.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const known = secrets.map((secret) => secret.trim()).filter(({ length }) => length >= SHORTEST);
  const candidates = candidatesOf(known);
  const bounded = truncate(text, LONGEST);
  const hidden: Span[] = [];
  for (const decoded of decodings(bounded, Math.min(BEGINNING, ...candidates.keys()))) {
    for (const [start, end] of found(decoded.text, candidates)) {
      hidden.push([decoded.from[start] ?? 0, decoded.to[end - 1] ?? 0]);
    }
  }
  // If a secret is itself a part of the placeholder, another placeholder is used.
  const isInPlaceholder = known.some((secret) => HIDDEN.includes(secret.toLowerCase()));
  return replaced(bounded, hidden, isInPlaceholder ? "***" : HIDDEN);
}

/** Prepares a part of a response for an error message: redacts it, cleans it, and cuts it to `longest` characters. */
export function quote(text: string, secrets: readonly string[], longest: number): string {
  return truncate(clean(redact(text, secrets)), longest);
}

function candidatesOf(secrets: readonly string[]): Candidates {
  const candidates: Candidates = new Map();
  const add = (secret: string, isBase64: boolean) => {
    const length = Math.min(BEGINNING, secret.length);
    const byCharacters = candidates.get(length) ?? new Map<string, Candidate[]>();
    candidates.set(length, byCharacters);
    // Every part of PART characters contains one of these candidates.
    for (let at = 0; at + length <= secret.length; at += PART - length + 1) {
      const characters = secret.slice(at, at + length);
      byCharacters.set(characters, [...(byCharacters.get(characters) ?? []), { secret, at, isBase64 }]);
    }
  };
  const texts = secrets.flatMap((secret) => [secret, secret.replace(INVISIBLE, "")]).map(normalized);
  for (const text of new Set(texts.filter(({ length }) => length >= SHORTEST))) add(text, false);
  const long = secrets.filter(({ length }) => length >= BEGINNING);
  for (const part of new Set(long.flatMap(base64Parts).map(normalized))) add(part, true);
  return candidates;
}

/**
 * Returns the base64 characters that depend on a secret alone, for each way its bytes can be aligned. They are needed because
 * base64 whose letter case was changed can't be decoded.
 */
function base64Parts(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const end = Math.floor((bytes.length * 8) / 6);
    const encodings = ["base64", "base64url"] as const;
    return encodings.map((each) =>
      bytes
        .toString(each)
        .slice(Math.ceil((before * 8) / 6), end)
        .slice(0, PART),
    );
  });
}

/**
 * Converts a string to lower case, and each `+` and white space to a space: forms write a space as `+`. Keeps the length, so
 * positions stay the same.
 */
function normalized(text: string): string {
  return text.replaceAll("İ", "i").toLowerCase().replace(/[+\s]/g, " ");
}

function* found(text: string, candidates: Candidates): Generator<Span> {
  const searched = normalized(text);
  for (const [length, byCharacters] of candidates) {
    for (let at = 0; at + length <= searched.length; at++) {
      for (const candidate of byCharacters.get(searched.slice(at, at + length)) ?? []) {
        const span = extend(text, searched, at, candidate);
        if (span) yield candidate.isBase64 ? wholeRun(text, span) : span;
      }
    }
  }
  for (const pattern of CREDENTIALS) {
    for (const { index, 0: value } of text.matchAll(pattern)) yield [index, index + value.length];
  }
}

/** Extends a candidate to as much of its secret as the text contains; `undefined` if that is too little to hide. */
function extend(
  text: string,
  searched: string,
  candidateAt: number,
  { secret, at }: Candidate,
): Span | undefined {
  let [start, first] = [candidateAt, at];
  while (start > 0 && first > 0 && searched[start - 1] === secret[first - 1])
    [start, first] = [start - 1, first - 1];
  let [end, next] = [candidateAt, at];
  while (next < secret.length && searched[end] === secret[next]) [end, next] = [end + 1, next + 1];
  if (end - start >= Math.min(PART, secret.length)) return [start, end];
  CUT.lastIndex = end;
  return first === 0 && end - start >= BEGINNING && CUT.test(text) ? [start, end] : undefined;
}

function wholeRun(text: string, [start, end]: Span): Span {
  const isBase64 = (at: number) => /[\w+/=-]/.test(text.charAt(at));
  let [first, next] = [start, end];
  while (first > 0 && isBase64(first - 1)) first--;
  while (next < text.length && isBase64(next)) next++;
  return [first, next];
}

function replaced(text: string, spans: readonly Span[], by: string): string {
  const parts: string[] = [];
  let done = -1;
  for (const [start, end] of spans.toSorted(([one], [other]) => one - other)) {
    if (start > done) parts.push(text.slice(Math.max(0, done), start), by);
    done = Math.max(done, end);
  }
  return parts.join("") + text.slice(Math.max(0, done));
}
