import { PassThrough } from "node:stream";
import { commandLine } from "../../src/cli/command-line";
import type { IamEmulator } from "../../src/emulator";
import { inProgram } from "./program";

/** The output of a command. */
export interface Ran {
  output: string;
  error: string;
  exitCode: number;
}

/** Returns the environment that points at an emulator. */
export function emulatorEnv({ url, apiKey }: IamEmulator): Record<string, string> {
  return {
    IC_API_KEY: apiKey,
    IBMCLOUD_IAM_API_ENDPOINT: url,
    IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT: url,
    IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT: url,
  };
}

/**
 * Runs a command in this process.
 *
 * @param terminal the width of the terminal that it writes to. @default not a terminal
 */
export async function runCli(
  args: readonly string[],
  env: Record<string, string>,
  terminal?: number,
): Promise<Ran> {
  const out = Object.assign(new PassThrough(), terminal !== undefined && { isTTY: true, columns: terminal });
  let exitCode = 0;
  const program = commandLine(out, (code) => (exitCode = code));
  let error = "";
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: (text) => (error += text) });
  }
  await inProgram({ env }, async () => {
    await program.parseAsync([...args], { from: "user" }).catch((thrown: unknown) => {
      const code = (thrown as { exitCode?: number }).exitCode;
      if (code === undefined) throw thrown;
      exitCode = code;
    });
  });
  return { output: String(out.read() ?? ""), error, exitCode };
}
