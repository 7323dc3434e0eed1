import { expect } from "chai";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startIamEmulator } from "../../src/emulator";
import { ROOT, startStack } from "../support/engine";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";

describe("a program that is an ES module, on the real engine", function () {
  this.timeout(120_000);

  it("creates, keeps and deletes an authorization", async () => {
    const iam = closing(await startIamEmulator());
    const stack = await startStack(iam, "");
    // The program's package.json hides the repository's, so the package is linked into node_modules.
    await mkdir(join(stack.dir, "node_modules"));
    await symlink(ROOT, join(stack.dir, "node_modules", "pulumi-ibm-en-authorization"), "junction");
    await writeFile(join(stack.dir, "package.json"), JSON.stringify({ name: "program", type: "module" }));
    await writeFile(
      join(stack.dir, "index.js"),
      `import { EnAuthorization } from "pulumi-ibm-en-authorization";
export const { id } = new EnAuthorization("one", ${JSON.stringify(bucketInputs())});`,
    );
    for (const { code, output } of [await stack.up(), await stack.preview("--expect-no-changes")])
      expect(code, output).to.equal(0);
    expect(iam.policies()).to.have.length(1);
    const { code, output } = await stack.destroy();
    expect(code, output).to.equal(0);
    expect(iam.policies()).to.deep.equal([]);
  });
});
