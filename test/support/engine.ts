import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findEngine } from "../../scripts/engine.mjs";
import type { IamEmulator } from "../../src/emulator";
import { scopeText, type Balance } from "./balance";
import { closing } from "./opened";

export const ROOT = join(__dirname, "..", "..");

/** What the CLI said; `output` is all of it, in the order in which it came. */
export interface Outcome {
  code: number;
  output: string;
}

/** Sees that a command went well. @returns what it said */
export function succeeded({ code, output }: Outcome): string {
  expect(code, output).to.equal(0);
  return output;
}

/** A resource as exported state holds it. */
interface Resource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  /** Whether it was replaced, and is still to be deleted. */
  delete?: boolean;
  /** What went wrong with it after it was made. */
  initErrors?: string[];
}

/** What exported state holds of authorizations. */
interface Held {
  /** Replaced ones too. */
  resources: Resource[];
  /** What an interrupted run had begun. */
  pending: { resource: Resource; type: string }[];
}

/** The CLI at work. */
export interface Running {
  /** What it said, once it has ended. */
  ended: Promise<Outcome>;
  /** Presses Ctrl-C once: the signal goes to the CLI's process group, as a terminal sends it. */
  interrupt: () => void;
  /** `kill -9` of the CLI, until it is gone. What it started lives on, at most until the end of the test. */
  kill: () => Promise<void>;
  /** `kill -9` of the provider's host, until it is gone. */
  killHost: () => Promise<void>;
  /** The most memory that the provider's host had so far, in megabytes. */
  hostMemory: () => number;
  /** Waits until what a killed CLI left behind has nothing more to do, and ends it. */
  endOrphans: () => Promise<void>;
}

/** A stack of the real engine, with a backend, a home and a project of its own. */
export interface Stack {
  dir: string;
  /** Runs the CLI on this stack. */
  pulumi: (...args: string[]) => Promise<Outcome>;
  preview: (...args: string[]) => Promise<Outcome>;
  up: (...args: string[]) => Promise<Outcome>;
  refresh: (...args: string[]) => Promise<Outcome>;
  destroy: (...args: string[]) => Promise<Outcome>;
  /** What a preview plans to do, by resource name. */
  plan: () => Promise<Record<string, string>>;
  /** Replaces the body of the program. */
  program: (body: string) => Promise<void>;
  /** The authorizations in state, by resource name. */
  authorizations: () => Promise<Record<string, Resource>>;
  /** What the state holds of authorizations, whatever became of them. */
  held: () => Promise<Held>;
  /** Starts the CLI, and does not wait for it. */
  start: (...args: string[]) => Running;
  /** The same stack, with more of the environment. */
  having: (env: NodeJS.ProcessEnv) => Stack;
  close: () => Promise<void>;
}

/** What every program begins with. */
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

/** The folder of the real CLI. @throws when there is none */
async function engineFolder(): Promise<string> {
  engine ??= Promise.resolve(process.env["PULUMI_ENGINE"] ?? findEngine());
  const folder = await engine;
  if (folder === undefined) throw new Error("There is no Pulumi CLI: npm test gets one");
  return folder;
}

/** An environment in which the CLI reaches nothing of the user's. */
export async function engineEnv(dir: string, more: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(PULUMI|IBMCLOUD|IC|IBM|IAM|NODE_V8_COVERAGE)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    PATH: `${await engineFolder()}${delimiter}${process.env["PATH"] ?? ""}`,
    PULUMI_HOME: join(dir, "home"),
    // Without the attributes beside the state: a killed CLI can leave them empty, and then nothing reads the state any more.
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

/** Where Linux shows processes. */
const PROCESSES = "/proc";

/** A process as Linux shows it; `undefined` when it has ended. */
function processOf(pid: number): Process | undefined {
  try {
    const commandLine = readFileSync(join(PROCESSES, String(pid), "cmdline"), "utf8").replaceAll("\0", " ");
    // After the name, which may hold anything: state, parent.
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

/** What a process started, and what that started. */
function descendants(pid: number): Process[] {
  const all = readdirSync(PROCESSES).flatMap((name) =>
    /^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : [],
  );
  const below = (parent: number): Process[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid);
}

/** The most memory that a process had, in megabytes. */
function peakOf({ pid }: Process): number {
  const status = readFileSync(join(PROCESSES, String(pid), "status"), "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** How much of the processor a process has used; `undefined` when it has ended. */
function workOf(pid: number): number | undefined {
  if (!processOf(pid)) return undefined;
  const [utime, stime] = statOf(pid).slice(11, 13);
  return Number(utime) + Number(stime);
}

/** Waits until a process has ended, or has done nothing for a second. @throws when it never rests */
async function quiet({ pid }: Process): Promise<void> {
  let before: number | undefined;
  for (let seconds = 0; seconds < 60; seconds += 1) {
    const now = workOf(pid);
    if (now === undefined || now === before) return;
    before = now;
    await pause(1_000);
  }
  throw new Error("What a killed CLI left behind never rests");
}

/** `kill -9`, unless the process has ended, and its id is perhaps another's. */
function end({ pid, commandLine }: Process): void {
  if (processOf(pid)?.commandLine === commandLine) process.kill(pid, "SIGKILL");
}

function isHost({ commandLine }: Process): boolean {
  return commandLine.includes("cmd/dynamic-provider/index.js");
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
      if (hosts.length === 0) throw new Error("There is no provider host to kill");
      hosts.forEach(end);
      await until(() => hosts.every((each) => processOf(each.pid) === undefined));
    },
  };
}

/** Runs a command, and keeps what it says. */
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
 * Makes a stack of the real engine whose calls go to an emulator.
 *
 * @param body the program, after its imports of `pulumi` and `EnAuthorization`
 * @param env more of the environment; by default it holds the emulator's API key
 */
export async function startStack(
  iam: IamEmulator,
  body: string,
  env: NodeJS.ProcessEnv = { IC_API_KEY: iam.apiKey },
): Promise<Stack> {
  await mkdir(join(ROOT, ".work"), { recursive: true });
  // Inside the clone, so that programs find the package by its own name.
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
            // A process group of its own, as in a terminal.
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

function isAuthorization({ type }: Resource): boolean {
  return type === "pulumi-nodejs:dynamic/ibm:EnAuthorization";
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Compares what IAM holds with what a state holds. */
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

/** Does things side by side, and waits for all of them, also where one fails. */
export async function together(...works: Promise<unknown>[]): Promise<void> {
  for (const done of await Promise.allSettled(works)) if (done.status === "rejected") throw done.reason;
}

/** Waits until something is so. @throws when it never is */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 2_000) throw new Error("It never came to that");
    await pause(20);
  }
}

/** A line of a program that declares an authorization. */
export function declares(name: string, args: object, options?: string): string {
  const more = options === undefined ? "" : `, ${options}`;
  return `exports[${JSON.stringify(name)}] = new EnAuthorization(${JSON.stringify(name)}, ${JSON.stringify(args)}${more}).id;\n`;
}
