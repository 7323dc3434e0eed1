import { expect } from "chai";
import { parseAuthorization, parsePolicyPage } from "../../src/iam/parse";
import type { SdkResponse } from "../../src/iam/types";
import type { Client } from "../../src/iam/client";
import { withDeadline } from "../../src/iam/deadline";
import { listRoles } from "../../src/iam/roles";

const POLICY = {
  id: "p",
  type: "authorization",
  state: "active",
  subject: { attributes: [] },
  resource: { attributes: [] },
  control: { grant: { roles: [] } },
  rule: { operator: "and", conditions: [{ key: "k" }] },
  template: { id: "t", version: "1" },
};

describe("an answer of IAM", () => {
  it("is taken with whatever its rule and template say", () => {
    const { rule, template } = POLICY;
    expect(parseAuthorization(POLICY)).to.deep.include({ rule, template });
  });

  for (const part of ["rule", "template"]) {
    it(`is no policy with a list for a ${part}`, () => {
      expect(parseAuthorization({ ...POLICY, [part]: [] })).to.equal(undefined);
    });
  }

  it("is no page with a list for what comes next", () => {
    expect(() => parsePolicyPage({ result: { policies: [], next: [] } })).to.throw("listing policies");
  });

  it("is no roles as a list", async () => {
    const call: unknown = (_make: unknown, read: (answer: SdkResponse) => unknown) =>
      Promise.resolve(read({ status: 200, result: [], headers: {} }));
    const error: unknown = await withDeadline(1_000, undefined, (deadline) =>
      listRoles({ call } as Client, {}, deadline),
    ).catch((each: unknown) => each);
    expect(String(error)).to.include("listing roles");
  });
});
