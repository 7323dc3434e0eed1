import { readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { parse } from "yaml";
import { findProjectFile } from "./shared/project-file";

/** The properties of credentials that must be secret. Others, such as a profile's id, may be in plain text. */
const SECRET = /^(api[_-]?key|client[_-]?secret|bearer[_-]?token|.*password)$/i;

type Path = readonly (string | number)[];
type Tree = Record<string, unknown>;

/**
 * Finds the first credential that a stack's settings file contains in plain text under `ibmcloud:credentials`. If any part of
 * that value is a secret, Pulumi reports the whole value as a secret, so only the file shows which parts are secret.
 *
 * @param settings the text of `Pulumi.<stack>.yaml`
 * @returns the path to give to `pulumi config set --path`; undefined if there is none, or if the text is not YAML
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

/** Checks for a secret as Pulumi writes it: an object with the property `secure: <ciphertext>` and no other. */
function isSecure(value: unknown): boolean {
  const entries = Object.entries(treeIn(value));
  return entries.length === 1 && entries[0]?.[0] === "secure" && typeof entries[0][1] === "string";
}

/**
 * Returns true if the value is a credential: it is in a secret property, or it stands where an object of properties is
 * expected.
 */
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
    // Pulumi supports merge keys, so they are read here too.
    return parse(text, { merge: true, logLevel: "silent" });
  } catch {
    // Pulumi itself reports invalid YAML.
    return undefined;
  }
}

/**
 * Reads the settings file of a stack. It is next to the project file, or in the folder that the project file sets as
 * `stackConfigDir`.
 *
 * @param stack the stack's name
 * @param project the project's name; the files of other projects are ignored
 * @param from the project's folder, or a folder in it
 * @returns the file's text; undefined if no file can be read, for example if the Automation API configures the stack
 */
export function stackSettings(stack: string, project: string, from: string): string | undefined {
  const file = findProjectFile(from);
  const { name, stackConfigDir, config } = treeIn(parsed((file && textOf(file)) ?? ""));
  if (file === undefined || String(name) !== project) return undefined;
  // The old name of `stackConfigDir` is `config`. If `config` is not a string, it has another meaning.
  const folder = [stackConfigDir, config].find((each) => typeof each === "string") ?? ".";
  return textOf(join(dirname(file), folder, `Pulumi.${stack.replaceAll("/", "-")}${extname(file)}`));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
