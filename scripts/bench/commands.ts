import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { emulatorEnv } from "../../test/support/cli";
import { ROOT } from "../../test/support/engine";
import { startMixedAccount } from "../../test/support/mixed-account";
import type { Bound } from "./bounds";
import { median, rangeNote } from "./statistics";

const ROUNDS = 9;
/** A command may take this many times as long as the start of Node.js and its calls. */
const AT_MOST = 2;
const CLI = join(ROOT, "dist", "cli", "index.js");

/** The commands, in an account with 300 authorizations. */
const COMMANDS = {
  list: ["list", "--all", "--output", "json"],
  "list as a table": ["list", "--all"],
  audit: ["audit", "--all", "--fail-on", "none", "--output", "json"],
  generate: ["generate"],
  "graph as Mermaid": ["graph", "--all", "--output", "mermaid"],
};
type Name = keyof typeof COMMANDS;

/** The times of one round, in milliseconds. */
interface Round {
  /** A program that starts, makes the calls of `list` with IBM's SDK, and does nothing else. */
  bare: number;
  commands: Record<Name, number>;
}

/** Measures how long commands take, and what the same calls take without them. */
export async function measureCommands(): Promise<Round[]> {
  const iam = await startMixedAccount();
  const env = { PATH: process.env["PATH"], ...emulatorEnv(iam) };
  try {
    const rounds: Round[] = [];
    for (let at = 0; at < ROUNDS; at += 1) {
      const bare = await timeOf([join(__dirname, "bare-list.mjs")], env);
      const commands: Partial<Round["commands"]> = {};
      for (const name of Object.keys(COMMANDS) as Name[])
        commands[name] = await timeOf([CLI, ...COMMANDS[name]], env);
      rounds.push({ bare, commands: commands as Round["commands"] });
    }
    return rounds;
  } finally {
    await iam.close();
  }
}

async function timeOf(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: "ignore" });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`${args.join(" ")} failed`);
  return performance.now() - begun;
}

export function commandBounds(rounds: readonly Round[]): Bound[] {
  return (Object.keys(COMMANDS) as Name[]).map((name) => {
    const ratios = rounds.map(({ bare, commands }) => commands[name] / bare);
    return {
      part: "commands",
      what: `${name}, relative to a bare program with the same calls`,
      measured: median(ratios),
      atMost: AT_MOST,
      unit: "x",
      note: rangeNote(ratios),
    };
  });
}

export function commandsText(rounds: readonly Round[]): string {
  const middle = (valueOf: (round: Round) => number) => `${median(rounds.map(valueOf)).toFixed(0)} ms`;
  const commands = (Object.keys(COMMANDS) as Name[]).map(
    (name) => `${name} ${middle(({ commands: all }) => all[name])}`,
  );
  return `A bare program with the same calls takes ${middle(({ bare }) => bare)}, ${commands.join(", ")}`;
}
