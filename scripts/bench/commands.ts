import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { emulatorEnv } from "../../test/support/cli";
import { ROOT } from "../../test/support/engine";
import { startMixedAccount } from "../../test/support/mixed-account";
import type { Bound } from "./bounds";
import { median, rangeNote } from "./statistics";

const ROUNDS = 9;
const CLI = join(ROOT, "dist", "cli", "index.js");

/** The commands, in an account with 300 authorizations, and the bound of each. */
const COMMANDS = {
  list: { args: ["list", "--all", "--output", "json"], atMost: 1.4 },
  "list as a table": { args: ["list", "--all"], atMost: 2 },
  audit: { args: ["audit", "--all", "--fail-on", "none", "--output", "json"], atMost: 1.5 },
  generate: { args: ["generate"], atMost: 1.9 },
  "graph as Mermaid": { args: ["graph", "--all", "--output", "mermaid"], atMost: 1.6 },
};
type Name = keyof typeof COMMANDS;

/** The times of one round, in milliseconds. */
interface Round {
  /** The start of Node.js. */
  node: number;
  /** A program that makes the calls of `list` with IBM's SDK and nothing else. */
  thin: number;
  commands: Record<Name, number>;
}

/** Measures how long commands take, and what the same calls take without them. */
export async function measureCommands(): Promise<Round[]> {
  const iam = await startMixedAccount();
  const env = { PATH: process.env["PATH"], ...emulatorEnv(iam) };
  try {
    const rounds: Round[] = [];
    for (let at = 0; at < ROUNDS; at += 1) {
      const node = await timeOf(["-e", "0"], env);
      const thin = await timeOf([join(__dirname, "thin-list.mjs")], env);
      const commands: Partial<Round["commands"]> = {};
      for (const name of Object.keys(COMMANDS) as Name[])
        commands[name] = await timeOf([CLI, ...COMMANDS[name].args], env);
      rounds.push({ node, thin, commands: commands as Round["commands"] });
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
    const ratios = rounds.map(({ node, thin, commands }) => commands[name] / (node + thin));
    return {
      part: "commands",
      what: `${name}, relative to the start of node plus a bare program with the same calls`,
      measured: median(ratios),
      atMost: COMMANDS[name].atMost,
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
  return `The start of node takes ${middle(({ node }) => node)}, the calls of list with IBM's SDK alone ${middle(({ thin }) => thin)}, ${commands.join(", ")}`;
}
