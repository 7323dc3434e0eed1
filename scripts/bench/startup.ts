import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { startIamEmulator } from "../../src/emulator";
import { ROOT } from "../../test/support/engine";
import type { Bound } from "./bounds";
import { EXAMPLE, ROLES } from "./programs";
import { median } from "./statistics";

/** How many processes import the package; each is a pair by itself. */
const PAIRS = 25;

/** What one process tells of its imports. */
interface Imported {
  /** Milliseconds that `@pulumi/pulumi` took, and the package after it. */
  pulumi: number;
  ours: number;
  /** Milliseconds by npm package or file of ours, without what it loads itself. */
  byPackage: Record<string, number>;
  /** How many modules of IBM's SDK are loaded. */
  sdk: number;
}

/** What loading costs, and when IBM's SDK is loaded. */
export interface Startup {
  pulumi: number;
  ours: number;
  spread: [least: number, most: number];
  /** The packages and files that cost most, with their milliseconds: in the program, and in the host once it made a call. */
  program: [name: string, cost: number][];
  host: [name: string, cost: number][];
  /** Modules of IBM's SDK in the program, and in the host before a call. */
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
    if (called.some(({ sdk }) => sdk === 0))
      throw new Error("IBM's SDK should be loaded once a call is made");
    const ours = runs.map((each) => each.ours);
    return {
      pulumi: median(runs.map((each) => each.pulumi)),
      ours: median(ours),
      spread: [Math.min(...ours), Math.max(...ours)],
      program: dearest(runs),
      host: dearest(called),
      sdk: {
        program: Math.max(...runs.map(({ sdk }) => sdk)),
        host: host.sdk,
      },
    };
  } finally {
    await iam.close();
  }
}

export function startupBounds({ ours, spread, sdk }: Startup): Bound[] {
  const [least, most] = spread;
  const note = `median of ${PAIRS} processes, ${least.toFixed(1)} to ${most.toFixed(1)}`;
  const modules = (what: string, measured: number): Bound => ({
    part: "start-up",
    what: `modules of IBM's SDK in ${what}`,
    measured,
    atMost: 0,
    unit: "modules",
  });
  return [
    { part: "start-up", what: "import after @pulumi/pulumi", measured: ours, atMost: 5, unit: "ms", note },
    modules("a program", sdk.program),
    modules("the host, before a call", sdk.host),
  ];
}

export function startupText({ pulumi, ours, program, host }: Startup): string {
  const list = (costs: [name: string, cost: number][]) =>
    costs.map(([name, cost]) => `${name} ${cost.toFixed(1)} ms`).join(", ");
  return [
    `@pulumi/pulumi ${pulumi.toFixed(0)} ms, the package after it ${ours.toFixed(1)} ms`,
    `What costs most in a program: ${list(program)}`,
    `What costs most in the host, once it made a call: ${list(host)}`,
  ].join("\n");
}

function dearest(runs: readonly Imported[]): [name: string, cost: number][] {
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
