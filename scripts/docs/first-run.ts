import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator } from "../../src/emulator";
import { emulatedStack } from "../emulated-stack";

const ROOT = join(__dirname, "..", "..");

/** A command and its output, with ANSI colors. */
export interface Recorded {
  command: string;
  lines: string[];
}

/** Returns the first TypeScript program of README.md. */
async function readmeExample(): Promise<string> {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, program] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
  if (program === undefined) throw new Error("README.md has no TypeScript example");
  return program;
}

/**
 * Runs the example of README.md on the real Pulumi engine, against an emulator, in a project named `events`.
 *
 * @returns a plain preview, a detailed one and an `up`; ids, times and the emulator's port are always the same
 */
export async function recordFirstRun(): Promise<Recorded[]> {
  const folder = join(ROOT, ".work", `first-run-${process.pid}`);
  const iam = await startIamEmulator();
  try {
    await mkdir(join(folder, "node_modules"), { recursive: true });
    await symlink(ROOT, join(folder, "node_modules", "pulumi-ibm-en-authorization"), "dir");
    await writeFile(join(folder, "package.json"), '{ "private": true }\n');
    await writeFile(join(folder, "Pulumi.yaml"), "name: events\nruntime: nodejs\n");
    await writeFile(join(folder, "index.ts"), await readmeExample());
    const { pulumi } = await emulatedStack(iam, folder, "dev", { color: true });
    const recorded: Recorded[] = [];
    for (const args of [["preview"], ["preview", "--diff"], ["up"]]) {
      recorded.push({ command: `pulumi ${args.join(" ")}`, lines: (await pulumi(args)).map(constant) });
    }
    return recorded;
  } finally {
    await iam.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Replaces everything that differs between two runs of the same program. */
function constant(line: string): string {
  return line
    .replace(/\(\d+(\.\d+)?s\)/g, "(0.1s)")
    .replace(/(Duration:\S* +)[\dhms]+/, "$12s")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:8080")
    .trimEnd();
}
