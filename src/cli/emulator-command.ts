import { existsSync } from "node:fs";
import type { Command } from "commander";
import { readSeedFile, startIamEmulator, type Call, type IamEmulator, type Seeds } from "../emulator";
import { ENDPOINTS } from "../iam/config";
import { messageOf } from "../shared/coded-error";
import { counted } from "../shared/text";
import type { Io } from "./command";
import type { EmulatorOptions } from "./options";

/** The signals that stop the emulator. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The exit code for a seed file that cannot be used. */
const BAD_SEED = 2;

/** Runs the command `emulator` until a signal stops it. */
export async function runEmulator(options: EmulatorOptions, command: Command, { out }: Io): Promise<void> {
  const { port, anyPair, seed, data, log } = options;
  const seeds = seed === undefined ? undefined : readSeeds(seed, anyPair, command);
  const hasData = data !== undefined && existsSync(data);
  const onCall = log ? (call: Call) => out.write(`${lineOf(call)}\n`) : undefined;
  const iam = await startIamEmulator({ ...seeds, port, anyPair, dataFile: data, onCall }).catch(
    (error: unknown) => command.error(`Cannot start the emulator: ${startProblem(error)}`),
  );
  // Listen for signals before writing the output: a process that reads the output can send a signal at once.
  const stopped = stopSignal();
  out.write(welcome(iam, data) + (seed && hasData ? unusedSeed(seed, data) : ""));
  await stopped;
  await iam.close();
}

function readSeeds(path: string, anyPair: boolean | undefined, command: Command): Seeds {
  try {
    return readSeedFile(path, { anyPair });
  } catch (error) {
    return command.error(`Cannot use the seed file ${path}: ${messageOf(error)}.`, { exitCode: BAD_SEED });
  }
}

function startProblem(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isPort = syscall === "listen" || code === "EADDRINUSE";
  return `${messageOf(error)}.${isPort ? " Use another --port, or omit --port." : ""}`;
}

function welcome({ url, apiKey, accountId, policies }: IamEmulator, data: string | undefined): string {
  const count = policies().length;
  const endpoints = Object.values(ENDPOINTS).map(({ env }) => `  export ${env}=${url}\n`);
  return `The IAM emulator is running on ${url}.
Its account is ${accountId}, with ${counted(count, "authorization")}.
Press Ctrl-C to stop it${data === undefined ? " and discard its data" : `. Its data stays in ${data}`}.

In the shell where you run Pulumi:

${endpoints.join("")}  export IC_API_KEY=${apiKey}
`;
}

function unusedSeed(seed: string, data: string): string {
  return `
${data} already had data, so ${seed} was not used. To use it, delete ${data}, or send it to POST /seed.
`;
}

/** Describes a call on one line, without its query, headers and bodies, which can contain credentials. */
function lineOf({ startedAt, method, path, status, operation, duration, transactionId }: Call): string {
  const fields = [
    new Date(startedAt).toISOString(),
    method,
    path,
    status === 0 ? "reset" : status,
    operation,
    `${duration}ms`,
    transactionId,
  ];
  // The client chooses the transaction id and the path: neither may start a new line or control the terminal.
  return fields.map((each) => String(each).replaceAll(/[^\x21-\x7e]/g, "?")).join(" ");
}

async function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.once(signal, () => resolve());
  });
}
