import { Command, Option } from "commander";
import { SEVERITIES } from "../audit/types";
import type * as audit from "./audit-command";
import { EXIT, outputOption, type Io } from "./command";
import type * as doctor from "./doctor-command";
import type * as emulator from "./emulator-command";
import type * as generate from "./generate-command";
import type * as graph from "./graph-command";
import type * as list from "./list-command";
import {
  addAccountOptions,
  addCredentialsOption,
  addFilterOptions,
  GRAPH_FORMATS,
  PROGRAM_FORMATS,
  toPort,
  type AuditOptions,
  type EmulatorOptions,
  type GenerateOptions,
  type GraphOptions,
  type ListOptions,
  type ReadOptions,
} from "./options";
import type * as roles from "./roles-command";
import type * as show from "./show-command";

/** Loads the file of a command. Each loads when its command runs, because all together would slow each command down. */
const load = {
  audit: () => require("./audit-command") as typeof audit,
  doctor: () => require("./doctor-command") as typeof doctor,
  emulator: () => require("./emulator-command") as typeof emulator,
  generate: () => require("./generate-command") as typeof generate,
  graph: () => require("./graph-command") as typeof graph,
  list: () => require("./list-command") as typeof list,
  roles: () => require("./roles-command") as typeof roles,
  show: () => require("./show-command") as typeof show,
};

const { name, version, description } = require("../../package.json") as Record<
  "name" | "version" | "description",
  string
>;

/**
 * Returns the command `pulumi-ibm-en-authorization`, which writes its results to `out`.
 *
 * @param exitWith sets the exit code of a command that worked and found a problem
 */
export function commandLine(
  out: NodeJS.WritableStream,
  exitWith: (code: number) => void = (code) => {
    process.exitCode = code;
  },
): Command {
  const program = new Command(name)
    .description(description)
    .version(version)
    // commander's own code for wrong arguments is 1, which stands for findings here.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.failed));
  const io = { out, exitWith };
  addList(program, io);
  addShowAndRestore(program, io);
  addRoles(program, io);
  addGraph(program, io);
  addAudit(program, io);
  addGenerate(program, io);
  addDoctor(program, io);
  addEmulator(program, io);
  return program;
}

function addList(program: Command, io: Io): void {
  const command = program
    .command("list")
    .description("list the authorizations in an account: from and to Event Notifications, or all of them");
  addFilterOptions(command)
    .option("--all", "list the authorizations of every pair of services")
    .option("--deleted", "list the authorizations that were deleted in the last 10 days, to restore them")
    .addOption(outputOption("mermaid"));
  addAccountOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  list                                      from and to Event Notifications
  list --all --broad --output csv           every broad grant in the account, for a spreadsheet
  list --target kms --role Reader           by service and role
  list --source my-events                   by the name of an instance
  list --deleted                            those that can be restored`,
    )
    .action(async (options: ListOptions) => load.list().runList(options, command, io));
}

function addShowAndRestore(program: Command, io: Io): void {
  const show = program
    .command("show <id>")
    .description("show one authorization, by its id or by the short id that list prints")
    .addOption(outputOption());
  addAccountOptions(show)
    .addHelpText(
      "after",
      "\nExamples:\n  show 3fa85f64\n  show 3fa85f64-5717-4562-b3fc-2c963f66afa6 --output yaml",
    )
    .action(async (id: string, options: ReadOptions) => load.show().runShow(id, options, show, io));

  const restore = program
    .command("restore <id>")
    .description("restore an authorization that was deleted in the last 10 days")
    .addOption(outputOption());
  addAccountOptions(restore)
    .addHelpText("after", "\nExamples:\n  list --deleted\n  restore 3fa85f64")
    .action(async (id: string, options: ReadOptions) => load.show().runRestore(id, options, restore, io));
}

function addRoles(program: Command, io: Io): void {
  const command = program
    .command("roles <source> <target>")
    .description("list the roles that IAM offers for two services, and those that IBM documents for them")
    .addOption(outputOption());
  addAccountOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n  roles event-notifications kms\n  roles secrets-manager event-notifications --output json",
    )
    .action(async (source: string, target: string, options: ReadOptions) =>
      load.roles().runRoles({ source, target }, options, command, io),
    );
}

function addGraph(program: Command, io: Io): void {
  const command = program
    .command("graph")
    .description("draw the authorizations in an account as one HTML page that works offline");
  addFilterOptions(command)
    .option("--all", "draw the authorizations of every pair of services")
    .option("--deleted", "draw the authorizations that were deleted in the last 10 days")
    .addOption(new Option("--output <format>", "output format").choices(GRAPH_FORMATS).default("html"))
    .option("--out <file>", "write to this file");
  addAccountOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  graph --out graph.html                           a page to open in a browser
  graph --all --broad --out broad.html             every broad grant in the account
  graph --source my-events --output mermaid        for a Markdown file on GitHub or GitLab
  graph --output dot | dot -Tpdf > graph.pdf       for Graphviz
  graph --output svg --out graph.svg               a picture`,
    )
    .action(async (options: GraphOptions) => load.graph().runGraph(options, command, io));
}

