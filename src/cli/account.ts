import { spawnSync } from "node:child_process";
import * as v from "valibot";
import { connect, type Client } from "../iam/client";
import { listDeletedPolicies, restorePolicy } from "../iam/deleted-policies";
import { listPolicies } from "../iam/policies";
import { hasResources, openResources } from "../iam/resources";
import { listRoles } from "../iam/roles";
import type { Identity, OfferedRole, Pair, Policy, Settings } from "../iam/types";
import type { ResourceGroup, ServiceInstance } from "../results";
import { CodedError, messageOf } from "../shared/coded-error";
import type { AccountOptions } from "./options";

/** The account of one set of credentials. Each method throws an `IamError`. */
export interface Account {
  client: Client;
  identity: () => Promise<Identity>;
  policies: () => Promise<Policy[]>;
  deleted: () => Promise<Policy[]>;
  /** Undefined if IAM is an emulator and Resource Controller has no endpoint of its own: the names are then unknown. */
  instances: () => Promise<ServiceInstance[] | undefined>;
  groups: () => Promise<ResourceGroup[] | undefined>;
  offeredRoles: (pair: Pair) => Promise<OfferedRole[]>;
  restore: (id: string) => Promise<boolean>;
}

/** Opens the account. */
function openAccount(settings: Settings, name?: string): Account {
  const client = connect(settings, name);
  const opened = hasResources(settings, client)
    ? openResources(settings, name, { client, timeout: client.timeouts.retryTimeout })
    : undefined;
  return {
    client,
    identity: () => client.withDeadline((deadline) => client.identity(deadline)),
    policies: () => client.withDeadline((deadline) => listPolicies(client, deadline, "display")),
    deleted: () => client.withDeadline((deadline) => listDeletedPolicies(client, deadline)),
    instances: async () => opened?.instances(),
    groups: async () => opened?.groups(),
    offeredRoles: (pair) => client.withDeadline((deadline) => listRoles(client, pair, deadline)),
    restore: (id) => client.withDeadline((deadline) => restorePolicy(client, id, deadline)),
  };
}

/** Opens the account that the options select, and prints one line about its credentials. */
export async function useAccount(
  { credentials, stack }: AccountOptions,
  note: (text: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Account> {
  const account = openAccount(settingsOf(stack, env), credentials);
  const { accountId, iamId = "an unknown user" } = await account.identity();
  note(`account ${accountId}, as ${iamId}, from ${account.client.from}`);
  return account;
}

/** Returns the settings of the environment, and of a stack if one is given. */
export function settingsOf(stack: string | undefined, env: NodeJS.ProcessEnv = process.env): Settings {
  const values = stack === undefined ? {} : stackConfig(stack);
  return { config: (key) => values[key], configKeys: Object.keys(values), env };
}

const stackConfiguration = v.record(
  v.string(),
  v.object({ value: v.optional(v.string()), objectValue: v.optional(v.unknown()) }),
);

/** Reads a stack's configuration with the Pulumi CLI, which can decrypt its secrets. */
function stackConfig(stack: string): Partial<Record<string, string>> {
  const printed = pulumi("config", "--stack", stack, "--json", "--show-secrets");
  const { success, output } = v.safeParse(stackConfiguration, parseJson(printed));
  if (!success)
    throw new CodedError("invalid-configuration", `pulumi config --stack ${stack} printed no configuration`);
  return Object.fromEntries(
    Object.entries(output).map(([key, { value, objectValue }]) => [
      key,
      objectValue === undefined ? value : JSON.stringify(objectValue),
    ]),
  );
}

/** Runs the Pulumi CLI on the PATH. @throws CodedError without standard output, which may contain secrets */
export function pulumi(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync("pulumi", [...args, "--non-interactive"], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  const command = `pulumi ${args.join(" ")}`;
  if (error) throw new CodedError("invalid-configuration", `${command} cannot run: ${messageOf(error)}`);
  if (status !== 0) throw new CodedError("invalid-configuration", `${command} failed: ${stderr.trim()}`);
  return stdout;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
