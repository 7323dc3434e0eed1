import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { startIamEmulator } from "../../src/emulator";
import { ROOT } from "../../test/support/engine";
import type { Bound } from "./bounds";
import { EXAMPLE, ROLES } from "./programs";
import { median } from "./statistics";

/** The number of processes that import the package. Each one imports `@pulumi/pulumi` too, so each one measures a pair. */
const PAIRS = 15;

/** The limit, in percent. About 0.2 was measured. */
const AT_MOST = 2;

/** The imports of one process. */
interface Imported {
  /** Milliseconds to import `@pulumi/pulumi`. */
  pulumi: number;
  /** Milliseconds to import this package afterwards. */
  ours: number;
  /** Milliseconds by npm package or file of this package, without nested imports. */
  byPackage: Record<string, number>;
  /** The number of loaded modules of IBM's clients. */
  sdk: number;
}

/** The cost of loading this package. */
export interface Startup {
  pulumi: number;
  ours: number;
  /** The median of each process's `ours / pulumi`. */
  ratio: number;
  /** The packages and files that take longest, with milliseconds: in a program, and in a host that made a call. */
  program: [name: string, cost: number][];
  host: [name: string, cost: number][];
  /** The modules of IBM's clients in a program, and in a host that has made no call. */
  sdk: { program: number; host: number };
}

export async function measureStartup(): Promise<Startup> {
  const iam = await startIamEmulator();
  try {
    const config = { "ibmcloud:iamEndpoint": iam.url, "ibmcloud:apiKey": iam.apiKey };
    const runs: Imported[] = [];
    for (let at = 0; at < PAIRS; at += 1) runs.push(await child("program"));
    const host = await child("host");
    const called: Imported[] = [];
    for (let at = 0; at < PAIRS / 5; at += 1) called.push(await child("call", config));
    if (called.some(({ sdk }) => sdk === 0)) throw new Error("A call should load IBM's clients");
    return {
      pulumi: median(runs.map(({ pulumi }) => pulumi)),
      ours: median(runs.map(({ ours }) => ours)),
      ratio: median(runs.map(({ ours, pulumi }) => ours / pulumi)),
      program: slowest(runs),
      host: slowest(called),
      sdk: {
        program: Math.max(...runs.map(({ sdk }) => sdk)),
        host: host.sdk,
      },
    };
  } finally {
    await iam.close();
  }
}

export function startupBounds({ ratio, sdk }: Startup): Bound[] {
  const part = "start-up";
  const modules = (where: string, measured: number): Bound => {
    return { part, what: `modules of IBM's clients in ${where}`, measured, atMost: 0, unit: "modules" };
  };
  const what = "import time, relative to @pulumi/pulumi's";
  return [
    { part, what, measured: 100 * ratio, atMost: AT_MOST, unit: "%", note: `median of ${PAIRS} processes` },
    modules("a program", sdk.program),
    modules("the host, before a call", sdk.host),
  ];
}

export function startupText({ pulumi, ours, program, host }: Startup): string {
  const list = (costs: [name: string, cost: number][]) =>
    costs.map(([name, cost]) => `${name} ${cost.toFixed(1)} ms`).join(", ");
  return [
    `@pulumi/pulumi takes ${pulumi.toFixed(0)} ms, this package ${ours.toFixed(1)} ms more`,
    `Slowest in a program: ${list(program)}`,
    `Slowest in a host that made a call: ${list(host)}`,
  ].join("\n");
}

function slowest(runs: readonly Imported[]): [name: string, cost: number][] {
  const names = [...new Set(runs.flatMap(({ byPackage }) => Object.keys(byPackage)))];
  return names
    .map((name): [string, number] => [name, median(runs.map(({ byPackage }) => byPackage[name] ?? 0))])
    .sort(([, one], [, other]) => other - one)
    .slice(0, 5);
}

async function child(
  mode: "program" | "host" | "call",
  config: Record<string, string> = {},
): Promise<Imported> {
  const inputs = JSON.stringify({ ...EXAMPLE, roles: ROLES });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(__dirname, "imported.mjs"), mode, inputs, JSON.stringify(config)],
    { cwd: ROOT, env: { PATH: process.env["PATH"] } },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Imported;
}
