import { createRequire } from "node:module";
import { Command, InvalidArgumentError, Option } from "commander";
import { startIamEmulator, type IamEmulator } from "../emulator";
import type * as resources from "../iam/resources";
import { toAuthorizations } from "../provider/authorizations";
import type { Authorization } from "../results";
import { messageOf } from "../shared/coded-error";
import { FORMATS } from "./formats";

const { name, version, description } = createRequire(__filename)("../../package.json") as {
  name: string;
  version: string;
  description: string;
};

/** The signals that stop the emulator. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Returns the command `pulumi-ibm-en-authorization`, which writes its results to `out`. */
export function commandLine(out: NodeJS.WritableStream): Command {
  const program = new Command(name).description(description).version(version);
  program
    .command("emulator")
    .description("run an IAM emulator on the loopback interface until Ctrl-C")
    .option("--port <number>", "port to listen on (default: any free port)", toPort)
    .option("--any-pair", "allow authorizations between any two services, not only with Event Notifications")
    .action(async ({ port, anyPair }: { port?: number; anyPair?: boolean }, command: Command) => {
      const iam = await startIamEmulator({ port, anyPair }).catch((error: unknown) =>
        command.error(`Cannot start the emulator: ${messageOf(error)}. Use another --port, or omit --port`),
      );
      out.write(welcome(iam));
      await stopSignal();
      await iam.close();
    });
  program
    .command("list")
    .description("list the authorizations from and to Event Notifications in the credentials' account")
    .addOption(
      new Option(
        "--format <format>",
        `output format: ${Object.entries(FORMATS)
          .map(([name, { description }]) => `${name} (${description})`)
          .join(", ")}`,
      )
        .choices(Object.keys(FORMATS))
        .default("text"),
    )
    .addHelpText(
      "after",
      "\nThe credentials come from the environment, as for the provider: IC_API_KEY, IC_IAM_TOKEN and so on.",
    )
    .action(async ({ format }: { format: string }, command: Command) => {
      const authorizations = await listAuthorizations(process.env).catch((error: unknown) =>
        command.error(`Cannot list the authorizations: ${messageOf(error)}`),
      );
      out.write(`${FORMATS[format]?.write(authorizations) ?? ""}\n`);
    });
  return program;
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Use a whole number from 0 to 65535.");
}

function welcome({ url, apiKey, accountId }: IamEmulator): string {
  return `The IAM emulator is running on ${url}.
Its account is ${accountId}.
Press Ctrl-C to stop it and discard its data.

In the shell where you run Pulumi:

  export IBMCLOUD_IAM_API_ENDPOINT=${url}
  export IBMCLOUD_RESOURCE_CONTROLLER_API_ENDPOINT=${url}
  export IBMCLOUD_RESOURCE_MANAGEMENT_API_ENDPOINT=${url}
  export IC_API_KEY=${apiKey}
`;
}

async function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.once(signal, () => resolve());
  });
}

/** @throws an `IamError` or a `NoCredentialsError` */
async function listAuthorizations(env: NodeJS.ProcessEnv): Promise<Authorization[]> {
  // Only this command needs IBM's SDK, which is slow to load.
  const { openResources } = createRequire(__filename)("../iam/resources") as typeof resources;
  return toAuthorizations(await openResources({ config: () => undefined, env }).policies());
}
