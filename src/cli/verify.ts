import { spawnSync } from "node:child_process";
import { messageOf } from "../shared/coded-error";
import { counted } from "../shared/text";

/**
 * Runs the preview of a generated program in the current folder.
 *
 * @throws if it would change one of these authorizations
 */
export function verifyProgram(ids: readonly string[], stack: string | undefined): string {
  const printed = pulumi("preview", ...selected(stack));
  const changed = ids.filter((id) => !isTakenOver(id, printed));
  if (changed.length > 0)
    throw new Error(`pulumi preview does not take over ${changed.join(", ")} without a change:\n${printed}`);
  return `Verified: pulumi preview takes over ${counted(ids.length, "authorization")} and changes none`;
}

/**
 * Runs the preview of an import in the current folder. Pulumi itself refuses an import that would change a resource.
 *
 * @param names the names of the resources
 * @throws if it would not import all of these resources
 */
export function verifyImport(file: string, names: readonly string[], stack: string | undefined): string {
  const printed = pulumi("import", "--file", file, "--preview-only", ...selected(stack));
  const missing = names.filter((name) => !printed.includes(` ${name} import`));
  if (missing.length > 0) throw new Error(`pulumi import does not import ${missing.join(", ")}:\n${printed}`);
  return `Verified: pulumi import imports ${counted(names.length, "authorization")} and changes none`;
}

function selected(stack: string | undefined): string[] {
  return stack === undefined ? [] : ["--stack", stack];
}

/** @throws if the command fails, with its output, which has the reason */
function pulumi(...args: string[]): string {
  const command = `pulumi ${args[0] ?? ""}`;
  const { status, stdout, stderr, error } = spawnSync(
    "pulumi",
    [...args, "--non-interactive", "--color", "never"],
    { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  if (error) throw new Error(`${command} could not be started: ${messageOf(error)}`);
  if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Returns true if the preview has the note for an adoption without a change, which `provider/check/existing.ts` writes. */
function isTakenOver(id: string, preview: string): boolean {
  return preview
    .split("\n")
    .some(
      (line) => line.includes(`takes over ${id} `) && line.endsWith("roles unchanged; description unchanged"),
    );
}
