import { createRequire } from "node:module";
import { Command, InvalidArgumentError, Option } from "commander";
import { startIamEmulator, type IamEmulator } from "../emulator";
import { FORMATS } from "./formats";
import { listAuthorizations } from "./list";

const { name, version, description } = createRequire(__filename)("../../package.json") as {
  name: string;
  version: string;
  description: string;
};

/** What ends a command that stays in the foreground. */
const ENDING = ["SIGINT", "SIGTERM"] as const;

/** The command `pulumi-ibm-en-authorization`. */
export function commandLine(out: NodeJS.WritableStream): Command {
  const program = new Command(name).description(description).version(version);
  program
    .command("emulator")
    .description("run an IAM emulator in the foreground, on the loopback interface, until Ctrl-C")
    .option("--port <number>", "the port to listen on (default: any free one)", toPort)
    .option("--any-pair", "take authorizations of any two services, not only Event Notifications'")
    .action(async ({ port, anyPair }: { port?: number; anyPair?: boolean }, command: Command) => {
      const iam = await startIamEmulator({ port, anyPair }).catch(
        failed(command, "The emulator cannot listen"),
      );
      out.write(welcome(iam));
      await ended();
      await iam.close();
    });
  program
    .command("list")
    .description("list the authorizations of Event Notifications that IAM holds in the credentials' account")
    .addOption(
      new Option(
        "--format <format>",
        "how: a line each, JSON, a program that adopts them, or a Mermaid graph",
      )
        .choices(Object.keys(FORMATS))
        .default("text"),
    )
    .addHelpText(
      "after",
      "\nThe credentials come from the environment, as for the provider: IC_API_KEY, IC_IAM_TOKEN, …",
    )
    .action(async ({ format }: { format: string }, command: Command) => {
      const found = await listAuthorizations(process.env).catch(
        failed(command, "The authorizations cannot be listed"),
      );
      out.write(`${FORMATS[format]?.(found) ?? ""}\n`);
    });
  return program;
}

/** Ends a command with one sentence: what cannot be done, and why. */
function failed(command: Command, what: string): (error: unknown) => never {
  return (error) => command.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}

function welcome({ url, apiKey, accountId }: IamEmulator): string {
  return `An IAM emulator listens on ${url} (account ${accountId}). Ctrl-C ends it, and forgets what it holds.
In the shell of your Pulumi program:

  export IBMCLOUD_IAM_API_ENDPOINT=${url}
  export IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT=${url}
  export IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT=${url}
  export IC_API_KEY=${apiKey}
`;
}

async function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ENDING) process.once(signal, () => resolve());
  });
}
