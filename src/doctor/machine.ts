import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { messageOf } from "../shared/coded-error";
import { findProjectFile } from "../shared/project-file";
import type { Check } from "./types";

/** The package's own requirements. */
const { version, engines, peerDependencies } = createRequire(__filename)("../../package.json") as {
  version: string;
  engines: { node: string };
  peerDependencies: Record<"@pulumi/pulumi", string>;
};
const [OLDEST_PULUMI = ""] = /[\d.]+/.exec(peerDependencies["@pulumi/pulumi"]) ?? [];

/** Checks Node.js, the Pulumi CLI, the SDK and the project. It makes no call. */
export function checkMachine(folder: string, node = process.version): Check[] {
  return [checkNode(node), checkCli(), ...checkSdk(folder), checkProject(folder)];
}

function checkNode(node: string): Check {
  const oldest = engines.node.replace(/[^\d.]/g, "");
  const detail = `Node.js ${node}, this package ${version}`;
  if (isAtLeast(node, oldest)) return { name: "Node.js", status: "ok", detail };
  return { name: "Node.js", status: "failed", detail, remedy: `Install Node.js ${oldest} or later` };
}

function checkCli(): Check {
  const name = "Pulumi CLI";
  const { stdout, status, error } = spawnSync("pulumi", ["version"], { encoding: "utf8" });
  const detail = error ? messageOf(error) : stdout.trim();
  if (error ?? status !== 0) {
    return { name, status: "warning", detail, remedy: "Install the Pulumi CLI, and put it on the PATH" };
  }
  if (isAtLeast(detail, OLDEST_PULUMI)) return { name, status: "ok", detail };
  return { name, status: "failed", detail, remedy: `Install the Pulumi CLI ${OLDEST_PULUMI} or later` };
}

/** Checks the project's Pulumi SDK, and that this package uses the same copy. With two copies, resources fail. */
function checkSdk(folder: string): Check[] {
  const name = "@pulumi/pulumi";
  const ours = findSdk(__filename);
  const theirs = findSdk(join(folder, "package.json"));
  if (!theirs) {
    const remedy = "In the project's folder, run npm install @pulumi/pulumi";
    return [{ name, status: "skipped", detail: "this folder has no SDK", remedy }];
  }
  const isOld = !isAtLeast(theirs.version, OLDEST_PULUMI);
  const check: Check = isOld
    ? { name, status: "failed", detail: theirs.version, remedy: `Install ${OLDEST_PULUMI} or later` }
    : { name, status: "ok", detail: theirs.version };
  if (!ours || ours.path === theirs.path) return [check];
  return [
    check,
    {
      name: "copies of the SDK",
      status: "warning",
      detail: `the project uses ${theirs.version} in ${theirs.path}, and this package ${ours.version} in ${ours.path}`,
      remedy: "Run npm dedupe, and run this command as npx en-auth in the project",
    },
  ];
}

function findSdk(from: string): { path: string; version: string } | undefined {
  try {
    const file = createRequire(from).resolve("@pulumi/pulumi/package.json");
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
    return { path: realpathSync(dirname(file)), version };
  } catch {
    return undefined;
  }
}

const runtime = v.object({
  runtime: v.union([v.string(), v.object({ name: v.string() })]),
});

function checkProject(folder: string): Check {
  const name = "project";
  const file = findProjectFile(folder);
  if (file === undefined) {
    const remedy = "Run this command in the folder of the Pulumi project to check it too";
    return { name, status: "skipped", detail: "this folder is not in a Pulumi project", remedy };
  }
  const found = v.safeParse(runtime, readYaml(file));
  if (!found.success) {
    return { name, status: "failed", detail: `${file} has no runtime`, remedy: "Add runtime: nodejs" };
  }
  const { runtime: written } = found.output;
  const language = typeof written === "string" ? written : written.name;
  const detail = `${file}, runtime ${language}`;
  if (language === "nodejs") return { name, status: "ok", detail };
  const remedy = "EnAuthorization needs nodejs. For other languages see docs/other-languages.md";
  return { name, status: "warning", detail, remedy };
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isAtLeast(found: string, oldest: string): boolean {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const [wanted, has] = [numbers(oldest), numbers(found)];
  const at = wanted.findIndex((each, index) => each !== has[index]);
  return at < 0 || (has[at] ?? 0) > (wanted[at] ?? 0);
}
