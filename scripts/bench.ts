import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { boundsTable, countsOf, missedOf, type Bound } from "./bench/bounds";
import { callBounds, countCalls, type Counted } from "./bench/calls";
import { measureEmpty, measureRound, type Round } from "./bench/growth";
import { exponentsOf, exponentsTable, growthBounds, growthTable } from "./bench/growth-report";
import { limitBounds, measureLimited } from "./bench/limit";
import { measureStartup, startupBounds } from "./bench/startup";
import { measureState, stateBounds } from "./bench/state";
import { terraformTable } from "./bench/terraform";

const { values: options } = parseArgs({
  options: {
    /** Calls, bytes and start-up only. */
    quick: { type: "boolean", default: false },
    /** The parts to run, by their names. */
    parts: { type: "string" },
    /** The numbers of authorizations. */
    sizes: { type: "string", default: "1,10,100,1000" },
    /** Where the numbers go. */
    json: { type: "string", default: ".work/bench.json" },
  },
});

/** How many rounds there are of each size: one of the largest takes minutes, since the backend rewrites its state. */
const ROUNDS: readonly [upTo: number, rounds: number][] = [
  [10, 9],
  [100, 5],
  [Infinity, 1],
];

const sizes = options.sizes.split(",").map(Number);
const found: Record<string, unknown> = {};
const bounds: Bound[] = [];

/** Each part measures, shows what it found, and gives its bounds. */
const PARTS: Record<string, () => Promise<Bound[]>> = {
  calls: async () => {
    const counted = await countCalls(sizes);
    found["calls"] = counted;
    console.log(terraformTable(counted));
    return callBounds(counted);
  },
  "start-up": async () => {
    const startup = await measureStartup();
    found["start-up"] = startup;
    const list = (each: [string, number][]) =>
      each.map(([name, cost]) => `${name} ${cost.toFixed(1)} ms`).join(", ");
    console.log(
      `@pulumi/pulumi ${startup.pulumi.toFixed(0)} ms, the package after it ${startup.ours.toFixed(1)} ms`,
    );
    console.log(`What costs most in a program: ${list(startup.program)}`);
    console.log(`What costs most in the host, once it made a call: ${list(startup.host)}`);
    return startupBounds(startup);
  },
  state: async () => {
    const state = await measureState();
    found["state"] = state;
    return stateBounds(state);
  },
  limit: async () => {
    const limited = await measureLimited();
    found["limit"] = limited;
    return limitBounds(limited);
  },
  growth: async () => {
    const rounds: Round[] = [];
    const counted: Counted[] = [];
    for (const size of sizes) {
      const [, times = 1] = ROUNDS.find(([upTo]) => size <= upTo) ?? [];
      for (let at = 0; at < times; at += 1) {
        const sized = await measureRound(size, at, at === 0);
        rounds.push(...sized.rounds);
        counted.push(...sized.counted);
      }
      console.log(growthTable(rounds.filter((each) => each.size === size)));
    }
    const exponents = exponentsOf(rounds);
    found["growth"] = { rounds, counted, exponents };
    console.log(`\n${growthTable(rounds)}\n\n${exponentsTable(exponents)}`);
    return [...callBounds(counted, "engine"), ...growthBounds(rounds)];
  },
};
const QUICK = ["calls", "start-up", "state"];

async function main(): Promise<void> {
  const parts = options.parts?.split(",") ?? (options.quick ? QUICK : Object.keys(PARTS));
  for (const part of parts) {
    const begun = performance.now();
    console.log(`\n== ${part}`);
    bounds.push(...((await PARTS[part]?.()) ?? []));
    console.log(`(${((performance.now() - begun) / 1000).toFixed(0)} s)`);
  }
  console.log(`\n${boundsTable(bounds)}\n`);
  const missed = missedOf(bounds);
  for (const sentence of missed) console.log(`MISSED ${sentence}`);
  console.log(`${bounds.length - missed.length} bounds held, ${missed.length} missed`);
  const file = resolve(options.json);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ found, bounds, missed }, undefined, 2));
  const { TEST_COUNTS: counts } = process.env;
  if (counts !== undefined) await writeFile(counts, JSON.stringify(countsOf(bounds)));
  if (missed.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
