import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../test/support/engine";
import { PLUGIN, startPlugin } from "../../test/support/plugin-process";
import type { Bound } from "./bounds";
import { median, rangeNote } from "./statistics";

const PAIRS = 11;

/** A plugin with Pulumi's own Node.js server and no resources. */
const BARE = `require("@pulumi/pulumi/provider").main({ version: "0.0.0" }, process.argv.slice(2));`;

/** The time from the start of a process to its answer to `configure`, in milliseconds. */
interface Pair {
  ours: number;
  bare: number;
}

/** Measures how long a plugin takes until it has answered the engine's first calls. */
export async function measurePlugin(): Promise<Pair[]> {
  await mkdir(join(ROOT, ".work"), { recursive: true });
  // Inside the clone, so that the bare plugin finds Pulumi's SDK.
  const dir = await mkdtemp(join(ROOT, ".work", "bench-plugin-"));
  const file = join(dir, "index.js");
  try {
    await writeFile(file, BARE);
    const pairs: Pair[] = [];
    for (let at = 0; at < PAIRS; at += 1) {
      // Each comes first in turn.
      const first = at % 2 === 0 ? await timeOf(PLUGIN) : await timeOf([file]);
      const second = at % 2 === 0 ? await timeOf([file]) : await timeOf(PLUGIN);
      pairs.push(at % 2 === 0 ? { ours: first, bare: second } : { ours: second, bare: first });
    }
    return pairs;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function timeOf(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const plugin = await startPlugin(args, { PATH: process.env["PATH"] });
  await plugin.configure({});
  const took = performance.now() - begun;
  await plugin.close();
  return took;
}

export function pluginBounds(pairs: readonly Pair[]): Bound[] {
  const ratios = pairs.map(({ ours, bare }) => ours / bare);
  return [
    {
      part: "plugin",
      what: "start-up, relative to Pulumi's own server",
      measured: median(ratios),
      atMost: 1.2,
      unit: "x",
      note: rangeNote(ratios),
    },
  ];
}

export function pluginText(pairs: readonly Pair[]): string {
  const middle = (key: keyof Pair) => `${median(pairs.map((pair) => pair[key])).toFixed(0)} ms`;
  return `From the start of the plugin to its answer to configure: ours ${middle("ours")}, a bare plugin with Pulumi's server ${middle("bare")}`;
}
