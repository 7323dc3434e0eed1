import type { Command } from "commander";
import { checkAccount } from "../doctor/account";
import { checkMachine } from "../doctor/machine";
import type { Check } from "../doctor/types";
import { settingsOf } from "./account";
import { EXIT, orFail, print, withProgress, type Io } from "./command";
import type { ReadOptions } from "./options";
import { screenOf, tableOf } from "./terminal";

/** Runs the command `doctor`. */
export async function runDoctor(options: ReadOptions, command: Command, io: Io): Promise<void> {
  const checks = await orFail(command, "run the checks", async () => {
    const settings = settingsOf(options.stack);
    const ofAccount = () => checkAccount(settings, options.credentials);
    return [...checkMachine(process.cwd()), ...(await withProgress("Checking", ofAccount))];
  });
  await print(io, options.output, {
    table: () => tableText(checks, io.out),
    data: checks,
    flat: () => checks.map(({ name, status, detail, remedy }) => ({ check: name, status, detail, remedy })),
  });
  if (checks.some(({ status }) => status === "failed")) io.exitWith(EXIT.findings);
}

function tableText(checks: readonly Check[], out: NodeJS.WritableStream): string {
  const columns = [
    { head: "CHECK", value: ({ name }: Check) => name },
    { head: "STATUS", value: ({ status }: Check) => status },
    {
      head: "DETAIL",
      value: ({ detail, remedy }: Check) => (remedy === undefined ? detail : `${detail}\nTo do: ${remedy}.`),
      weight: 1,
    },
  ];
  return tableOf(columns, checks, screenOf(out));
}
