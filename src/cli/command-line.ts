import { createRequire } from "node:module";
import { Command, Option } from "commander";
import type * as resources from "../iam/resources";
import { toAuthorizations } from "../provider/authorizations";
import type { Authorization } from "../results";
import { codeOf, messageOf } from "../shared/coded-error";
import { addEmulatorCommand } from "./emulator-command";
import { FORMATS } from "./formats";
import { addGenerateCommand } from "./generate-command";

const { name, version, description } = createRequire(__filename)("../../package.json") as {
  name: string;
  version: string;
  description: string;
};

/** Returns the command `pulumi-ibm-en-authorization`, which writes its results to `out`. */
export function commandLine(out: NodeJS.WritableStream): Command {
  const program = new Command(name).description(description).version(version);
  addEmulatorCommand(program, out);
  addGenerateCommand(program, out, reasonOf);
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
        command.error(`Cannot list the authorizations: ${reasonOf(error)}`),
      );
      out.write(`${FORMATS[format]?.write(authorizations) ?? ""}\n`);
    });
  return program;
}

/**
 * Returns the message of an error. For missing credentials, the provider's own message doesn't fit: it names the stack's
 * configuration, which this command doesn't read.
 */
function reasonOf(error: unknown): string {
  if (codeOf(error) !== "no-credentials") return messageOf(error);
  return "No IBM Cloud credentials were found: set IC_API_KEY or IBMCLOUD_API_KEY (or a token as IC_IAM_TOKEN), or properties such as IAM_POLICY_MANAGEMENT_APIKEY in the environment or in the credentials file that IBM_CREDENTIALS_FILE names";
}

/** @throws an `IamError` or a `NoCredentialsError` */
async function listAuthorizations(env: NodeJS.ProcessEnv): Promise<Authorization[]> {
  // Only this command needs IBM's SDK, which is slow to load.
  const { openResources } = createRequire(__filename)("../iam/resources") as typeof resources;
  return toAuthorizations(await openResources({ config: () => undefined, env }).policies());
}
