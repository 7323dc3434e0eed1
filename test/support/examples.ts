import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./engine";

/** A folder under `examples/`. */
export interface Example {
  name: string;
  /** The folder in which a user runs `pulumi`. */
  dir: string;
  /** The text of the Pulumi.yaml that applies in this folder. */
  project: string;
  program: string;
}

/** All examples. One without its own Pulumi.yaml uses the Pulumi.yaml at the repository's root. */
export const EXAMPLES: readonly Example[] = readdirSync(join(ROOT, "examples"))
  .sort()
  .map((name) => {
    const dir = join(ROOT, "examples", name);
    const own = join(dir, "Pulumi.yaml");
    const project = readFileSync(existsSync(own) ? own : join(ROOT, "Pulumi.yaml"), "utf8");
    return { name, dir, project, program: readFileSync(join(dir, "index.ts"), "utf8") };
  });

/** Returns the configuration keys that an example's project declares. */
export function configKeys({ project }: Example): string[] {
  const [, config = ""] = project.split(/^config:$/m);
  return [...config.matchAll(/^ {2}(\w+):$/gm)].map(([, key = ""]) => key);
}
