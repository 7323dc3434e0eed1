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
    took: { floor: took(500), thin: took(1000), ours: took(ours), delayed: took(1100), ...more },
    waits: 100,
    bytes: { floor: 100, thin: 100, ours: 120, delayed: 120 },
  };
}

describe("growthBounds", () => {
  it("limits the median of the pairs and notes their range", () => {
    const [wall, delayed, memory] = growthBounds([round(10, 1050), round(10, 1400), round(10, 1080)]);
    expect(wall).to.deep.include({
      what: "up of 10: time, relative to the thin provider",
      measured: 1.08,
      atMost: 1.2,
      note: "median of 3, 1.05 to 1.40",
    });
    expect(delayed?.measured).to.equal(1);
    expect(memory?.measured).to.equal(1);
  });

  it("compares with the thin provider only", () => {
    const bounds = growthBounds([round(1, 1250)]);
    expect(bounds.filter((each) => !isHeld(each)).map(({ what }) => what)).to.deep.equal([
      "up of 1: time, relative to the thin provider",
    ]);
    expect(bounds).to.have.length(3);
  });

  it("adds up the peaks of the processes", () => {
    const [, , memory] = growthBounds([round(1, 1000, { ours: took(1000, 140e6) })]);
    expect(memory?.measured).to.equal(1.1);
  });

  it("has no limit on memory where none was measured", () => {
    const unseen: Took = { wall: 1000, cpu: 0, memory: { cli: 0, program: 0, host: 0 } };
    expect(growthBounds([round(1, 1000, { thin: unseen })])).to.have.length(2);
  });
});

describe("growthTable", () => {
  it("has a line for each operation and size, and shows the floor", () => {
    const lines = growthTable([round(1, 1000), round(10, 1200)]).split("\n");
    expect(lines).to.have.length(3);
    expect(lines[0]).to.include("to floor");
    expect(lines[2]).to.match(/^up +10 +1 +1\.00 s +400 MB +1\.20 x +1\.00 x +1\.00 x +2\.40 x/);
  });
});

describe("exponentsTable", () => {
  it("does not explain growth that is linear or does not fit", () => {
    const each = { operation: "up", thin: 1, ours: 1, delayed: 1 } as const;
    const explains = (floor: number) => exponentsTable([{ ...each, floor }]).includes("whole state");
    expect([1.1, 1.8, 3].map(explains)).to.deep.equal([false, true, false]);
  });

  it("mentions the state only for operations that write it", () => {
    const table = exponentsTable([{ operation: "preview", floor: 1.8, thin: 1, ours: 1, delayed: 1 }]);
    expect(table).to.include("the floor's time grows faster").and.not.include("whole state");
  });

  it("marks the operations in which the floor's time grows faster than linearly", () => {
    const rounds = [1, 10, 100, 1000].flatMap((size) =>
      OPERATIONS.map((operation): Round => {
        const wall = operation === "up" ? 1000 + size ** 1.8 : 1000 + size;
        const all = { floor: took(wall), thin: took(wall), ours: took(wall), delayed: took(wall) };
        return { ...round(size, wall, all), operation };
      }),
    );
    const exponents = exponentsOf(rounds);
    expect(exponents.find(({ operation }) => operation === "up")?.floor).to.be.closeTo(1.8, 0.02);
    const explained = exponentsTable(exponents)
      .split("\n")
      .filter((line) => line.includes("whole state"));
    expect(explained).to.have.length(1);
    expect(explained[0]).to.match(/^up/);
  });
});

describe("waitsOf", () => {
  it("adds tokens and roles one by one, and policies eight at a time", () => {
    expect(waitsOf({ tokens: 1, roles: 1, policies: 0 })).to.equal(200);
    expect(waitsOf({ tokens: 1, roles: 1, policies: 1 })).to.equal(300);
    expect(waitsOf({ tokens: 1, roles: 1, policies: 16 })).to.equal(400);
    expect(waitsOf({ tokens: 1, roles: 0, policies: 17 })).to.equal(400);
  });
});
