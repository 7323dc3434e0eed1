import { expect } from "chai";
import { runCommand } from "../support/command";

describe("pulumi-ibm-en-authorization", () => {
  it("lists its commands in its help, and prints its version", async () => {
    expect((await runCommand("--help")).output)
      .to.include("emulator")
      .and.to.include("list");
    expect((await runCommand("--version")).output).to.match(/^\d+\.\d+\.\d+/);
  });
});
