import { Option, type Command } from "commander";
import { codeOf, messageOf } from "../shared/coded-error";

/** The exit codes. `docs/cli.md` documents them, and they are stable. */
export const EXIT = { findings: 1, failed: 2 } as const;

/** The output and exit code of the commands. */
export interface Io {
  out: NodeJS.WritableStream;
  /** Sets the exit code of a command that worked. */
  exitWith: (code: number) => void;
}

/** Returns a function that writes a line to standard error. */
export function noteOf(command: Command): (text: string) => void {
  return (text) => command.configureOutput().writeErr?.(`${text}\n`);
}

/**
 * Shows on a terminal that work is under way, and removes the note when it ends.
 *
 * @param stream standard error
 */
export async function withProgress<Result>(
  text: string,
  work: () => Promise<Result>,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<Result> {
  if (!stream.isTTY) return work();
  // Short work needs no note.
  const timer = setTimeout(() => stream.write(`${text} …`), 1000);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    stream.write("\r\u001b[K");
  }
}

/** Ends the command with an error unless the work succeeds. */
export async function orFail<Result>(
  command: Command,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return command.error(`Cannot ${what}: ${reasonOf(error)}`, { exitCode: EXIT.failed });
  }
}

/** The provider's own message names the stack's configuration first, which a command reads only with `--stack`. */
function reasonOf(error: unknown): string {
  const { credentials } = error as { credentials?: string };
  if (codeOf(error) !== "no-credentials" || credentials !== undefined) return messageOf(error);
  return "No IBM Cloud credentials were found: set IC_API_KEY or IBMCLOUD_API_KEY (or a token as IC_IAM_TOKEN), or properties such as IAM_POLICY_MANAGEMENT_APIKEY in the environment or in the credentials file that IBM_CREDENTIALS_FILE names, or use --stack in the folder of a Pulumi project";
}

type Data = (data: object, flat: () => readonly Record<string, unknown>[]) => string | Promise<string>;

/** The formats of data. Each library loads only for its format. */
const DATA: Record<string, Data> = {
  json: (data) => `${JSON.stringify(data, undefined, 2)}\n`,
  yaml: async (data) => (await import("yaml")).stringify(data, { lineWidth: 0 }),
  csv: async (_data, flat) =>
    (await import("csv-stringify/sync")).stringify([...flat()], {
      header: true,
      // In a spreadsheet, a description that begins with `=` would run as a formula.
      escape_formulas: true,
    }),
};

/** The result of a command, in each format. */
export interface Printed {
  table: () => string;
  /** For JSON and YAML. */
  data: object;
  /** For CSV: one object for each row, with the same keys. */
  flat: () => readonly Record<string, unknown>[];
  /** The command's additional formats, by name. */
  more?: Readonly<Record<string, () => string>>;
}

/** Returns the option `--output`. */
export function outputOption(...more: string[]): Option {
  return new Option("--output <format>", "output format")
    .choices(["table", ...Object.keys(DATA), ...more])
    .default("table");
}

export async function print(
  { out }: Io,
  output: string,
  { table, data, flat, more = {} }: Printed,
): Promise<void> {
  const own = output === "table" ? () => `${table()}\n` : more[output];
  out.write(own?.() ?? (await DATA[output]?.(data, flat)) ?? "");
}
