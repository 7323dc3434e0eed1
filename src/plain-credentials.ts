import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";

/** What must not be written in the clear, among the properties of credentials; ids of profiles may be. */
const SECRET = /^(api_?key|client_?secret|bearer_?token|.*password)$/i;

type Tree = Record<string, unknown>;

/**
 * The first credential that a stack's settings file holds in the clear under `ibmcloud:credentials`. Pulumi takes the whole
 * object for a secret when one part of it is one, so the file alone tells.
 *
 * @param settings the text of `Pulumi.<stack>.yaml`
 * @returns the path, such as `PARTNER.apikey`; `undefined` where there is none, or the file is none
 */
export function plainCredentialIn(settings: string): string | undefined {
  const credentials = treeIn(treeIn(parsed(settings))["config"])["ibmcloud:credentials"];
  return plainPath(credentials, []);
}

function plainPath(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value !== "object" || value === null) {
    const isSecret = value !== null && value !== undefined && value !== "" && SECRET.test(path.at(-1) ?? "");
    return isSecret ? path.join(".") : undefined;
  }
  for (const [key, each] of Object.entries(value)) {
    // `secure: <ciphertext>` is how Pulumi writes a secret.
    const found = key === "secure" ? undefined : plainPath(each, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function treeIn(value: unknown): Tree {
  return typeof value === "object" && value !== null ? (value as Tree) : {};
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    // Pulumi says so by itself.
    return undefined;
  }
}

/**
 * The settings file of a stack, where Pulumi keeps it: beside `Pulumi.yaml`, or in its `stackConfigDir`.
 *
 * @param from a folder of the project
 * @returns its text; `undefined` where there is none, as for a stack that the Automation API configures
 */
export function stackSettings(stack: string, from: string): string | undefined {
  const project = projectFolder(from);
  if (project === undefined) return undefined;
  const { stackConfigDir } = treeIn(parsed(readFileSync(join(project, "Pulumi.yaml"), "utf8")));
  const folder = resolve(project, typeof stackConfigDir === "string" ? stackConfigDir : ".");
  const file = join(folder, `Pulumi.${stack.split("/").at(-1) ?? stack}.yaml`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function projectFolder(from: string): string | undefined {
  if (existsSync(join(from, "Pulumi.yaml"))) return from;
  const above = dirname(from);
  return above === from ? undefined : projectFolder(above);
}
