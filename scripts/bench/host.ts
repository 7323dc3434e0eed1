import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator } from "../../src/emulator";
import { ROOT } from "../../test/support/engine";
import type { Bound } from "./bounds";
import { EXAMPLE, ROLES } from "./programs";
import { FILE, PROVIDERS } from "./providers";
import { median, rangeNote } from "./statistics";

const PAIRS = 11;

/** The limit of the ratio to the thin provider. 1.2 to 1.4 was measured, also on a busy machine. */
const AT_MOST = 1.75;

const RUNNERS = ["ours", "thin", "floor"] as const;
type Runner = (typeof RUNNERS)[number];

/** One process: its processor time in milliseconds, and the calls that it made. */
interface Run {
  cpu: number;
  calls: number;
}

type Pair = Record<Runner, Run>;

/**
 * Measures a process that loads a provider, then checks, creates and reads one authorization. Processor time depends less on
 * the machine's load than elapsed time.
 */
export async function measureHost(): Promise<Pair[]> {
  await mkdir(join(ROOT, ".work"), { recursive: true });
  // The folder is inside the clone, so that the providers find IBM's SDK.
  const dir = await mkdtemp(join(ROOT, ".work", "bench-host-"));
  const modules: Record<Runner, string> = {
    ours: "pulumi-ibm-en-authorization/provider",
    thin: join(dir, `thin-${FILE}`),
    floor: join(dir, `floor-${FILE}`),
  };
  const iam = await startIamEmulator();
  const env = {
    PATH: process.env["PATH"],
    IC_API_KEY: iam.apiKey,
    IBMCLOUD_IAM_API_ENDPOINT: iam.url,
    NO_PROXY: "127.0.0.1,localhost",
    BENCH_ACCOUNT: iam.accountId,
  };
  const measure = async (runner: Runner, at: number): Promise<Run> => {
    const before = iam.calls().length;
    const target = { ...EXAMPLE.target, resource: `${runner}-${at}` };
    const cpu = await cpuOf(modules[runner], { ...EXAMPLE, target, roles: ROLES }, env);
    return { cpu, calls: iam.calls().length - before };
  };
  try {
    await writeFile(modules.thin, PROVIDERS.thin ?? "");
    await writeFile(modules.floor, PROVIDERS.floor ?? "");
    const pairs: Pair[] = [];
    for (let at = 0; at < PAIRS; at += 1) {
      const pair: Partial<Pair> = {};
      // Each runner comes first in turn.
      const first = at % RUNNERS.length;
      for (const runner of [...RUNNERS.slice(first), ...RUNNERS.slice(0, first)])
        pair[runner] = await measure(runner, at);
      pairs.push(pair as Pair);
    }
    return pairs;
  } finally {
    await iam.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** @throws when the process fails; its errors go to the terminal */
async function cpuOf(module: string, inputs: object, env: NodeJS.ProcessEnv): Promise<number> {
  const args = [join(__dirname, "host-process.mjs"), module, JSON.stringify(inputs)];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`The host process of ${module} ended with ${code ?? "a signal"}`);
  return (JSON.parse(output) as { cpu: number }).cpu;
}

export function hostBounds(pairs: readonly Pair[]): Bound[] {
  const ratios = pairs.map(({ ours, thin }) => ours.cpu / thin.cpu);
  const more = Math.max(...pairs.map(({ ours, thin }) => ours.calls - thin.calls));
  return [
    {
      part: "host",
      what: "processor time, relative to the thin provider",
      measured: median(ratios),
      atMost: AT_MOST,
      unit: "x",
      note: rangeNote(ratios),
    },
    { part: "host", what: "calls beyond the thin provider's", measured: more, atMost: 0, unit: "calls" },
  ];
}

export function hostText(pairs: readonly Pair[]): string {
  const middle = (runner: Runner) => `${median(pairs.map((pair) => pair[runner].cpu)).toFixed(0)} ms`;
  return `Processor time to load, check, create and read: ours ${middle("ours")}, thin ${middle("thin")}, floor ${middle("floor")}`;
}
