import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as defaults from "../provider/check/default-roles";
import type * as accounts from "./account";
import { addAccountOptions, type AccountOptions } from "./account-options";
import { noteOf, orFail, outputOption, print, type Io } from "./command";
import type * as terminal from "./terminal";

const load = createRequire(__filename);

/** Adds the command `roles`. */
export function addRolesCommand(program: Command, io: Io): void {
  const command = program
    .command("roles <source> <target>")
    .description("list the roles that IAM offers for two services, and those that IBM documents for them")
    .addOption(outputOption());
  addAccountOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n  roles event-notifications kms\n  roles secrets-manager event-notifications --output json",
    )
    .action(async (source: string, target: string, options: AccountOptions & { output: string }) => {
      const { documentedRoles } = load("../provider/check/default-roles") as typeof defaults;
      const { screenOf, tableOf } = load("./terminal") as typeof terminal;
      const note = noteOf(command);
      const offered = await orFail(command, "list the roles", async () => {
        const { useAccount } = load("./account") as typeof accounts;
        return (await useAccount(options, note)).offeredRoles({ source, target });
      });
      const documented = documentedRoles({ source, target });
      const rows = offered.map(({ crn, displayName }) => ({
        role: displayName,
        documented: documented?.includes(displayName) ?? false,
        crn,
      }));
      if (documented)
        note(
          `IBM documents ${documented.join(" and ")} for ${source} -> ${target}: the pair needs these roles`,
        );
      else note(`IBM documents no roles for ${source} -> ${target}, or its pages disagree`);
      print(io, options.output, {
        table: () =>
          rows.length === 0
            ? `IAM offers no roles for ${source} -> ${target}: check the names of the services.`
            : tableOf(
                [
                  { head: "ROLE", value: ({ role }) => role },
                  { head: "DOCUMENTED", value: (row) => (row.documented ? "yes" : "") },
                  { head: "CRN", value: ({ crn }) => crn, weight: 1 },
                ],
                rows,
                screenOf(io.out),
              ),
        data: rows,
        flat: () => rows,
      });
    });
}
