import { expect } from "chai";
import { isBroad, scopeText } from "../../src/provider/scope-text";
import type { Authorization } from "../../src/results";
import { ACCOUNT, EN, KMS, OTHER_ACCOUNT } from "../support/inputs";

type Side = Authorization["source"];

describe("scopeText", () => {
  const source = { serviceName: "event-notifications", serviceInstance: EN };
  const target = { serviceName: "kms", serviceInstance: KMS, accountId: ACCOUNT };
  it("has the account of the source only if it is not that of the target", () => {
    expect(scopeText({ source: { ...source, accountId: ACCOUNT }, target })).to.equal(
      `event-notifications (${EN}) -> kms (${KMS})`,
    );
    expect(scopeText({ source: { ...source, accountId: OTHER_ACCOUNT }, target })).to.equal(
      `event-notifications (${EN}, account ${OTHER_ACCOUNT}) -> kms (${KMS})`,
    );
  });

  it("shows that a side names no account", () => {
    expect(scopeText({ source, target: { ...target, accountId: undefined } })).to.equal(
      `event-notifications (${EN}, no account) -> kms (${KMS}, no account)`,
    );
  });
});

describe("isBroad", () => {
  const exists = (key: string, value = true) => ({
    attributes: [{ key, operator: "stringExists" as const, value }],
  });
  const SIDES: [what: string, side: Omit<Side, "accountId">, broad: boolean][] = [
    ["all instances", { serviceName: "kms", serviceInstance: "*" }, true],
    ["all resource groups", { serviceName: "kms", resourceGroupId: "*" }, true],
    [
      "all services of a group",
      { serviceName: "*", resourceGroupId: "0123456789abcdef0123456789abcdef" },
      true,
    ],
    ["all instances, as a condition", { serviceName: "kms", ...exists("serviceInstance") }, true],
    ["one instance", { serviceName: "kms", serviceInstance: EN }, false],
    ["no instance, as a condition", { serviceName: "kms", ...exists("serviceInstance", false) }, false],
    [
      "another condition of one instance",
      { serviceName: "kms", serviceInstance: EN, ...exists("resource") },
      false,
    ],
  ];
  for (const [what, side, broad] of SIDES) {
    it(`returns ${broad} for ${what}`, () => {
      expect(isBroad({ accountId: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", ...side })).to.equal(broad);
    });
  }
});
