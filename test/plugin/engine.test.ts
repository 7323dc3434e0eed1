import { expect } from "chai";
import { engineAddress } from "../../src/plugin/engine";

describe("the address of the engine", () => {
  const ADDRESS = "127.0.0.1:40123";
  const CASES: [title: string, args: string[]][] = [
    ["is the only argument", [ADDRESS]],
    ["follows the options of --logflow", ["--logtostderr", "-v=9", ADDRESS]],
    ["follows the endpoint of --tracing", ["-v=3", "--tracing", "http://127.0.0.1:9411/api", ADDRESS]],
  ];
  for (const [title, args] of CASES) {
    it(title, () => {
      expect(engineAddress(args)).to.equal(ADDRESS);
    });
  }

  it("is undefined in a plugin that waits for an engine", () => {
    expect(engineAddress([])).to.equal(undefined);
  });
});
