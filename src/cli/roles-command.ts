import type { Command } from "commander";
import type { Pair } from "../iam/types";
import { documentedRoles } from "../provider/check/default-roles";
import { useAccount } from "./account";
import { noteOf, orFail, print, type Io } from "./command";
import type { ReadOptions } from "./options";
import { screenOf, tableOf } from "./terminal";

/** Runs the command `roles`. */
export async function runRoles(
  { source, target }: Pair,
  options: ReadOptions,
  command: Command,
  io: Io,
): Promise<void> {
  const note = noteOf(command);
  const offered = await orFail(command, "list the roles", async () =>
    (await useAccount(options, note)).offeredRoles({ source, target }),
  );
  const documented = documentedRoles({ source, target });
  const rows = offered.map(({ crn, displayName }) => ({
    role: displayName,
    documented: documented?.includes(displayName) ?? false,
    crn,
  }));
  if (documented)
    note(`IBM documents ${documented.join(" and ")} for ${source} -> ${target}: the pair needs these roles`);
  else note(`IBM documents no roles for ${source} -> ${target}, or its pages disagree`);
  await print(io, options.output, {
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
}
