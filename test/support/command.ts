import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { CommanderError } from "commander";
import { commandLine } from "../../src/cli/command-line";
import { closing } from "./opened";

const ENTRY = join(__dirname, "..", "..", "src", "cli", "index.ts");

/** A command that runs in a process of its own. */
export interface RunningCommand {
  child: ChildProcess;
  /** The first output. */
  output: string;
  /** Resolves with the exit code when the process has ended; null after a signal. */
  ended: Promise<number | null>;
  /** Returns all output so far, stdout and stderr in order. */
  printed: () => string;
}

/** Starts the package's command in a process of its own, and waits for its first output. */
export async function startCommand(...args: string[]): Promise<RunningCommand> {
  const child = spawn(process.execPath, ["--import", "tsx", ENTRY, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  closing({
    close: async () => {
      if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL"))
        await once(child, "exit");
    },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  await Promise.race([once(child.stdout, "data"), once(child.stderr, "data")]);
  return { child, output: printed, ended, printed: () => printed };
}

/** Returns the value that the emulator's output gives for an environment variable. */
export function exported(name: string, output: string): string {
  return new RegExp(`^ *export ${name}=(\\S+)$`, "m").exec(output)?.[1] ?? "";
}

/** Runs the command in this process. Returns its help or error text, and the exit code of an error. */
export async function runCommand(...args: string[]): Promise<{ output: string; exitCode?: number }> {
  let output = "";
  const write = (text: string) => (output += text);
  const program = commandLine(new PassThrough());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
  }
  const exitCode = await program.parseAsync(args, { from: "user" }).then(
    () => undefined,
    (error: unknown) => (error as CommanderError).exitCode,
  );
  return { output, exitCode };
}
