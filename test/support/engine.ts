import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findEngine } from "../../scripts/engine.mjs";
import type { IamEmulator } from "../../src/emulator";
import { scopeText, type Balance } from "./balance";
import { closing } from "./opened";

export const ROOT = join(__dirname, "..", "..");

/** The CLI's exit code and its output, stdout and stderr in order. */
export interface Outcome {
  code: number;
  output: string;
}

/** Asserts that a command succeeded. @returns its output */
export function succeeded({ code, output }: Outcome): string {
  expect(code, output).to.equal(0);
  return output;
}

/** A resource in exported state. */
interface Resource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  /** True if it was replaced and must still be deleted. */
  delete?: boolean;
  /** Errors after its creation; the resource is incomplete. */
  initErrors?: string[];
}

/** The authorizations in exported state. */
interface Held {
  /** Includes replaced resources that must still be deleted. */
  resources: Resource[];
  /** Operations that an interrupted run began. */
  pending: { resource: Resource; type: string }[];
}

/** A running CLI. */
export interface Running {
  /** Resolves when the CLI has ended. */
  ended: Promise<Outcome>;
  /** Sends SIGINT to the CLI's process group, as Ctrl-C in a terminal does. */
  interrupt: () => void;
  /** Kills the CLI with SIGKILL and waits for its end. Its child processes survive, at most until the end of the test. */
  kill: () => Promise<void>;
  /** Kills the provider's host with SIGKILL and waits for its end. */
  killHost: () => Promise<void>;
  /** The peak memory of the provider's host so far, in megabytes. */
  hostMemory: () => number;
  /** Waits until the processes that a killed CLI left are idle, then kills them. */
  endOrphans: () => Promise<void>;
}

/** A stack on the real engine with its own backend, home and project. */
export interface Stack {
  dir: string;
  /** Runs the CLI on this stack. */
  pulumi: (...args: string[]) => Promise<Outcome>;
  preview: (...args: string[]) => Promise<Outcome>;
  up: (...args: string[]) => Promise<Outcome>;
  refresh: (...args: string[]) => Promise<Outcome>;
  destroy: (...args: string[]) => Promise<Outcome>;
  /** The operations that a preview plans, by resource name. */
  plan: () => Promise<Record<string, string>>;
  /** Replaces the body of the program. */
  program: (body: string) => Promise<void>;
  /** The authorizations in state, by resource name. */
  authorizations: () => Promise<Record<string, Resource>>;
  /** All authorizations in state, including replaced and pending ones. */
  held: () => Promise<Held>;
  /** Starts the CLI without waiting for its end. */
  start: (...args: string[]) => Running;
  /** The same stack with additional environment variables. */
  having: (env: NodeJS.ProcessEnv) => Stack;
  close: () => Promise<void>;
}

/** The first lines of every program. */
const HEAD = `const pulumi = require("@pulumi/pulumi");
const { EnAuthorization } = require("pulumi-ibm-en-authorization");
`;

const PROJECT = `name: engine
runtime:
  name: nodejs
  options:
    typescript: false
main: index.js
`;

let engine: Promise<string | undefined> | undefined;

/** Returns the folder of the real CLI. @throws if none is installed */
async function engineFolder(): Promise<string> {
  engine ??= Promise.resolve(process.env["PULUMI_ENGINE"] ?? findEngine());
  const folder = await engine;
  if (folder === undefined) throw new Error("No Pulumi CLI was found: run npm test, which installs one");
  return folder;
}

