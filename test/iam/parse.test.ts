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

describe("the parsers of IAM's responses", () => {
  it("accept any rule and any template", () => {
    const { rule, template } = POLICY;
    expect(parseAuthorization(POLICY)).to.deep.include({ rule, template });
  });

  for (const part of ["rule", "template"]) {
    it(`refuse a policy whose ${part} is a list`, () => {
      expect(parseAuthorization({ ...POLICY, [part]: [] })).to.equal(undefined);
    });
  }

  it("refuse a page whose next is a list", () => {
    expect(() => parsePolicyPage({ result: { policies: [], next: [] } })).to.throw("listing policies");
  });

  it("refuse roles that are a list", async () => {
    const call: unknown = (_make: unknown, read: (answer: SdkResponse) => unknown) =>
      Promise.resolve(read({ status: 200, result: [], headers: {} }));
    const error: unknown = await withDeadline(1_000, undefined, (deadline) =>
      listRoles({ call } as Client, {}, deadline),
    ).catch((each: unknown) => each);
    expect(String(error)).to.include("listing roles");
  });
});
