import { createRequire } from "node:module";
import type { Command } from "commander";
import type { Policy } from "../iam/types";
import type * as authorizations from "../provider/authorizations";
import { CodedError } from "../shared/coded-error";
import type * as accounts from "./account";
import type { Account } from "./account";
import { addAccountOptions, type AccountOptions } from "./account-options";
import { noteOf, orFail, outputOption, print, type Io } from "./command";
import type * as listed from "./listed";
import type * as terminal from "./terminal";

const load = createRequire(__filename);

interface Options extends AccountOptions {
  output: string;
}

/** Adds the commands `show` and `restore`, which take one authorization. */
export function addShowCommand(program: Command, io: Io): void {
  const show = program
    .command("show <id>")
    .description("show one authorization, by its id or by the short id that list prints")
    .addOption(outputOption());
  addAccountOptions(show)
    .addHelpText(
      "after",
      "\nExamples:\n  show 3fa85f64\n  show 3fa85f64-5717-4562-b3fc-2c963f66afa6 --output yaml",
    )
    .action(async (id: string, options: Options) => {
      await orFail(show, `show ${id}`, async () => {
        const { useAccount } = load("./account") as typeof accounts;
        const account = await useAccount(options, noteOf(show));
        await printOne(findOne(await account.policies(), id), account, show, options.output, io);
      });
    });

  const restore = program
    .command("restore <id>")
    .description("restore an authorization that was deleted in the last 10 days")
    .addOption(outputOption());
  addAccountOptions(restore)
    .addHelpText("after", "\nExamples:\n  list --deleted\n  restore 3fa85f64")
    .action(async (id: string, options: Options) => {
      await orFail(restore, `restore ${id}`, async () => {
        const { useAccount } = load("./account") as typeof accounts;
        const note = noteOf(restore);
        const account = await useAccount(options, note);
        const policy = findOne(await account.deleted(), id, "deleted ");
        const isRestored = await account.restore(policy.id);
        note(isRestored ? `Restored ${policy.id}` : `${policy.id} is already active`);
        await printOne(policy, account, restore, options.output, io);
      });
    });
}

/** The minimum length of the argument, in characters. */
const SHORTEST = 4;

/** @throws CodedError unless exactly one policy has this id, or an id that starts with it */
function findOne(policies: readonly Policy[], id: string, kind = ""): Policy {
  const exact = policies.find((each) => each.id === id);
  const found = exact ? [exact] : policies.filter((each) => each.id.startsWith(id.toLowerCase()));
  const [policy] = found;
  if (!policy || id.length < SHORTEST)
    throw new CodedError("not-found", `this account has no ${kind}authorization whose id starts with ${id}`);
  if (found.length > 1)
    throw new CodedError(
      "ambiguous",
      `${found.length} ids start with ${id}: ${found.map((each) => each.id).join(", ")}`,
    );
  return policy;
}

async function printOne(
  policy: Policy,
  account: Account,
  command: Command,
  output: string,
  io: Io,
): Promise<void> {
  const { ageText, flatRow, namesOf, sideLines, withNames } = load("./listed") as typeof listed;
  const { toAllAuthorizations } = load("../provider/authorizations") as typeof authorizations;
  const { screenOf, tableOf } = load("./terminal") as typeof terminal;
  const names = await namesOf(account, noteOf(command));
  const [authorization] = toAllAuthorizations([policy]);
  if (!authorization) return;
  const { id, source, target, roles, description, managedBy, ...times } = authorization;
  const at = (time?: string, by?: string) =>
    time === undefined ? "" : `${time} (${ageText(time, Date.now())} ago) by ${by ?? "?"}`;
  const rows = [
    ["ID", id],
    ["Source", sideLines(source, target.accountId, names)],
    ["Target", sideLines(target, target.accountId, names)],
    ["Roles", roles.join("\n")],
    ["Description", description ?? ""],
    ["Created", at(times.createdAt, times.createdById)],
    ["Changed", at(times.lastModifiedAt, times.lastModifiedById)],
    ["Managed by", managedBy ?? ""],
  ].filter(([, value]) => value !== "");
  print(io, output, {
    table: () =>
      tableOf(
        [
          { head: "PROPERTY", value: ([name = ""]) => name },
          { head: "VALUE", value: ([, value = ""]) => value, weight: 1 },
        ],
        rows,
        screenOf(io.out),
      ),
    data: withNames(authorization, names),
    flat: () => [flatRow(authorization, names)],
  });
}
