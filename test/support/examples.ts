import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./engine";

/** A folder under `examples/`. */
export interface Example {
  name: string;
  /** Where a user runs `pulumi`. */
  dir: string;
  /** The Pulumi.yaml that counts there. */
  project: string;
  program: string;
}

/** Every example that there is; one without a Pulumi.yaml of its own is the project at the clone's root. */
export const EXAMPLES: readonly Example[] = readdirSync(join(ROOT, "examples"))
  .sort()
  .map((name) => {
    const dir = join(ROOT, "examples", name);
    const own = join(dir, "Pulumi.yaml");
    const project = readFileSync(existsSync(own) ? own : join(ROOT, "Pulumi.yaml"), "utf8");
    return { name, dir, project, program: readFileSync(join(dir, "index.ts"), "utf8") };
  });

/** The names of what an example's project has to be configured with. */
export function configKeys({ project }: Example): string[] {
  const [, config = ""] = project.split(/^config:$/m);
  return [...config.matchAll(/^ {2}(\w+):$/gm)].map(([, key = ""]) => key);
}
