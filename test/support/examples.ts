import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./engine";

/** A recipe: a folder under `examples/` with a program. */
export interface Example {
  name: string;
  /** The folder in which a user runs `pulumi`. */
  dir: string;
  /** The text of the Pulumi.yaml that applies in this folder. */
  project: string;
  program: string;
}

/** The examples of the packaged provider, in other languages. `test/engine/languages.test.ts` runs them. */
const OTHER_LANGUAGES = ["go", "python", "yaml"];

const FOLDERS = readdirSync(join(ROOT, "examples"))
  .filter((name) => !OTHER_LANGUAGES.includes(name))
  .sort();

function isProject(name: string): boolean {
  return existsSync(join(ROOT, "examples", name, "package.json"));
}

/** The recipes. One without its own Pulumi.yaml uses the Pulumi.yaml at the repository's root. */
export const EXAMPLES: readonly Example[] = FOLDERS.filter((name) => !isProject(name)).map((name) => {
  const dir = join(ROOT, "examples", name);
  const own = join(dir, "Pulumi.yaml");
  const project = readFileSync(existsSync(own) ? own : join(ROOT, "Pulumi.yaml"), "utf8");
  return { name, dir, project, program: readFileSync(join(dir, "index.ts"), "utf8") };
});

/** The names of the folders that hold whole projects with tests, for users to copy. */
export const TEST_PROJECTS: readonly string[] = FOLDERS.filter(
  (name) => isProject(name) && name !== "policy-pack",
);

/** Returns the configuration keys that an example's project declares. */
export function configKeys({ project }: Example): string[] {
  const [, config = ""] = project.split(/^config:$/m);
  return [...config.matchAll(/^ {2}(\w+):$/gm)].map(([, key = ""]) => key);
}
