import * as pulumi from "@pulumi/pulumi";
import type { IamEmulator } from "../../src/emulator";

/** The configuration and environment in which a program runs. */
export interface ProgramContext {
  /** The stack's configuration by key, such as `ibmcloud:apiKey`. */
  config?: Record<string, string>;
  env?: Record<string, string>;
  preview?: boolean;
}

/** Returns the configuration that points at the emulator, with an API key of its first account. */
export function configFor({ url, apiKey }: IamEmulator): Record<string, string> {
  return {
    "ibmcloud:apiKey": apiKey,
    "ibmcloud:iamEndpoint": url,
    "ibmcloud:resourceControllerEndpoint": url,
    "ibmcloud:resourceManagementEndpoint": url,
  };
}

const OWN = /^(IC|IBMCLOUD|IBM|IAM)_/;

/** Runs a program's code in a separate Pulumi runtime, without this machine's IBM Cloud settings. */
export async function inProgram<Result>(
  { config = {}, env = {}, preview = false }: ProgramContext,
  program: () => Promise<Result>,
): Promise<Result> {
  const before = { config: pulumi.runtime.allConfig(), env: { ...process.env } };
  // A new run, whose engine is never called: with Pulumi's mocks, lookups would not call IBM Cloud.
  pulumi.runtime.resetOptions("project", "stack", -1, "", "127.0.0.1:1", preview, "");
  for (const name of Object.keys(process.env)) if (OWN.test(name)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  pulumi.runtime.setAllConfig(config);
  try {
    return await program();
  } finally {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before.env);
    pulumi.runtime.setAllConfig(before.config);
  }
}
