import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as accountChecks from "../doctor/account";
import type * as machineChecks from "../doctor/machine";
import type { Check } from "../doctor/types";
import type * as accounts from "./account";
import { addAccountOptions, type AccountOptions } from "./account-options";
import { EXIT, orFail, outputOption, print, withProgress, type Io } from "./command";
import type * as terminal from "./terminal";

const load = createRequire(__filename);

/** Adds the command `doctor`. */
export function addDoctorCommand(program: Command, io: Io): void {
  const command = program
    .command("doctor")
    .description("check credentials, endpoints, permissions, clock, versions and the project in this folder")
    .addOption(outputOption());
  addAccountOptions(command)
    .addHelpText("after", "\nExamples:\n  doctor\n  doctor --stack dev\n  doctor --output json")
    .action(async (options: AccountOptions & { output: string }) => {
      const { checkAccount } = load("../doctor/account") as typeof accountChecks;
      const { checkMachine } = load("../doctor/machine") as typeof machineChecks;
      const { settingsOf } = load("./account") as typeof accounts;
      const checks = await orFail(command, "run the checks", async () => {
        const settings = settingsOf(options.stack);
        const ofAccount = () => checkAccount(settings, options.credentials);
        return [...checkMachine(process.cwd()), ...(await withProgress("Checking", ofAccount))];
      });
      print(io, options.output, {
        table: () => tableText(checks, io.out),
        data: checks,
        flat: () =>
          checks.map(({ name, status, detail, remedy }) => ({ check: name, status, detail, remedy })),
      });
      if (checks.some(({ status }) => status === "failed")) io.exitWith(EXIT.findings);
    });
}

function tableText(checks: readonly Check[], out: NodeJS.WritableStream): string {
  const { screenOf, tableOf } = load("./terminal") as typeof terminal;
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
