import { createRequire } from "node:module";
import { Option, type Command } from "commander";
import type * as auditing from "../audit";
import { SEVERITIES, type Facts, type Finding, type Severity } from "../audit/types";
import type * as authorizations from "../provider/authorizations";
import type * as scopes from "../provider/scope-text";
import type { Authorization } from "../results";
import type * as accounts from "./account";
import type { Account } from "./account";
import { addCredentialsOption, type AccountOptions } from "./account-options";
import { EXIT, noteOf, orFail, outputOption, print, withProgress, type Io } from "./command";
import type * as sarif from "./sarif";
import type * as states from "./states";
import type * as terminal from "./terminal";
import type { Screen } from "./terminal";

const load = createRequire(__filename);

interface Options extends Omit<AccountOptions, "stack"> {
  all?: boolean;
  allowAccount?: string[];
  stack?: string[];
  state?: string[];
  failOn: Severity | "none";
  output: string;
}

/** Adds the command `audit`. */
export function addAuditCommand(program: Command, io: Io): void {
  const command = program
    .command("audit")
    .description("find authorizations that are too broad, redundant, incomplete or unmanaged")
    .option("--all", "audit the authorizations of every pair of services, not only of Event Notifications")
    .option("--allow-account <id...>", "accept sources in these accounts")
    .option(
      "--stack <name...>",
      "compare with the state of these stacks of the Pulumi project in this folder, and use the configuration of the first",
    )
    .option(
      "--state <file...>",
      "compare with these files: the output of `pulumi stack export`, or a Terraform state",
    )
    .addOption(
      new Option("--fail-on <severity>", "exit with 1 if a finding is at least this severe")
        .choices([...SEVERITIES, "none"])
        .default("high"),
    )
    .addOption(outputOption("sarif"));
  addCredentialsOption(command)
    .addHelpText("after", EXAMPLES)
    .action(async (options: Options) => run(options, command, io));
}

const EXAMPLES = `
Examples:
  audit                                          audit the authorizations of Event Notifications
  audit --all --fail-on none --output csv        list all findings in the account, for a spreadsheet
  audit --stack prod                             also find those that are only in IAM or only in the stack prod
  audit --stack prod --stack test                also find those that neither stack manages
  audit --state a.json b.tfstate                 compare with state files instead of stacks
  audit --output sarif > audit.sarif             write a file for code scanning`;

async function run(options: Options, command: Command, io: Io): Promise<void> {
  const { useAccount } = load("./account") as typeof accounts;
  const { audit, RULES } = load("../audit") as typeof auditing;
  const { isOfEventNotifications, toAllAuthorizations } = load(
    "../provider/authorizations",
  ) as typeof authorizations;
  const { screenOf } = load("./terminal") as typeof terminal;
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
  print(io, options.output, {
    table: () => tableText(findings, all.filter(isConsidered).length, screenOf(io.out)),
    data: findings,
    flat: () => findings.map(flat),
    more: {
      sarif: () =>
        (load("./sarif") as typeof sarif).toSarif(findings, RULES, {
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

function managedBy({ stack = [], state = [] }: Options): Map<string, string> | undefined {
  if (stack.length === 0 && state.length === 0) return undefined;
  return (load("./states") as typeof states).managedIn(stack, state);
}

async function factsOf(
  account: Account,
  { allowAccount = [] }: Options,
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
  const { scopeText } = load("../provider/scope-text") as typeof scopes;
  return { severity, rule, id, scope: authorization && scopeText(authorization), why, change };
}

function tableText(findings: readonly Finding[], count: number, screen: Screen): string {
  if (findings.length === 0) return `No findings in ${count} authorizations.`;
  const { tableOf } = load("./terminal") as typeof terminal;
  const { scopeText } = load("../provider/scope-text") as typeof scopes;
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
  return `${tableOf(columns, findings, screen)}\n\n${counts.join(", ")} in ${count} authorizations.`;
}
