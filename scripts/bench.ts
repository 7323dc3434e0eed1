import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { countsOf, boundsTable, missedOf, type Bound } from "./bench/bounds";
import { PARTS, QUICK } from "./bench/parts";

const { values: options } = parseArgs({
  options: {
    /** Calls, bytes and start-up only. */
    quick: { type: "boolean", default: false },
    /** Some parts, by their names. */
    parts: { type: "string" },
    /** The numbers of authorizations. */
    sizes: { type: "string", default: "1,10,100,1000" },
    /** Where the numbers go. */
    json: { type: "string", default: ".work/bench.json" },
  },
});

async function main(): Promise<void> {
  const sizes = options.sizes.split(",").map(Number);
  const names = options.parts?.split(",") ?? (options.quick ? QUICK : Object.keys(PARTS));
  const found: Record<string, unknown> = {};
  const bounds: Bound[] = [];
  for (const name of names) {
    const part = PARTS[name];
    if (!part) throw new Error(`There is no part ${name}: there are ${Object.keys(PARTS).join(", ")}`);
    const begun = performance.now();
    console.log(`\n== ${name}\n`);
    const measured = await part(sizes);
    found[name] = measured.found;
    bounds.push(...measured.bounds);
    console.log(`${measured.text}\n\n${boundsTable(measured.bounds)}`);
    console.log(`\n${name} took ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  }
  const missed = missedOf(bounds);
  console.log(["", ...missed.map((sentence) => `MISSED ${sentence}`)].join("\n"));
  console.log(`${bounds.length - missed.length} bounds held, ${missed.length} missed`);
  await keep(options.json, { found, bounds, missed });
  const { TEST_COUNTS: counts } = process.env;
  if (counts !== undefined) await keep(counts, countsOf(bounds));
  if (missed.length > 0) process.exitCode = 1;
}

async function keep(path: string, value: object): Promise<void> {
  const file = resolve(path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
