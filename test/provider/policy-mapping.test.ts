import { join } from "node:path";
import { expect } from "chai";
import * as fc from "fast-check";
import ts from "typescript";
import type { Policy } from "../../src/iam/types";
import { normalize, withAccounts } from "../../src/provider/check/normalize";
import { toState, scopeOf, toPolicyBody, toAttributes } from "../../src/provider/policy-mapping";
import { arbitraryInputs } from "../support/arbitrary-inputs";
import { ROOT } from "../support/engine";
import { ACCOUNT } from "../support/inputs";

const ARGS = join(ROOT, "src", "args.ts");

/** Returns the properties of an interface in `args.ts`. It reads the source, and does not use the mapping. */
function propertiesOf(name: string): string[] {
  const file = ts.createSourceFile(ARGS, ts.sys.readFile(ARGS) ?? "", ts.ScriptTarget.Latest);
  const declaration = file.statements
    .filter(ts.isInterfaceDeclaration)
    .find((each) => each.name.text === name);
  return (declaration?.members ?? []).map((member) =>
    member.name && ts.isIdentifier(member.name) ? member.name.text : "?",
  );
}

describe("toAttributes and scopeOf", () => {
  const sides = ["AuthorizationSide", "SourceProperties", "TargetProperties"].flatMap(propertiesOf);
  const single = [...new Set(sides)].filter((name) => !["attributes", "tags"].includes(name));

  it("are tested with all properties of the arguments", () => {
    expect(single).to.have.length.at.least(7).and.not.include("?");
  });

  for (const name of single) {
    it(`map ${name} to an attribute`, () => {
      expect(toAttributes({ [name]: "value" })).to.deep.equal([
        { key: name, operator: "stringEquals", value: "value" },
      ]);
    });
  }

  it("refuse a property without an attribute", () => {
    const side = { serviceName: "kms", zone: "1" };
    expect(() => toAttributes(side)).to.throw("zone cannot be mapped to an attribute");
  });

  it("map every property of any inputs", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const { source, target } = withAccounts(inputs, ACCOUNT);
        const body = toPolicyBody({ ...inputs, source, target }, []);
        for (const [side, { attributes }] of [
          [source, body.subject],
          [target, body.resource],
        ] as const) {
          const sent = new Map(attributes.map((each) => [each.key, each.value]));
          for (const [key, value] of Object.entries(side)) {
            if (typeof value === "string" && value !== "*") expect(sent.get(key), key).to.equal(value);
          }
          for (const { key, value } of side.attributes ?? []) expect(sent.get(key), key).to.deep.equal(value);
        }
        expect(body.resource.tags?.length ?? 0).to.equal(target.tags?.length ?? 0);
      }),
    );
  });

  it("return the original scope from a policy", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const { source, target } = withAccounts(normalize(inputs, { accountId: ACCOUNT }), ACCOUNT);
        expect(scopeOf(toPolicyBody({ ...inputs, source, target }, []))).to.deep.equal({ source, target });
      }),
    );
  });
});

describe("toState", () => {
  for (const crn of ["constructor", "__proto__", "toString", ""]) {
    it(`returns the id of a role without a name: ${JSON.stringify(crn)}`, () => {
      const policy: Policy = {
        ...{ id: "p", type: "authorization", state: "active", href: "", roleNames: {} },
        subject: { attributes: toAttributes({ accountId: ACCOUNT }) },
        resource: { attributes: toAttributes({ accountId: ACCOUNT }) },
        roleIds: [crn],
      };
      expect(toState(policy, {}).roles).to.deep.equal([crn]);
    });
  }
});
