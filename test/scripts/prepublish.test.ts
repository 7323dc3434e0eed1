import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closing } from "../support/opened";
import { ROOT } from "../support/engine";

/** Runs the script as `npm publish` does: in the folder of the package. */
async function prepublish(manifest: object): Promise<{ status: number | null; stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), "prepublish-"));
  closing({ close: () => rm(folder, { recursive: true }) });
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  const tsx = join(ROOT, "node_modules", ".bin", "tsx");
  return spawnSync(tsx, [join(ROOT, "scripts", "prepublish.ts")], { cwd: folder, encoding: "utf8" });
}

describe("npm publish", () => {
  it("is refused while package.json names no repository", async () => {
    const { status, stderr } = await prepublish({ name: "a-package" });
    expect(status).to.equal(1);
    expect(stderr).to.include("`repository`");
  });

  it("goes on if package.json names a repository", async () => {
    const { status, stderr } = await prepublish({ name: "a-package", repository: "github:owner/name" });
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
  });
});
