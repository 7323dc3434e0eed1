import { expect } from "chai";
import { isBroad } from "../../src/provider/scope-text";
import type { Authorization } from "../../src/results";
import { EN } from "../support/inputs";

type Side = Authorization["source"];

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
