import { InvalidArgumentError, Option, type Command } from "commander";
import type { Severity } from "../audit/types";

/** The options of every command that reads an account. */
export interface AccountOptions {
  credentials?: string;
  stack?: string;
}

/** The options of a command that reads an account and has no others. */
export interface ReadOptions extends AccountOptions {
  output: string;
}

/** The options that select authorizations. */
export interface Filters {
  source?: string;
  target?: string;
  role?: string;
  managedBy?: string;
  broad?: boolean;
  all?: boolean;
  deleted?: boolean;
}

export interface ListOptions extends ReadOptions, Filters {}

/** The formats of `graph`. */
export const GRAPH_FORMATS = ["html", "mermaid", "dot", "svg"] as const;

export interface GraphOptions extends AccountOptions, Filters {
  output: (typeof GRAPH_FORMATS)[number];
  out?: string;
}

export interface AuditOptions extends Omit<AccountOptions, "stack"> {
  all?: boolean;
  allowAccount?: string[];
  stack?: string[];
  state?: string[];
  failOn: Severity | "none";
  output: string;
}

/** The formats of `generate`. */
export const PROGRAM_FORMATS = ["typescript", "yaml", "import"] as const;

export interface GenerateOptions extends AccountOptions {
  from?: string;
  out?: string;
  output: (typeof PROGRAM_FORMATS)[number];
  verify?: boolean;
}

export interface EmulatorOptions {
  port?: number;
  anyPair?: boolean;
  seed?: string;
  data?: string;
  log?: boolean;
}

/** Adds the options that select credentials. */
export function addAccountOptions(command: Command): Command {
  return addCredentialsOption(command).option(
    "--stack <name>",
    "use the configuration of this stack of the Pulumi project in this folder",
  );
}

/** Adds only the option that selects credentials by their name. */
export function addCredentialsOption(command: Command): Command {
  return command.option(
    "--credentials <name>",
    "use the credentials with this name, as the provider's argument does",
  );
}

/** Adds the options that select authorizations. */
export function addFilterOptions(command: Command): Command {
  return command
    .option(
      "--source <text>",
      "only these sources: a service, an account, or the name or id of an instance or resource group",
    )
    .option("--target <text>", "only these targets")
    .option("--role <name>", "only those that grant this role")
    .addOption(
      new Option(
        "--managed-by <what>",
        "only those that a service manages, that a template manages, or that neither manages (none)",
      ).choices(["service", "template", "none"]),
    )
    .option("--broad", "only those that cover all instances, all resource groups or all services on a side");
}

/** Reads a port. @throws InvalidArgumentError if it is not one */
export function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Use a whole number from 0 to 65535.");
}
