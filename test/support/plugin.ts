import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { IamEmulator } from "../../src/emulator";
import { ROOT, startStack, type Stack } from "./engine";

/** A resource of a YAML program. */
export interface YamlResource {
  type?: string;
  properties?: object;
  /** Reads a resource that exists, instead of declaring one. */
  get?: { id: string };
  options?: object;
}

/** A YAML program: its resources by name, and its variables and outputs. */
export interface YamlProgram {
  resources: Record<string, YamlResource>;
  variables?: object;
  outputs?: object;
}

const TYPE = "ibm-en-authorization:index:EnAuthorization";

/** Returns an authorization of a YAML program. */
export function authorization(properties: object, options?: object): YamlResource {
  return { type: TYPE, properties, ...(options && { options }) };
}

/** A stack whose program is YAML, and whose provider is the packaged one. */
export interface YamlStack extends Omit<Stack, "program"> {
  program: (program: YamlProgram) => Promise<void>;
}

/**
 * Adds the built plugin to a project.
 *
 * @param isListed false if Pulumi.yaml doesn't name its folder. @default true
 * @returns the folder with the plugin's executable
 */
export async function usePlugin(dir: string, { isListed = true } = {}): Promise<string> {
  const path = join(dir, "plugin");
  const executable = join(path, "pulumi-resource-ibm-en-authorization");
  await mkdir(path, { recursive: true });
  await writeFile(executable, `#!/bin/sh\nexec node "${join(ROOT, "dist", "plugin", "index.js")}" "$@"\n`);
  await chmod(executable, 0o755);
  const project = join(dir, "Pulumi.yaml");
  const plugins = { providers: [{ name: "ibm-en-authorization", path }] };
  const content = parse(await readFile(project, "utf8")) as object;
  if (isListed) await writeFile(project, stringify({ ...content, plugins }));
  return path;
}

/** Starts a stack that uses the built plugin. */
export async function startYamlStack(
  iam: IamEmulator,
  first: YamlProgram,
  env?: NodeJS.ProcessEnv,
): Promise<YamlStack> {
  return withYaml(await startStack(iam, "", env), first);
}

/** Replaces a stack's program by a YAML program that uses the built plugin. */
export async function withYaml(stack: Stack, first: YamlProgram): Promise<YamlStack> {
  const program = async (text: YamlProgram) => {
    await writeFile(join(stack.dir, "Pulumi.yaml"), stringify({ name: "engine", runtime: "yaml", ...text }));
    await usePlugin(stack.dir);
  };
  await program(first);
  return { ...stack, program };
}
