import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Option, type Command } from "commander";
import type * as generating from "../generate";
import type * as importing from "../generate/import-file";
import type { TakenOver } from "../generate/types";
import type * as yamlPrograms from "../generate/yaml-program";
import type * as accounts from "./account";
import { addAccountOptions, type AccountOptions } from "./account-options";
import { noteOf, orFail, withProgress, type Io } from "./command";
import type * as listed from "./listed";
import type { Names } from "./listed";
import type * as verifying from "./verify";

const load = createRequire(__filename);

/** The outputs. The YAML library loads only for its output. */
const WRITERS = {
  typescript: (taken, names) => (load("../generate") as typeof generating).typeScriptProgram(taken, names),
  yaml: (taken) => (load("../generate/yaml-program") as typeof yamlPrograms).yamlProgram(taken),
  import: (taken) => (load("../generate/import-file") as typeof importing).importFile(taken),
} satisfies Record<string, (taken: readonly TakenOver[], names: Names) => string>;

interface Options extends AccountOptions {
  from?: string;
  out?: string;
  output: keyof typeof WRITERS;
  verify?: boolean;
}

/** Adds the command `generate`, which writes a program that takes over the authorizations in IAM. */
export function addGenerateCommand(program: Command, { out }: Io): void {
  const command = program
    .command("generate")
    .description("write a program that takes over the authorizations in IAM, each by its id")
    .option(
      "--from <file>",
      "take over only the authorizations in a Terraform state, in the output of `terraform show -json` or `pulumi stack export`, or in a file for `ibmcloud iam authorization-policy-create --file`",
    )
    .addOption(
      new Option(
        "--output <format>",
        "a TypeScript program or, for the packaged provider, a YAML program or a file for `pulumi import --file`",
      )
        .choices(Object.keys(WRITERS))
        .default("typescript"),
    )
    .option("--out <file>", "write to this file (default: standard output)")
    .option(
      "--verify",
      "run a preview in this folder afterwards; fail unless it takes over each authorization without a change",
    );
  addAccountOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options) => generate(options, command, out));
}

const EXAMPLES = `
Examples:
  generate > index.ts                                 all authorizations from and to Event Notifications
  generate --from terraform.tfstate --out index.ts    those in a Terraform state
  generate --out index.ts --verify                    also run pulumi preview in this folder
  generate --output yaml --out Pulumi.yaml            a YAML project for the packaged provider
  generate --output import --out import.json          for pulumi import --file import.json`;

async function generate(options: Options, command: Command, out: Io["out"]): Promise<void> {
  const { out: file, output, verify, stack, credentials } = options;
  if (verify && file === undefined)
    command.error("--verify needs --out: the preview runs the program in that file");
  const note = noteOf(command);
  await orFail(command, "generate the program", async () => {
    const { taken, skipped, names } = await select(options, note);
    for (const { what, reason } of skipped) note(`Skipped ${what}: ${reason}`);
    const text = WRITERS[output](taken, names);
    if (file === undefined) out.write(text);
    else writeFileSync(file, text);
    if (file !== undefined) note(`Wrote ${file}, which takes over ${taken.length} authorizations`);
    if (output === "import" && credentials !== undefined)
      note(`An import file can't name credentials: configure ${credentials} for the stack before the import`);
    if (!verify || file === undefined) return;
    const { verifyImport, verifyProgram } = load("./verify") as typeof verifying;
    const ids = taken.map(({ authorization: { id } }) => id);
    const resources = taken.map(({ name }) => name);
    note(output === "import" ? verifyImport(file, resources, stack) : verifyProgram(ids, stack));
  });
}

/** Reads the account, and selects what to take over. */
async function select({ from, ...options }: Options, note: (text: string) => void) {
  const { namedIn, resourceNames, selectAuthorizations } = load("../generate") as typeof generating;
  const named = from === undefined ? undefined : namedIn(readFileSync(from, "utf8"));
  const { useAccount } = load("./account") as typeof accounts;
  const { namesOf } = load("./listed") as typeof listed;
  const account = await useAccount(options, note);
  // Names only make the program more readable, so a failed lookup needs no note.
  const [policies, names] = await withProgress("Reading the account", () =>
    Promise.all([account.policies(), namesOf(account, () => undefined)]),
  );
  const { taken, skipped, names: given } = selectAuthorizations(policies, named);
  const resourceName = resourceNames(taken, names, given);
  const { credentials } = options;
  return {
    taken: taken.map((authorization, at): TakenOver => {
      const name = resourceName[at] ?? "";
      return { name, authorization, ...(credentials !== undefined && { credentials }) };
    }),
    skipped,
    names,
  };
}
