import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { IamEmulator } from "../../src/emulator";
import { engineEnv, ROOT } from "../../test/support/engine";
import { watch, type Use } from "./processes";
import { PROGRAMS, ROLES, type Kind } from "./programs";
import { FILE, PROVIDERS } from "./providers";

/** The number of operations that run in parallel. */
export const PARALLEL = 8;

export type Operation = "preview" | "up" | "refresh" | "destroy";

/** The measured cost of one operation. */
export interface Took extends Use {
  /** Milliseconds from the start of the CLI to its end. */
  wall: number;
}

/** A stack of the real engine, with its own backend, home and project. */
export interface BenchStack {
  dir: string;
  /** @throws with the CLI's output when the engine fails */
  run: (operation: Operation, program?: { roles?: readonly string[] }) => Promise<Took>;
  /** Reads the state file. */
  state: () => Promise<string>;
  close: () => Promise<void>;
}

const PROJECT = "en-authorization-basic";
const PROJECT_FILE = `name: ${PROJECT}
runtime:
  name: nodejs
  options:
    typescript: false
main: index.js
`;

/** @param count the number of authorizations that the program declares */
export async function startBenchStack(kind: Kind, count: number, iam: IamEmulator): Promise<BenchStack> {
  await mkdir(join(ROOT, ".work"), { recursive: true });
  // The folder is inside the clone, so that programs can import the package by its name.
  const dir = await mkdtemp(join(ROOT, ".work", "bench-"));
  await mkdir(join(dir, "state"));
  await writeFile(join(dir, "Pulumi.yaml"), PROJECT_FILE);
  await writeFile(join(dir, "index.js"), PROGRAMS[kind]);
  const provider = PROVIDERS[kind];
  if (provider !== undefined) await writeFile(join(dir, FILE), provider);
  const env = await engineEnv(dir, {
    IBMCLOUD_IAM_API_ENDPOINT: iam.url,
    IC_API_KEY: iam.apiKey,
    NO_PROXY: "127.0.0.1,localhost",
    BENCH_N: String(count),
    BENCH_ACCOUNT: iam.accountId,
  });
  const pulumi = async (args: readonly string[], roles: readonly string[] = ROLES) =>
    measured(args, dir, { ...env, BENCH_ROLES: JSON.stringify(roles) });
  await pulumi(["stack", "init", "bench"]);

  return {
    dir,
    run: (operation, { roles } = {}) => {
      const unattended = operation === "preview" ? [] : ["--yes", "--skip-preview"];
      return pulumi([operation, ...unattended, "--parallel", String(PARALLEL)], roles);
    },
    state: () => readFile(join(dir, "state", ".pulumi", "stacks", PROJECT, "bench.json"), "utf8"),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Runs the CLI and measures it. @throws with its output when it fails */
async function measured(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Took> {
  const begun = performance.now();
  const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (data: Buffer) => (output += data.toString());
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const watched = watch(child.pid ?? 0);
  const [code] = (await once(child, "close")) as [number | null];
  const use = watched.stop();
  if (code !== 0)
    throw new Error(`pulumi ${args.join(" ")} ended with ${code ?? "a signal"}\n${output.slice(-4000)}`);
  return { ...use, wall: performance.now() - begun };
}
