const ESC = "\u001b";
const CSI = `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]`;
/** The C1 characters that stand for OSC, DCS, SOS, PM and APC. */
const C1 = "\u009d\u0090\u0098\u009e\u009f";
/**
 * OSC, DCS, SOS, PM and APC carry text that ends with BEL or ST. The text ends before the next opener, so that a long row of openers
 * is searched once, and not once for each of them.
 */
const STRING = `(?:${ESC}[\\]PX^_]|[${C1}])[^\u0007\u009c${ESC}${C1}]*(?:[\u0007\u009c]|${ESC}\\\\)`;
const ANSI = `${CSI}|${STRING}|${ESC}[ -/]*[0-~]`;

/** Matches ANSI escape sequences, control characters, bidi and zero-width characters, and lone surrogates. */
export const INVISIBLE = new RegExp(`${ANSI}|[\\p{Cc}\\p{Cf}\\p{Cs}]`, "gu");

const LINE_END = /[\r\n\v\f\u0085\u2028\u2029]/;

/** Puts a string on one line and removes its invisible characters. */
export function clean(text: string): string {
  return text
    .replace(/[\s\u0085]+/g, (blanks) => (LINE_END.test(blanks) ? " " : blanks.replaceAll("\t", " ")))
    .replace(INVISIBLE, "");
}

/** Truncates a string to `maxLength` characters. A truncated string ends with an ellipsis. */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Returns a number with its noun: `1 role`, `2 roles`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
