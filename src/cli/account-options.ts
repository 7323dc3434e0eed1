import type { Command } from "commander";

/** The options of every command that reads an account. */
export interface AccountOptions {
  credentials?: string;
  stack?: string;
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
