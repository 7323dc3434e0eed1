import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { engineEnv, ROOT, type Stack } from "./engine";

/** A runtime without a language host. The CLI then starts a policy pack with `pulumi-analyzer-policy-<runtime>`. */
const RUNTIME = "clone";

/** Starts a pack as Pulumi's Node.js host does, in the pack's folder and with its own copy of `@pulumi/pulumi`. */
const ANALYZER = `#!/bin/sh
exec node -e 'require("@pulumi/pulumi/cmd/run-policy-pack")' run-policy-pack "$@"
`;

/**
 * Adds the policy pack of the examples to a stack, with this clone as the package.
 *
 * @returns a function that runs the CLI with the pack
 */
export async function usePolicyPack(stack: Stack): Promise<Stack["pulumi"]> {
  const pack = join(stack.dir, "policy-pack");
  await cp(join(ROOT, "examples", "policy-pack"), pack, { recursive: true });
  await mkdir(join(pack, "node_modules"));
  await symlink(ROOT, join(pack, "node_modules", "pulumi-ibm-en-authorization"), "dir");
  const { PATH = "" } = await engineEnv(stack.dir, {});
  const folders = PATH.split(delimiter);
  // The Node.js host of a CLI that was built from its Go modules is too old for policy packs.
  if (folders.some((folder) => existsSync(join(folder, "pulumi-analyzer-policy"))))
    return (command, ...args) => stack.pulumi(command, "--policy-pack", pack, ...args);

  const bin = join(stack.dir, "bin");
  const analyzer = join(bin, `pulumi-analyzer-policy-${RUNTIME}`);
  await mkdir(bin);
  await writeFile(analyzer, ANALYZER);
  await chmod(analyzer, 0o755);
  const project = join(pack, "PulumiPolicy.yaml");
  const text = await readFile(project, "utf8");
  await writeFile(project, text.replace("runtime: nodejs", `runtime: ${RUNTIME}`));
  const { pulumi } = stack.having({ PATH: [bin, ...folders].join(delimiter) });
  return (command, ...args) => pulumi(command, "--policy-pack", pack, ...args);
}
