import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { parse } from "yaml";

/** What must not be written in the clear, among the properties of credentials; ids of profiles may be. */
const SECRET = /^(api[_-]?key|client[_-]?secret|bearer[_-]?token|.*password)$/i;

/** The names of a project's file, in the order in which Pulumi looks for them. */
const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

type Path = readonly (string | number)[];
type Tree = Record<string, unknown>;

/**
 * The first credential that a stack's settings file holds in the clear under `ibmcloud:credentials`. Pulumi takes the whole
 * object for a secret when one part of it is one, so only the file shows which parts are.
 *
 * @param settings the text of `Pulumi.<stack>.yaml`
 * @returns the path as `pulumi config set --path` takes it; `undefined` where there is none, or the text is no YAML
 */
export function plainCredentialIn(settings: string): string | undefined {
  const found = plainPath(treeIn(treeIn(parsed(settings))["config"])["ibmcloud:credentials"], []);
  return found && `ibmcloud:credentials${found.map(spell).join("")}`;
}

function plainPath(value: unknown, path: Path): Path | undefined {
  if (isSecure(value)) return undefined;
  if (typeof value !== "object" || value === null) return isCredential(value, path) ? path : undefined;
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [key, each] of entries) {
    const found = plainPath(each, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How Pulumi writes a secret: `secure: <ciphertext>` and nothing else. */
function isSecure(value: unknown): boolean {
  const entries = Object.entries(treeIn(value));
  return entries.length === 1 && entries[0]?.[0] === "secure" && typeof entries[0][1] === "string";
}

/** Whether a value has the name of a credential, is part of one, or stands where an object of credentials must. */
function isCredential(value: unknown, [, ...properties]: Path): boolean {
  if (value === null || value === undefined || value === "") return false;
  return properties.length === 0 || properties.some((key) => SECRET.test(String(key)));
}

function spell(key: string | number): string {
  return /^[A-Za-z_][\w-]*$/.test(String(key)) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function treeIn(value: unknown): Tree {
  return typeof value === "object" && value !== null ? (value as Tree) : {};
}

function parsed(text: string): unknown {
  try {
    // As Pulumi reads it: with merge keys.
    return parse(text, { merge: true, logLevel: "silent" });
  } catch {
    // Pulumi reports it.
    return undefined;
  }
}

/**
 * The settings file of a stack, where Pulumi keeps it: beside the project's file, or in its `stackConfigDir`.
 *
 * @param project the project's name: another project's file is ignored
 * @param from a folder of the project
 * @returns its text; `undefined` if it can't be found or read, as for a stack that the Automation API configures
 */
export function stackSettings(stack: string, project: string, from: string): string | undefined {
  const file = projectFile(from);
  const { name, stackConfigDir, config } = treeIn(parsed((file && textOf(file)) ?? ""));
  if (file === undefined || String(name) !== project) return undefined;
  // A `config` that is a text is the older name of `stackConfigDir`.
  const folder = [stackConfigDir, config].find((each) => typeof each === "string") ?? ".";
  return textOf(join(dirname(file), folder, `Pulumi.${stack.replaceAll("/", "-")}${extname(file)}`));
}

function projectFile(from: string): string | undefined {
  const found = PROJECT_FILES.map((name) => join(from, name)).find((path) => existsSync(path));
  const above = dirname(from);
  return found ?? (above === from ? undefined : projectFile(above));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