/** Returns an environment that isolates the CLI from the user's settings and credentials. */
export async function engineEnv(dir: string, more: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(PULUMI|IBMCLOUD|IC|IBM|IAM|NODE_V8_COVERAGE)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    PATH: `${await engineFolder()}${delimiter}${process.env["PATH"] ?? ""}`,
    PULUMI_HOME: join(dir, "home"),
    // A killed CLI can leave the metadata file empty, and then the state can no longer be read.
    PULUMI_BACKEND_URL: `file://${join(dir, "state")}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...more,
  };
}

interface Process {
  pid: number;
  parent: number;
  commandLine: string;
}

/** Linux lists processes here. */
const PROCESSES = "/proc";

/** Reads a process from `/proc`; undefined if it has ended. */
function processOf(pid: number): Process | undefined {
  try {
    const commandLine = readFileSync(join(PROCESSES, String(pid), "cmdline"), "utf8").replaceAll("\0", " ");
    // The fields after the process name are state and parent.
    const [, parent] = statOf(pid);
    return { pid, parent: Number(parent), commandLine };
  } catch {
    return undefined;
  }
}

function statOf(pid: number): string[] {
  return (
    readFileSync(join(PROCESSES, String(pid), "stat"), "utf8")
      .split(") ")
      .at(-1)
      ?.split(" ") ?? []
  );
}

/** Returns all descendants of a process. */
function descendants(pid: number): Process[] {
  const all = readdirSync(PROCESSES).flatMap((name) =>
    /^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : [],
  );
  const below = (parent: number): Process[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid);
}

/** Returns a process's peak memory in megabytes. */
function peakOf({ pid }: Process): number {
  const file = join(PROCESSES, String(pid), "status");
  // A process that has just ended has no memory, and soon no file.
  const status = existsSync(file) ? readFileSync(file, "utf8") : "";
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Returns the processor ticks that a process has used; undefined if it has ended. */
function workOf(pid: number): number | undefined {
  if (!processOf(pid)) return undefined;
  const [utime, stime] = statOf(pid).slice(11, 13);
  return Number(utime) + Number(stime);
}

/** Waits until a process has ended or was idle for a second. @throws after a minute */
async function quiet({ pid }: Process): Promise<void> {
  let before: number | undefined;
  for (let seconds = 0; seconds < 60; seconds += 1) {
    const now = workOf(pid);
    if (now === undefined || now === before) return;
    before = now;
    await pause(1_000);
  }
  throw new Error("A process that the killed CLI left is busy after a minute");
}

/** Kills a process with SIGKILL, unless it has ended and another process may have its id. */
function end({ pid, commandLine }: Process): void {
  if (processOf(pid)?.commandLine === commandLine) process.kill(pid, "SIGKILL");
}

function isHost({ commandLine }: Process): boolean {
  return ["cmd/dynamic-provider/index.js", "dist/plugin/index.js"].some((each) => commandLine.includes(each));
}

function running(child: ChildProcess): Running {
  const pid = child.pid ?? 0;
  const ended = outcomeOf(child);
  let family: Process[] = [];
  const seen = () =>
    (family = child.exitCode === null && child.signalCode === null ? descendants(pid) : family);
  const endOrphans = async () => {
    for (const each of family.filter(isHost)) await quiet(each);
    family.forEach(end);
  };
  closing({
    close: async () => {
      seen();
      child.kill("SIGKILL");
      await ended;
      family.forEach(end);
    },
  });
  return {
    ended,
    endOrphans,
    interrupt: () => process.kill(-pid, "SIGINT"),
    kill: async () => {
      seen();
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
    hostMemory: () => Math.max(...seen().filter(isHost).map(peakOf)),
    killHost: async () => {
      const hosts = seen().filter(isHost);
      if (hosts.length === 0) throw new Error("No provider host is running");
      hosts.forEach(end);
      await until(() => hosts.every((each) => processOf(each.pid) === undefined));
    },
  };
}

/** Runs a command and collects its output. */
export async function command(
  name: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Outcome> {
  return outcomeOf(spawn(name, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let output = "";
  const keep = (data: Buffer) => (output += data.toString());
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Creates a stack on the real engine whose IAM is an emulator.
 *
 * @param body the program after its imports of `pulumi` and `EnAuthorization`
 * @param env additional environment variables; by default the emulator's API key
 */
export async function startStack(
  iam: IamEmulator,
  body: string,
  env: NodeJS.ProcessEnv = { IC_API_KEY: iam.apiKey },
): Promise<Stack> {
  await mkdir(join(ROOT, ".work"), { recursive: true });
  // Inside the repository, so that programs can import the package by its name.
  const dir = await mkdtemp(join(ROOT, ".work", "engine-"));
  const close = () => rm(dir, { recursive: true, force: true });
  closing({ close });
  await mkdir(join(dir, "state"));
  await writeFile(join(dir, "Pulumi.yaml"), PROJECT);
  const environment = await engineEnv(dir, { IBMCLOUD_IAM_API_ENDPOINT: iam.url, ...env });

  const program = (text: string) => writeFile(join(dir, "index.js"), HEAD + text);
  const unattended = ["--yes", "--skip-preview"];
  const plain = ["--non-interactive", "--color", "never"];

  function stackIn(env: NodeJS.ProcessEnv): Stack {
    const pulumi = (...args: string[]) => command("pulumi", [...args, ...plain], dir, env);

    async function exported(): Promise<Held> {
      const file = join(dir, "export.json");
      const { code, output } = await pulumi("stack", "export", "--file", file);
      if (code !== 0) throw new Error(output);
      const { deployment } = JSON.parse(await readFile(file, "utf8")) as {
        deployment: { resources?: Resource[]; pending_operations?: Held["pending"] };
      };
      return {
        resources: deployment.resources?.filter(isAuthorization) ?? [],
        pending: deployment.pending_operations?.filter(({ resource }) => isAuthorization(resource)) ?? [],
      };
    }

    return {
      dir,
      pulumi,
      program,
      close,
      preview: (...args) => pulumi("preview", ...args),
      up: (...args) => pulumi("up", ...unattended, ...args),
      refresh: (...args) => pulumi("refresh", ...unattended, ...args),
      destroy: (...args) => pulumi("destroy", ...unattended, ...args),
      plan: async () => {
        const { code, output } = await pulumi("preview", "--json");
        if (code !== 0) throw new Error(output);
        const { steps } = JSON.parse(output) as { steps: { op: string; urn: string }[] };
        return Object.fromEntries(steps.map(({ op, urn }) => [nameOf(urn), op]));
      },
      authorizations: async () => {
        const { resources } = await exported();
        return Object.fromEntries(resources.map((each) => [nameOf(each.urn), each]));
      },
      held: exported,
      start: (...args) =>
        running(
          spawn("pulumi", [...args, ...plain], {
            cwd: dir,
            env,
            stdio: ["ignore", "pipe", "pipe"],
            // Creates a process group, as a terminal does.
            detached: true,
          }),
        ),
      having: (more) => stackIn({ ...env, ...more }),
    };
  }

  await program(body);
  const stack = stackIn(environment);
  const made = await stack.pulumi("stack", "init", "test");
  if (made.code !== 0) throw new Error(made.output);
  return stack;
}

/** The types of the dynamic resource and of the packaged provider's. */
const TYPES = ["pulumi-nodejs:dynamic/ibm:EnAuthorization", "ibm-en-authorization:index:EnAuthorization"];

function isAuthorization({ type }: Resource): boolean {
  return TYPES.includes(type);
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Compares the policies in IAM with the authorizations in state. */
export function balance(iam: IamEmulator, { resources }: Held): Balance {
  const held = iam.policies().map(({ id }) => id);
  const inState = resources.map(({ id = "" }) => id);
  const said = iam.policies().map((each) => scopeText(each) + JSON.stringify(each.control));
  return {
    lost: [
      ...inState.filter((id) => !held.includes(id)).map((id) => `${id} is in state and not in IAM`),
      ...held.filter((id) => !inState.includes(id)).map((id) => `${id} is in IAM and not in state`),
    ],
    doubled: [...said, ...inState].filter((each, at, all) => all.indexOf(each) < at),
  };
}

/** Waits for all works, even if one fails. @throws the first error */
export async function together(...works: Promise<unknown>[]): Promise<void> {
  for (const done of await Promise.allSettled(works)) if (done.status === "rejected") throw done.reason;
}

/** Waits until a condition holds. @throws after 40 seconds */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 2_000) throw new Error("The condition never became true");
    await pause(20);
  }
}

/** Returns a line of a program that declares an authorization. */
export function declares(name: string, args: object, options?: string): string {
  const more = options === undefined ? "" : `, ${options}`;
  return `exports[${JSON.stringify(name)}] = new EnAuthorization(${JSON.stringify(name)}, ${JSON.stringify(args)}${more}).id;\n`;
}
