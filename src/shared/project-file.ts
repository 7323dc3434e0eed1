import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The possible names of the project file, in the order in which Pulumi looks for them. */
const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** Finds the project file of a folder. As in Pulumi, it is in the folder itself or in the nearest one above that has one. */
export function findProjectFile(folder: string): string | undefined {
  const found = PROJECT_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  const above = dirname(folder);
  return found ?? (above === folder ? undefined : findProjectFile(above));
}
