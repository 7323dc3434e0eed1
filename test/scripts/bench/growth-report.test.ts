import { expect } from "chai";
import { isHeld } from "../../../scripts/bench/bounds";
import { waitsOf, OPERATIONS, type Round, type Runner } from "../../../scripts/bench/growth";
import { exponentsOf, exponentsTable, growthBounds, growthTable } from "../../../scripts/bench/growth-report";
import type { Took } from "../../../scripts/bench/stack";

const took = (wall: number, host = 100e6): Took => ({
  wall,
  cpu: wall,
  memory: { cli: 100e6, program: 200e6, host },
});

function round(size: number, ours: number, more: Partial<Record<Runner, Took>> = {}): Round {
  return {
    size,
    operation: "up",
    took: { floor: took(1000), thin: took(1000), ours: took(ours), late: took(1100), ...more },
    waits: 100,
    bytes: { floor: 100, thin: 100, ours: 120, late: 120 },
  };
}

describe("the report on growth", () => {
  it("holds the median of the pairs against the bound, and tells how far they are apart", () => {
    const [wall, late, memory] = growthBounds([round(10, 1050), round(10, 1400), round(10, 1080)]);
    expect(wall).to.deep.include({ what: "up of 10: time, to the floor", measured: 1.08, atMost: 1.1 });
    expect(wall?.note).to.equal("median of 3, 1.05 to 1.40");
    expect(late?.measured).to.equal(1);
    expect(memory?.measured).to.equal(1);
  });

  it("holds against the floor and the thin one, each by itself", () => {
    const bounds = growthBounds([round(1, 1200, { thin: took(1150) })]);
    const missed = bounds.filter((each) => !isHeld(each)).map(({ what }) => what);
    expect(missed).to.deep.equal(["up of 1: time, to the floor"]);
    expect(bounds).to.have.length(6);
  });

  it("takes the peaks of the processes together", () => {
    const [, , memory] = growthBounds([round(1, 1000, { ours: took(1000, 140e6) })]);
    expect(memory?.measured).to.equal(1.1);
  });

  it("is a line for each operation and size", () => {
    const lines = growthTable([round(1, 1000), round(10, 1200)]).split("\n");
    expect(lines).to.have.length(3);
    expect(lines[2]).to.match(/^up +10 +1 +1\.00 s +400 MB +1\.20 x/);
  });

  it("says nothing of the floor where no exponent fits", () => {
    const each = { operation: "up", thin: 1, ours: 1, late: 1 } as const;
    const told = (floor: number) => exponentsTable([{ ...each, floor }]).includes("whole state");
    expect([1.1, 1.8, 3].map(told)).to.deep.equal([false, true, false]);
  });

  it("speaks of the state only where it is written at each step", () => {
    const told = exponentsTable([{ operation: "preview", floor: 1.8, thin: 1, ours: 1, late: 1 }]);
    expect(told).to.include("the floor too").and.not.include("whole state");
  });

  it("says where the floor itself is faster than linear", () => {
    const rounds = [1, 10, 100, 1000].flatMap((size) =>
      OPERATIONS.map((operation): Round => {
        const wall = operation === "up" ? 1000 + size ** 1.8 : 1000 + size;
        const all = { floor: took(wall), thin: took(wall), ours: took(wall), late: took(wall) };
        return { ...round(size, wall, all), operation };
      }),
    );
    const exponents = exponentsOf(rounds);
    expect(exponents.find(({ operation }) => operation === "up")?.floor).to.be.closeTo(1.8, 0.02);
    const told = exponentsTable(exponents)
      .split("\n")
      .filter((line) => line.includes("whole state"));
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/^up/);
  });
});

describe("what calls wait at best", () => {
  it("is what all wait for, one after the other, and the others side by side", () => {
    expect(waitsOf({ tokens: 1, roles: 1, policies: 0 })).to.equal(200);
    expect(waitsOf({ tokens: 1, roles: 1, policies: 1 })).to.equal(300);
    expect(waitsOf({ tokens: 1, roles: 1, policies: 16 })).to.equal(400);
    expect(waitsOf({ tokens: 1, roles: 0, policies: 17 })).to.equal(400);
  });
});
