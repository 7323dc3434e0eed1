import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { countsOf, boundsTable, missedOf, type Bound } from "./bench/bounds";
import { PARTS, QUICK } from "./bench/parts";

const { values: options } = parseArgs({
  options: {
    /** Run only the parts that `npm test` runs. */
    quick: { type: "boolean", default: false },
    /** Names of the parts to run, separated by commas. */
    parts: { type: "string" },
    /** Numbers of authorizations. */
    sizes: { type: "string", default: "1,10,100,1000" },
    /** The file for the results. */
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
    if (!part)
      throw new Error(`The bench has no part ${name}. Its parts are ${Object.keys(PARTS).join(", ")}`);
    const started = performance.now();
    console.log(`\n== ${name}\n`);
    const measured = await part(sizes);
    found[name] = measured.found;
    bounds.push(...measured.bounds);
    console.log(`${measured.text}\n\n${boundsTable(measured.bounds)}`);
    console.log(`\n${name} took ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const missed = missedOf(bounds);
  console.log(["", ...missed.map((sentence) => `MISSED ${sentence}`)].join("\n"));
  console.log(`${bounds.length - missed.length} bounds held, ${missed.length} missed`);
  await write(options.json, { found, bounds, missed });
  const { TEST_COUNTS: counts } = process.env;
  if (counts !== undefined) await write(counts, countsOf(bounds));
  if (missed.length > 0) process.exitCode = 1;
}

async function write(path: string, value: object): Promise<void> {
  const file = resolve(path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
