import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import * as prettier from "prettier";
import { seedFile } from "../../src/emulator/seed-schema";

/** The JSON Schema of the emulator's seed files. */
export const SEED_SCHEMA = join(__dirname, "..", "..", "docs", "emulator-seed.schema.json");

/** Returns the content of that file. */
export async function seedSchema(): Promise<string> {
  const schema = toJsonSchema(seedFile, { typeMode: "input" });
  const style = await prettier.resolveConfig(SEED_SCHEMA);
  return prettier.format(JSON.stringify(schema), { ...style, parser: "json" });
}

async function main(): Promise<void> {
  await writeFile(SEED_SCHEMA, await seedSchema());
}

if (require.main === module) void main();
