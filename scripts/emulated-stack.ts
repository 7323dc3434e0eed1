import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import type { IamEmulator } from "../src/emulator";
import { findEngine } from "./engine.mjs";

const ESCAPE = String.fromCharCode(27);
const CHARACTER = new RegExp(`${ESCAPE}\\[[0-9;]*m|.`, "gu");

/** A Pulumi stack whose IAM calls go to an emulator. */
export interface EmulatedStack {
  /**
   * Runs the Pulumi CLI.
   *
   * @returns the output's lines, fitted to the width
   * @throws when the command fails
   */
  pulumi: (args: readonly string[]) => Promise<string[]>;
}

/**
 * Creates a stack with its own backend, home and configuration: the user's login, stacks and credentials are not touched.
 *
 * @param iam the emulator that answers the IAM calls
 * @param folder an existing folder with a Pulumi.yaml; state and configuration are written here
 * @param stack the stack's name
 * @param options.cwd the folder in which `pulumi` runs the program
 * @param options.columns the width that every line is fitted to
 * @param options.color true for output with ANSI colors
 * @param options.onLine receives each line of output as soon as it arrives
 */
export async function emulatedStack(
  iam: IamEmulator,
  folder: string,
  stack: string,
  {
    cwd = folder,
    columns = 80,
    color = false,
    onLine,
  }: { cwd?: string; columns?: number; color?: boolean; onLine?: (line: string) => void } = {},
): Promise<EmulatedStack> {
  await mkdir(join(folder, "state"), { recursive: true });
  const engine = process.env["PULUMI_ENGINE"] ?? (await findEngine());
  if (engine === undefined) throw new Error("There is no Pulumi CLI: npm start installs one");
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${engine}${delimiter}${process.env["PATH"] ?? ""}`,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "demo",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // A proxy can't reach this machine's loopback interface.
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
    IBMCLOUD_IAM_API_ENDPOINT: iam.url,
    IC_API_KEY: iam.apiKey,
  };
  // These would select another backend, stack or passphrase.
  for (const name of ["PULUMI_STACK", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_ACCESS_TOKEN"])
    Reflect.deleteProperty(env, name);

  async function pulumi(args: readonly string[]): Promise<string[]> {
    const [verb = ""] = args;
    const isSetup = ["stack", "config"].includes(verb);
    const all = [
      ...args,
      ...(["preview", "up", "refresh", "destroy"].includes(verb) ? ["--suppress-progress"] : []),
      ...(["up", "refresh", "destroy"].includes(verb) ? ["--yes", "--skip-preview"] : []),
      // `stack init` writes its settings file next to Pulumi.yaml, so it must run in that folder.
      ...(verb === "stack" ? [] : ["--stack", stack, "--config-file", join(folder, `Pulumi.${stack}.yaml`)]),
      "--non-interactive",
      "--color",
      color ? "always" : "never",
    ];
    const child = spawn("pulumi", all, {
      cwd: isSetup ? folder : cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines: string[] = [];
    const errors: string[] = [];
    const keepIn = (list: string[]) => {
      let blanks = 0;
      return (line: string) => {
        // Blank lines are kept only between two other lines.
        if (isBlank(line)) return void (blanks += 1);
        const fitted = [...(blanks > 0 && list.length > 0 ? [""] : []), ...fit(line, columns)];
        blanks = 0;
        list.push(...fitted);
        if (!isSetup) fitted.forEach((each) => onLine?.(each));
      };
    };
    createInterface(child.stdout).on("line", keepIn(lines));
    createInterface(child.stderr).on("line", keepIn(errors));
    const [code] = (await once(child, "close")) as [number | null];
    if (code === 0) return lines;
    throw new Error(
      [
        `pulumi ${args.join(" ")} ended with ${code ?? "a signal"}`,
        ...(onLine ? [] : [...lines, ...errors]),
      ].join("\n"),
    );
  }

  await pulumi(["stack", "init", stack]);
  return { pulumi };
}

/**
 * Fits a line to a width: a change is broken before its new value, prose between two words, and any other line is cut.
 * ANSI colors take no width.
 */
export function fit(line: string, columns: number): string[] {
  const characters = line.trimEnd().match(CHARACTER) ?? [];
  if (Array.from(stripVTControlCharacters(line.trimEnd())).length <= columns) return [characters.join("")];
  const [before = "", after, ...more] = line.split(" => ");
  if (after !== undefined && more.length === 0) {
    const indent = " ".repeat(/^ */.exec(before)?.[0].length ?? 0);
    return [before, `${indent}    => ${after}`].flatMap((each) => fit(each, columns));
  }
  const space = line.lastIndexOf(" ", columns);
  if (/^\w/.test(line) && space > 0) {
    return [line.slice(0, space), ...fit(line.slice(space + 1), columns)];
  }
  let width = 0;
  const kept = characters.filter((each) => each.startsWith(ESCAPE) || (width += 1) < columns);
  return [`${kept.join("")}…`];
}

function isBlank(line: string): boolean {
  return stripVTControlCharacters(line).trim() === "";
}
