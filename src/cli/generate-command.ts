import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { namedIn, resourceNames, selectAuthorizations, typeScriptProgram } from "../generate";
import { importFile } from "../generate/import-file";
import type { TakenOver } from "../generate/types";
import { counted } from "../shared/text";
import { useAccount } from "./account";
import { noteOf, orFail, withProgress, type Io } from "./command";
import { namesOf, type Names } from "./listed";
import type { GenerateOptions } from "./options";
import { verifyImport, verifyProgram } from "./verify";

const WRITERS: Record<GenerateOptions["output"], (taken: readonly TakenOver[], names: Names) => string> = {
  typescript: typeScriptProgram,
  // The YAML library is slow to load.
  yaml: (taken) =>
    (require("../generate/yaml-program") as typeof import("../generate/yaml-program")).yamlProgram(taken),
  import: importFile,
};

/** Runs the command `generate`, which writes a program that takes over the authorizations in IAM. */
export async function runGenerate(options: GenerateOptions, command: Command, { out }: Io): Promise<void> {
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
    if (file !== undefined) note(`Wrote ${file}, which takes over ${counted(taken.length, "authorization")}`);
    if (output === "import" && credentials !== undefined)
      note(`An import file can't name credentials: configure ${credentials} for the stack before the import`);
    if (!verify || file === undefined) return;
    const ids = taken.map(({ authorization: { id } }) => id);
    const resources = taken.map(({ name }) => name);
    note(output === "import" ? verifyImport(file, resources, stack) : verifyProgram(ids, stack));
  });
}

/** Reads the account, and selects what to take over. */
async function select({ from, ...options }: GenerateOptions, note: (text: string) => void) {
  const named = from === undefined ? undefined : namedIn(readFileSync(from, "utf8"));
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
