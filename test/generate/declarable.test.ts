import { expect } from "chai";
import { readFileSync } from "node:fs";
import type { Seed } from "../../src/emulator";
import { namedIn, selectAuthorizations } from "../../src/generate";
import { parseAuthorization } from "../../src/iam/parse";
import { crn, EN } from "../support/inputs";
import { WHAT_EXISTS } from "../support/what-exists";
import { RECORDED } from "./fixtures/terraform/record";

/** Selects from policies of an account. @returns the number of those taken over, and why others are skipped, by id or address */
function selected(seeds: readonly Seed[], file?: string) {
  const policies = seeds.flatMap(
    (seed) => parseAuthorization({ type: "authorization", state: "active", ...seed }) ?? [],
  );
  const named = file === undefined ? undefined : namedIn(readFileSync(file, "utf8"));
  const { taken, skipped } = selectAuthorizations(policies, named);
  const reasons = skipped.map(({ what, reason }) => [what.replace(/ \(.*/, ""), reason]);
  return { taken: taken.length, reasons: Object.fromEntries(reasons) as Record<string, string> };
}

const WIDE = WHAT_EXISTS["wide"] as Seed & { id: string };
/** Returns a policy with another value of one attribute of its source. */
function withSource(key: string, value: string): Seed {
  const others = WIDE.subject.attributes.filter((each) => each.key !== key);
  return { ...WIDE, subject: { attributes: [...others, { key, operator: "stringEquals", value }] } };
}

describe("an authorization that no program can declare", () => {
  it("is skipped if its instance is a CRN, which a program would send as a GUID", () => {
    const { taken, reasons } = selected([withSource("serviceInstance", crn("event-notifications", EN))]);
    expect(taken).to.equal(0);
    expect(reasons[WIDE.id]).to.match(/^no program can declare it.*source\.serviceInstance is "crn:/);
  });

  it("is skipped if a check of the inputs refuses it", () => {
    const { taken, reasons } = selected([withSource("resourceGroupId", "not-an-id")]);
    expect(taken).to.equal(0);
    expect(reasons[WIDE.id]).to.match(/^no program can declare it: source\.resourceGroupId/);
  });

  for (const source of ["state", "show"] as const) {
    it(`is the only one of Event Notifications that is skipped in a recorded ${source}, apart from a deleted one`, () => {
      const policies = JSON.parse(readFileSync(RECORDED.policies, "utf8")) as Seed[];
      const { taken, reasons } = selected(
        policies.filter(({ state }) => state === "active"),
        RECORDED[source],
      );
      expect(taken).to.equal(policies.length - 3);
      const type = "ibm_iam_authorization_policy";
      expect(reasons).to.have.all.keys(
        `${type}.by_crn`,
        `${type}.secrets_to_keys`,
        `${type}.each["project"]`,
      );
      expect(reasons[`${type}.by_crn`]).to.match(/^no program can declare it/);
    });
  }
});
