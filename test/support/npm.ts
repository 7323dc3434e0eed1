import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { npm } from "../../scripts/setup.mjs";
import { command, ROOT } from "./engine";

/** The parts of a package.json that tests read. */
export type Manifest = Record<"scripts" | "dependencies" | "devDependencies", Record<string, string>>;

/** Runs npm in a folder. @returns its output @throws when it fails */
export async function npmIn(dir: string, ...args: string[]): Promise<string> {
  const [name, all] = npm(...args);
  const { code, output } = await command(name, all, dir, process.env);
  if (code !== 0) throw new Error(output);
  return output;
}

/** Reads the package.json of a folder. @param dir the repository by default */
export async function manifest(dir = ROOT): Promise<Manifest> {
  return JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as Manifest;
}

/** Packs the package into a folder. @returns the name of the tarball */
export async function pack(dir: string): Promise<string> {
  const packed = await npmIn(ROOT, "pack", "--ignore-scripts", "--silent", "--pack-destination", dir);
  return packed.trim();
}
