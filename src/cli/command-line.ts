import { createRequire } from "node:module";
import { Command, Option } from "commander";
import type * as resources from "../iam/resources";
import { toAuthorizations } from "../provider/authorizations";
import type { Authorization } from "../results";
import { messageOf } from "../shared/coded-error";
import { addEmulatorCommand } from "./emulator-command";
import { FORMATS } from "./formats";

const { name, version, description } = createRequire(__filename)("../../package.json") as {
  name: string;
  version: string;
  description: string;
};

/** Returns the command `pulumi-ibm-en-authorization`, which writes its results to `out`. */
export function commandLine(out: NodeJS.WritableStream): Command {
  const program = new Command(name).description(description).version(version);
  addEmulatorCommand(program, out);
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

/** @throws an `IamError` or a `NoCredentialsError` */
async function listAuthorizations(env: NodeJS.ProcessEnv): Promise<Authorization[]> {
  // Only this command needs IBM's SDK, which is slow to load.
  const { openResources } = createRequire(__filename)("../iam/resources") as typeof resources;
  return toAuthorizations(await openResources({ config: () => undefined, env }).policies());
}
