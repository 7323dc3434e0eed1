import { expect } from "chai";
import { detailedDiff } from "../../src/plugin/detailed-diff";
import type { Inputs, State } from "../../src/provider/types";
import { ACCOUNT, bucketInputs } from "../support/inputs";

const INPUTS: Inputs = { ...bucketInputs(), description: "why" };
const STATE = {
  source: { accountId: ACCOUNT, serviceName: "event-notifications", ...INPUTS.source },
  target: { accountId: ACCOUNT, ...INPUTS.target },
  roles: ["Reader", "Object Writer"],
  description: "why",
  state: "active",
  href: "",
} as State;
const OLDS = { ...INPUTS, source: { serviceName: "event-notifications", ...INPUTS.source } };

describe("the detailed diff", () => {
  const CASES: [title: string, change: Partial<Inputs>, replaces: string[], paths: Record<string, string>][] =
    [
      ["of equal inputs is empty", {}, [], {}],
      ["of roles in another order is empty", { roles: ["Object Writer", "Reader"] }, [], {}],
      ["has changed roles", { roles: ["Reader"] }, [], { roles: "update" }],
      ["has a removed description", { description: undefined }, [], { description: "delete" }],
      ["has an added argument", { settle: { afterCreate: 5 } }, [], { settle: "add" }],
      [
        "has the properties of a side, which replace",
        { target: { ...INPUTS.target, resource: "archive", region: "us-south" } },
        ["target"],
        { "target.resource": "update, replaces", "target.region": "add, replaces" },
      ],
      [
        "has a removed property of a side",
        { target: { serviceName: "cloud-object-storage", serviceInstance: INPUTS.target.serviceInstance } },
        ["target"],
        { "target.resource": "delete, replaces", "target.resourceType": "delete, replaces" },
      ],
      [
        "has credentials of another account, which replace",
        { credentials: "PARTNER" },
        ["credentials"],
        { credentials: "add, replaces" },
      ],
      ["has no record of default roles", { __presetRoles: ["Reader", "Object Writer"] }, [], {}],
    ];
  for (const [title, change, replaces, paths] of CASES) {
    it(title, () => {
      const wanted = { ...OLDS, ...change } as Inputs;
      const found = detailedDiff(STATE, OLDS, wanted, replaces);
      const texts = [...found].map(([path, each]) => [
        path,
        each.replaces ? `${each.kind}, replaces` : each.kind,
      ]);
      expect(Object.fromEntries(texts)).to.deep.equal(paths);
    });
  }

  it("compares with the state if the inputs are equal, as in an incomplete resource", () => {
    const moved = { ...STATE, target: { ...STATE.target, resource: "archive" }, description: undefined };
    expect([...detailedDiff(moved, OLDS, OLDS, ["target"])]).to.deep.equal([
      ["target", { kind: "update", replaces: true, isOfInputs: false }],
      ["description", { kind: "add", replaces: false, isOfInputs: false }],
    ]);
    const [, change] = [...detailedDiff(STATE, OLDS, { ...OLDS, roles: ["Reader"] }, [])][0] ?? [];
    expect(change).to.include({ isOfInputs: true });
  });
});
