import * as pulumi from "@pulumi/pulumi";
import type { IamEmulator } from "../../src/emulator";

/** What a program's functions find when it runs. */
export interface Surroundings {
  /** The stack's configuration, by keys such as `ibmcloud:apiKey`. */
  config?: Record<string, string>;
  env?: Record<string, string>;
  preview?: boolean;
}

/** Where the emulator stands in for IBM Cloud, and an API key of its first account. */
export function configFor({ url, apiKey }: IamEmulator): Record<string, string> {
  return {
    "ibmcloud:apiKey": apiKey,
    "ibmcloud:iamEndpoint": url,
    "ibmcloud:resourceControllerEndpoint": url,
    "ibmcloud:resourceManagementEndpoint": url,
  };
}

const OWN = /^(IC|IBMCLOUD|IBM|IAM)_/;

/** Does what a program does, in a run of its own, and with nothing of this machine's settings for IBM Cloud. */
export async function inProgram<Result>(
  { config = {}, env = {}, preview = false }: Surroundings,
  program: () => Promise<Result>,
): Promise<Result> {
  const before = { config: pulumi.runtime.allConfig(), env: { ...process.env } };
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as object }), call: () => ({}) },
    "project",
    "stack",
    preview,
  );
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
