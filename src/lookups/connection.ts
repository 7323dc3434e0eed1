import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { openResources, Resources } from "../iam/resources";

/** The connections of one run of a program, by their settings. */
type Connections = Map<string, Resources>;

/**
 * The connections of each run. All lookups of a run share one token, and equal lookups share one call. Different runs share
 * nothing: with the Automation API, one process can have several runs, and resources may change between them.
 */
const connectionsByRun = new WeakMap<object, Connections>();
const WITHOUT_ENGINE = {};

/**
 * Connects to Resource Controller, Resource Manager and IAM with the credentials that the provider would use.
 *
 * @param credentials the name of the credentials; undefined for the default ones
 */
export function connect(credentials?: string): Resources {
  const config = pulumi.runtime.allConfig();
  const run = pulumi.runtime.getMonitor() ?? WITHOUT_ENGINE;
  const connections: Connections = connectionsByRun.get(run) ?? new Map<string, Resources>();
  connectionsByRun.set(run, connections);

  const settings = JSON.stringify([credentials, config, process.env]);
  const existing = connections.get(settings);
  if (existing) return existing;
  const created = iamResources().openResources(
    { config: (key) => config[key], env: process.env },
    credentials,
  );
  connections.set(settings, created);
  return created;
}

/** Loads IBM's SDK with the first lookup, so that importing this package stays fast. */
function iamResources(): { openResources: typeof openResources } {
  return createRequire(__filename)("../iam/resources") as ReturnType<typeof iamResources>;
}
