import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { startStack, type Stack } from "../support/engine";
import { guidOf } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

/** A resource whose output is unknown until it is created. */
const MADE = `
class Made extends pulumi.dynamic.Resource {
  constructor(name, value) {
    super({ create: async (inputs) => ({ id: name, outs: inputs }) }, name, { value });
  }
}
const later = (name, value) => new Made(name, value).value;
`;

const KNOWN = {
  source: `{ serviceInstance: "en-1" }`,
  target: `{ serviceName: "kms", serviceInstance: "kms-1", attributes: [{ key: "ring", value: "x" }] }`,
  roles: `["Reader"]`,
  description: `"why"`,
};

type Written = Record<keyof typeof KNOWN, string>;

/** Positions of an unknown, each with a new value. */
const POSITIONS: Record<string, { written: Partial<Written>; becomes: "replace" | "update" }> = {
  source: { written: { source: `later("m", { serviceInstance: "en-2" })` }, becomes: "replace" },
  "source.serviceInstance": {
    written: { source: `{ serviceInstance: later("m", "en-2") }` },
    becomes: "replace",
  },
  target: {
    written: { target: `later("m", { serviceName: "kms", serviceInstance: "kms-2" })` },
    becomes: "replace",
  },
  "target.serviceName": {
    written: { target: `{ serviceName: later("m", "hs-crypto"), serviceInstance: "kms-1" }` },
    becomes: "replace",
  },
  "target.serviceInstance": {
    written: { target: `{ serviceName: "kms", serviceInstance: later("m", "kms-2") }` },
    becomes: "replace",
  },
  "target.resource": {
    written: {
      target: `{ serviceName: "kms", serviceInstance: "kms-1", resourceType: "key", resource: later("m", "k") }`,
    },
    becomes: "replace",
  },
  "target.attributes": {
    written: {
      target: `{ serviceName: "kms", serviceInstance: "kms-1", attributes: later("m", [{ key: "ring", value: "y" }]) }`,
    },
    becomes: "replace",
  },
  "target.attributes[0].value": {
    written: {
      target: `{ serviceName: "kms", serviceInstance: "kms-1", attributes: [{ key: "ring", value: later("m", "y") }] }`,
    },
    becomes: "replace",
  },
  roles: { written: { roles: `later("m", ["Writer"])` }, becomes: "update" },
  "roles[0]": { written: { roles: `[later("m", "Writer")]` }, becomes: "update" },
  "roles[1]": { written: { roles: `["Reader", later("m", "Writer")]` }, becomes: "update" },
  description: { written: { description: `later("m", "else")` }, becomes: "update" },
};

/** Returns a program with one authorization for each position, each on its own instance. */
function program(positions: typeof POSITIONS, unknown: boolean): string {
  return (
    MADE +
    Object.entries(positions)
      .map(([name, { written }], at) => {
        const args: Written = unknown ? { ...KNOWN, ...written } : KNOWN;
        const own = JSON.stringify(name).slice(1, -1).replace(/\W/g, "-");
        const text = Object.entries(args)
          .map(([key, value]) => `${key}: ${value}`)
          .join(", ");
        return `{ ${text} }`
          .replaceAll('later("m"', `later("m-${own}"`)
          .replaceAll(/"(en|kms)-(\d)"/g, (_, service, number) =>
            JSON.stringify(guidOf(Number(number) + (service === "en" ? 10 * (at + 1) : 0))),
          );
      })
      .map((text, at) => `new EnAuthorization(${JSON.stringify(Object.keys(positions)[at])}, ${text});\n`)
      .join("")
  );
}

describe("unknown outputs on the real engine", function () {
  this.timeout(180_000);
  const { it, itOnCi } = countedTests("engine: unknown outputs");
  let iam: IamEmulator;
  let stack: Stack;

  it("of another resource may be in every position, and preview plans all that up does", async () => {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, program(POSITIONS, false));
    expect((await stack.up()).code).to.equal(0);
    const before = await stack.authorizations();

    await stack.program(program(POSITIONS, true));
    const planned = await stack.plan();
    for (const [name, { becomes }] of Object.entries(POSITIONS))
      expect(planned[name], name).to.equal(becomes);

    const changed = await stack.up();
    expect(changed.code, changed.output).to.equal(0);
    const after = await stack.authorizations();
    for (const [name, { becomes }] of Object.entries(POSITIONS)) {
      expect(after[name]?.id === before[name]?.id, name).to.equal(becomes === "update");
    }
    expect(iam.policies().map(({ id }) => id)).to.have.members(Object.values(after).map(({ id }) => id));
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
  });

  itOnCi("of another resource may be in every position of a new authorization", async () => {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, program(POSITIONS, true));
    const planned = await stack.plan();
    for (const name of Object.keys(POSITIONS)) expect(planned[name], name).to.equal("create");
    expect((await stack.up()).code).to.equal(0);
    expect(iam.policies()).to.have.length(Object.keys(POSITIONS).length);
  });

  itOnCi("that resolve to undefined are refused in up and in preview", async () => {
    iam = closing(await startIamEmulator());
    const undefinedLater =
      MADE +
      `
      const made = new Made("m", { other: 1 });
      new EnAuthorization("wide", {
        source: { serviceInstance: "*" },
        target: { serviceName: "kms", serviceInstance: made.value.apply((value) => value.guid) },
        roles: ["Reader"],
      });`;
    stack = await startStack(iam, undefinedLater);
    const failed = await stack.up();
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.match(/target\.serviceInstance .*is missing \(or undefined\)/);

    await stack.program(`
      new EnAuthorization("wide", {
        source: { serviceInstance: new pulumi.Config().get("mistyped") },
        target: { serviceName: "kms", serviceInstance: "*" },
        roles: ["Reader"],
      });`);
    for (const outcome of [await stack.preview(), await stack.up()]) {
      expect(outcome.code).not.to.equal(0);
      expect(outcome.output).to.match(/source\.serviceInstance .*is missing \(or undefined\)/);
    }
    expect(iam.policies()).to.deep.equal([]);
  });
});
