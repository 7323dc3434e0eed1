import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { ROOT } from "../support/engine";
import { runCommand } from "../support/command";

describe("pulumi-ibm-en-authorization", () => {
  it("lists its commands in its help, and prints its version", async () => {
    expect((await runCommand("--help")).output)
      .to.include("emulator")
      .and.to.include("list");
    expect((await runCommand("--version")).output).to.match(/^\d+\.\d+\.\d+/);
  });

  it("loads no library of a command before that command runs", () => {
    const program = `
      require("./src/cli/command-line").commandLine(process.stdout);
      const names = Object.keys(require.cache).flatMap((path) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1] ?? []);
      console.log(JSON.stringify([...new Set(names)]));`;
    // The first two run TypeScript in this test.
    const printed = execFileSync(process.execPath, ["--import", "tsx", "-e", program], { cwd: ROOT });
    expect(JSON.parse(String(printed))).to.have.members(["tsx", "esbuild", "commander"]);
  });
});