function addAudit(program: Command, io: Io): void {
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
    .addHelpText(
      "after",
      `
Examples:
  audit                                          audit the authorizations of Event Notifications
  audit --all --fail-on none --output csv        list all findings in the account, for a spreadsheet
  audit --stack prod                             also find those that are only in IAM or only in the stack prod
  audit --stack prod --stack test                also find those that neither stack manages
  audit --state a.json b.tfstate                 compare with state files instead of stacks
  audit --output sarif > audit.sarif             write a file for code scanning`,
    )
    .action(async (options: AuditOptions) => load.audit().runAudit(options, command, io));
}

function addGenerate(program: Command, io: Io): void {
  const command = program
    .command("generate")
    .description("write a program that takes over the authorizations in IAM, each by its id")
    .option(
      "--from <file>",
      "take over only the authorizations in a Terraform state, in the output of `terraform show -json` or `pulumi stack export`, or in a file for `ibmcloud iam authorization-policy-create --file`",
    )
    .addOption(
      new Option(
        "--output <format>",
        "a TypeScript program or, for the packaged provider, a YAML program or a file for `pulumi import --file`",
      )
        .choices(PROGRAM_FORMATS)
        .default("typescript"),
    )
    .option("--out <file>", "write to this file (default: standard output)")
    .option(
      "--verify",
      "run a preview in this folder afterwards; fail unless it takes over each authorization without a change",
    );
  addAccountOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  generate > index.ts                                 all authorizations from and to Event Notifications
  generate --from terraform.tfstate --out index.ts    those in a Terraform state
  generate --out index.ts --verify                    also run pulumi preview in this folder
  generate --output yaml --out Pulumi.yaml            a YAML project for the packaged provider
  generate --output import --out import.json          for pulumi import --file import.json`,
    )
    .action(async (options: GenerateOptions) => load.generate().runGenerate(options, command, io));
}

function addDoctor(program: Command, io: Io): void {
  const command = program
    .command("doctor")
    .description("check credentials, endpoints, permissions, clock, versions and the project in this folder")
    .addOption(outputOption());
  addAccountOptions(command)
    .addHelpText("after", "\nExamples:\n  doctor\n  doctor --stack dev\n  doctor --output json")
    .action(async (options: ReadOptions) => load.doctor().runDoctor(options, command, io));
}

function addEmulator(program: Command, io: Io): void {
  const command = program
    .command("emulator")
    .description("run an IAM emulator on the loopback interface until Ctrl-C")
    .option("--port <number>", "port to listen on (default: any free port)", toPort)
    .option("--any-pair", "allow authorizations between any two services, not only with Event Notifications")
    .option(
      "--seed <file>",
      "start with the authorizations, instances, resource groups and accounts of a JSON file",
    )
    .option("--data <file>", "keep everything in a file, for the next start (default: discard it)")
    .option("--log", "print a line for each call, without credentials")
    .action(async (options: EmulatorOptions) => load.emulator().runEmulator(options, command, io));
}
