import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as generating from "../generate";
import { messageOf } from "../shared/coded-error";
import type * as accounts from "./account";
import { noteOf, orFail, type Io } from "./command";
import type * as listed from "./listed";

const load = createRequire(__filename);

interface Options {
  from?: string;
  out?: string;
  verify?: boolean;
}

/** Adds the command `generate`, which writes a program that takes over the authorizations in IAM. */
export function addGenerateCommand(program: Command, { out }: Io): void {
  program
    .command("generate")
    .description("write a TypeScript program that takes over the authorizations in IAM, each by its id")
    .option(
      "--from <file>",
      "take over only the authorizations in a Terraform state, in the output of `terraform show -json` or `pulumi stack export`, or in a file for `ibmcloud iam authorization-policy-create --file`",
    )
    .option("--out <file>", "write the program to this file (default: standard output)")
    .option(
      "--verify",
      "run `pulumi preview` in this folder afterwards; fail unless it takes over each authorization without a change",
    )
    .addHelpText("after", EXAMPLES)
    .action(async ({ from, out: file, verify }: Options, command: Command) => {
      if (verify && file === undefined)
        command.error("--verify needs --out: the preview runs the program in that file");
      const note = noteOf(command);
      await orFail(command, "generate the program", async () => {
        const { text, ids, skipped } = await generate(from);
        for (const { what, reason } of skipped) note(`Skipped ${what}: ${reason}`);
        if (file === undefined) out.write(text);
        else writeFileSync(file, text);
        if (file !== undefined) note(`Wrote ${file}, which takes over ${ids.length} authorizations`);
        if (verify) note(verified(ids));
      });
    });
}

const EXAMPLES = `
Examples:
  generate > index.ts                                 all authorizations from and to Event Notifications
  generate --from terraform.tfstate --out index.ts    those in a Terraform state
  generate --out index.ts --verify                    also run pulumi preview in this folder`;

async function generate(from: string | undefined) {
  const { namedIn, resourceNames, selectAuthorizations, typeScriptProgram } = load(
    "../generate",
  ) as typeof generating;
  const named = from === undefined ? undefined : namedIn(readFileSync(from, "utf8"));
  const { openAccount, settingsOf } = load("./account") as typeof accounts;
  const { namesOf } = load("./listed") as typeof listed;
  const account = openAccount(settingsOf(undefined));
  // Names only make the program more readable, so a failed lookup needs no note.
  const [policies, names] = await Promise.all([account.policies(), namesOf(account, () => undefined)]);
  const { taken, skipped, names: given } = selectAuthorizations(policies, named);
  const resourceName = resourceNames(taken, names, given);
  const text = typeScriptProgram(
    taken.map((authorization, at) => ({ name: resourceName[at] ?? "", authorization })),
  );
  return { text, ids: taken.map(({ id }) => id), skipped };
}

/** Runs a preview in the current folder. @throws if it would change one of these authorizations */
function verified(ids: readonly string[]): string {
  const { status, stdout, error } = spawnSync(
    "pulumi",
    ["preview", "--non-interactive", "--color", "never"],
    {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (error) throw new Error(`pulumi preview could not be started: ${messageOf(error)}`);
  if (status !== 0) throw new Error(`pulumi preview failed:\n${stdout}`);
  const changed = ids.filter((id) => !isTakenOver(id, stdout));
  if (changed.length > 0)
    throw new Error(`pulumi preview does not take over ${changed.join(", ")} without a change:\n${stdout}`);
  return `Verified: pulumi preview takes over ${ids.length} authorizations and changes none`;
}

/** Returns true if the preview has the note for an adoption without a change, which `provider/check/existing.ts` writes. */
function isTakenOver(id: string, preview: string): boolean {
  return preview
    .split("\n")
    .some(
      (line) => line.includes(`takes over ${id} `) && line.endsWith("roles unchanged; description unchanged"),
    );
}
