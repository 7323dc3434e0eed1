const ESC = "\u001b";
const CSI = `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]`;
/** OSC, DCS, SOS, PM and APC carry text, which ends with BEL or ST. */
const STRING = `(?:${ESC}[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u009c${ESC}]*(?:[\u0007\u009c]|${ESC}\\\\)`;
const ANSI = `${CSI}|${STRING}|${ESC}[ -/]*[0-~]`;

/** ANSI escape sequences, control characters, bidi and zero-width characters, and lone surrogates. */
export const INVISIBLE = new RegExp(`${ANSI}|[\\p{Cc}\\p{Cf}\\p{Cs}]`, "gu");

const LINE_END = /[\r\n\v\f\u0085\u2028\u2029]/;

/** Puts a text on one line, and removes ANSI escape sequences, control, bidi and zero-width characters. */
export function clean(text: string): string {
  return text
    .replace(/[\s\u0085]+/g, (blanks) => (LINE_END.test(blanks) ? " " : blanks.replaceAll("\t", " ")))
    .replace(INVISIBLE, "");
}

/** Cuts a text to at most `longest` characters, of which the last is an ellipsis. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
