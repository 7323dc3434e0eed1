import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { findEngine } from "../../scripts/engine.mjs";
import type { IamEmulator } from "../../src/emulator";
import { closing } from "./opened";

export const ROOT = join(__dirname, "..", "..");

/** What the CLI said; `output` is all of it, in the order in which it came. */
export interface Outcome {
  code: number;
  output: string;
}

/** A resource as exported state holds it. */
export interface Resource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
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
export async function engineFolder(): Promise<string> {
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
    PULUMI_BACKEND_URL: `file://${join(dir, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...more,
  };
}

/** Runs a command, and keeps what it says. */
export async function command(
  name: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Outcome> {
  const child = spawn(name, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (data: Buffer) => (output += data.toString());
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
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

  const pulumi = (...args: string[]) =>
    command("pulumi", [...args, "--non-interactive", "--color", "never"], dir, environment);
  const program = (text: string) => writeFile(join(dir, "index.js"), HEAD + text);
  const unattended = ["--yes", "--skip-preview"];

  async function resources(): Promise<Resource[]> {
    const file = join(dir, "export.json");
    const { code, output } = await pulumi("stack", "export", "--file", file);
    if (code !== 0) throw new Error(output);
    const { deployment } = JSON.parse(await readFile(file, "utf8")) as {
      deployment: { resources?: Resource[] };
    };
    return deployment.resources ?? [];
  }

  await program(body);
  const made = await pulumi("stack", "init", "test");
  if (made.code !== 0) throw new Error(made.output);

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
      const found = (await resources()).filter(
        ({ type }) => type === "pulumi-nodejs:dynamic/ibm:EnAuthorization",
      );
      return Object.fromEntries(found.map((each) => [nameOf(each.urn), each]));
    },
  };
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** A line of a program that declares an authorization. */
export function declares(name: string, args: object, options?: string): string {
  const more = options === undefined ? "" : `, ${options}`;
  return `exports[${JSON.stringify(name)}] = new EnAuthorization(${JSON.stringify(name)}, ${JSON.stringify(args)}${more}).id;\n`;
}
