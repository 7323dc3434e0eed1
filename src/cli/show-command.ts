import type { Command } from "commander";
import type { Policy } from "../iam/types";
import { toAllAuthorizations } from "../provider/authorizations";
import { CodedError } from "../shared/coded-error";
import { useAccount, type Account } from "./account";
import { noteOf, orFail, print, type Io } from "./command";
import { ageText, flatRow, namesOf, sideLines, withNames } from "./listed";
import type { ReadOptions } from "./options";
import { screenOf, tableOf } from "./terminal";

/** Runs the command `show`. */
export async function runShow(id: string, options: ReadOptions, command: Command, io: Io): Promise<void> {
  await orFail(command, `show ${id}`, async () => {
    const account = await useAccount(options, noteOf(command));
    await printOne(findOne(await account.policies(), id), account, command, options.output, io);
  });
}

/** Runs the command `restore`. */
export async function runRestore(id: string, options: ReadOptions, command: Command, io: Io): Promise<void> {
  await orFail(command, `restore ${id}`, async () => {
    const note = noteOf(command);
    const account = await useAccount(options, note);
    const policy = findOne(await account.deleted(), id, "deleted ");
    const isRestored = await account.restore(policy.id);
    note(isRestored ? `Restored ${policy.id}` : `${policy.id} is already active`);
    await printOne(policy, account, command, options.output, io);
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
  await print(io, output, {
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
