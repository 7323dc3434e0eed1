import type { Command } from "commander";
import { audit, RULES } from "../audit";
import { SEVERITIES, type Facts, type Finding } from "../audit/types";
import { isOfEventNotifications, toAllAuthorizations } from "../provider/authorizations";
import { scopeText } from "../provider/scope-text";
import type { Authorization } from "../results";
import { counted } from "../shared/text";
import { useAccount, type Account } from "./account";
import { EXIT, noteOf, orFail, print, withProgress, type Io } from "./command";
import type { AuditOptions } from "./options";
import { toSarif } from "./sarif";
import { managedIn } from "./states";
import { screenOf, tableOf, type Screen } from "./terminal";

/** Runs the command `audit`. */
export async function runAudit(options: AuditOptions, command: Command, io: Io): Promise<void> {
  const note = noteOf(command);
  const [policies, facts] = await orFail(command, "audit the authorizations", async () => {
    const managed = managedBy(options);
    const { stack: [stack] = [], ...others } = options;
    const account = await useAccount({ ...others, ...(stack !== undefined && { stack }) }, note);
    return withProgress("Reading the account", () =>
      Promise.all([account.policies(), factsOf(account, options, managed, note)]),
    );
  });
  const all = toAllAuthorizations(policies);
  const isConsidered = (each: Authorization) => options.all === true || isOfEventNotifications(each);
  const findings = audit(all, facts, isConsidered);
  await print(io, options.output, {
    table: () => tableText(findings, all.filter(isConsidered).length, screenOf(io.out)),
    data: findings,
    flat: () => findings.map(flat),
    more: {
      sarif: () =>
        toSarif(findings, RULES, {
          name: program(command).name(),
          version: program(command).version() ?? "",
        }),
    },
  });
  const limit = SEVERITIES.findIndex((each) => each === options.failOn);
  if (limit >= 0 && findings.some(({ severity }) => SEVERITIES.indexOf(severity) >= limit))
    io.exitWith(EXIT.findings);
}

function program(command: Command): Command {
  return command.parent ?? command;
}

function managedBy({ stack = [], state = [] }: AuditOptions): Map<string, string> | undefined {
  if (stack.length === 0 && state.length === 0) return undefined;
  return managedIn(stack, state);
}

async function factsOf(
  account: Account,
  { allowAccount = [] }: AuditOptions,
  managed: Facts["managed"],
  note: (text: string) => void,
): Promise<Facts> {
  const optional = async <Each>(what: string, list: Promise<Each[] | undefined>) => {
    const found = await list.catch(() => undefined);
    // Credentials without access to any instance get an empty list.
    if (found && found.length > 0) return found;
    note(`Missing ${what} are not reported: these credentials see no ${what}`);
    return undefined;
  };
  const [instances, groups] = await Promise.all([
    optional("instances", account.instances()),
    optional("resource groups", account.groups()),
  ]);
  return {
    allowedAccounts: allowAccount,
    ...(managed && { managed }),
    ...(instances && { instances: new Map(instances.map((each) => [each.guid, each])) }),
    ...(groups && { groups: new Set(groups.map(({ id }) => id)) }),
  };
}

function flat({ severity, rule, id, why, change, authorization }: Finding): Record<string, unknown> {
  return { severity, rule, id, scope: authorization && scopeText(authorization), why, change };
}

function tableText(findings: readonly Finding[], count: number, screen: Screen): string {
  if (findings.length === 0) return `No findings in ${counted(count, "authorization")}.`;
  const { red, yellow, dim } = screen.colors;
  const paint = { high: red, medium: yellow, low: dim };
  const columns = [
    { head: "SEVERITY", value: ({ severity }: Finding) => severity },
    { head: "FINDING", value: ({ rule, id }: Finding) => `${rule}\n${id}`, weight: 3 },
    {
      head: "WHY, AND WHAT TO CHANGE",
      value: ({ authorization, why, change }: Finding) =>
        [authorization && scopeText(authorization), `${why}.`, `Change: ${change}.`]
          .filter(Boolean)
          .join("\n"),
      weight: 5,
    },
  ];
  const counts = [...SEVERITIES]
    .reverse()
    .map((severity) => [severity, findings.filter((each) => each.severity === severity).length] as const)
    .filter(([, found]) => found > 0)
    .map(([severity, found]) => paint[severity](`${found} ${severity}`));
  return `${tableOf(columns, findings, screen)}\n\n${counts.join(", ")} in ${counted(count, "authorization")}.`;
}
