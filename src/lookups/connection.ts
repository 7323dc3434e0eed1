import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { openResources, Resources } from "../iam/resources";

/** What a run of a program has connected to, by the settings it was connected with. */
type Connections = Map<string, Resources>;

/**
 * Look-ups are functions that know nothing of one another, and still share a token and equal answers. Each run of a
 * program has its own: with the Automation API there may be several in a process, and what one looked up may be gone in
 * the next.
 */
const runs = new WeakMap<object, Connections>();
const WITHOUT_ENGINE = {};

/**
 * Resource Controller and Manager, with the credentials that the provider would use.
 *
 * @param credentials which ones, by name; the default ones without it
 */
export function connection(credentials?: string): Resources {
  const config = pulumi.runtime.allConfig();
  const run = pulumi.runtime.getMonitor() ?? WITHOUT_ENGINE;
  const connections: Connections = runs.get(run) ?? new Map<string, Resources>();
  runs.set(run, connections);

  const settings = JSON.stringify([credentials, config, process.env]);
  const known = connections.get(settings);
  if (known) return known;
  const made = loaded().openResources({ config: (key) => config[key], env: process.env }, credentials);
  connections.set(settings, made);
  return made;
}

/** IBM's SDK is loaded by the first look-up, and not by importing this package. */
function loaded(): { openResources: typeof openResources } {
  return createRequire(__filename)("../iam/resources") as ReturnType<typeof loaded>;
}
