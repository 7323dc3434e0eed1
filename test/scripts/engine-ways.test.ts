import { expect } from "chai";
import { bestOf, compareVersions, isUsable, NO_WAY, waysOf } from "../../scripts/engine-ways.mjs";

describe("the Pulumi engine", () => {
  const VERSIONS: [version: string, usable: boolean][] = [
    ["v3.250.0", true],
    ["3.216.0\n", true],
    ["3.215.9", false],
    ["3.1000.0", true],
    ["4.0.0", false],
    ["2.216.0", false],
    ["dev", false],
  ];
  for (const [version, usable] of VERSIONS) {
    it(`${usable ? "may" : "must not"} be version ${version.trim()}`, () => {
      expect(isUsable(version)).to.equal(usable);
    });
  }

  it("is the pinned version if installed, else the newest usable one", () => {
    expect(bestOf(["3.216.0", "3.250.0", "3.251.0"])).to.equal("3.250.0");
    expect(bestOf(["3.216.0", "3.99.0", "3.249.1"])).to.equal("3.249.1");
    expect(bestOf(["3.99.0", ".building-x"])).to.equal(undefined);
    expect(bestOf([])).to.equal(undefined);
  });

  it("is downloaded if get.pulumi.com can be reached, else built if Go is new enough", () => {
    expect(waysOf({ downloads: true, go: "go1.26.8" })).to.deep.equal(["download", "build"]);
    expect(waysOf({ downloads: false, go: "go1.25.9" })).to.deep.equal(["build"]);
    expect(waysOf({ downloads: true })).to.deep.equal(["download"]);
    expect(waysOf({ downloads: false, go: "go1.24.9" })).to.deep.equal([]);
    expect(NO_WAY).to.include("PATH").and.to.include("get.pulumi.com").and.to.include("Go 1.25");
  });

  it("has a version that is compared number by number", () => {
    expect(compareVersions("3.9.0", "3.10.0")).to.be.below(0);
    expect(compareVersions("go1.26", "1.26.0")).to.equal(0);
  });
});
