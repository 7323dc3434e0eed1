import { expect } from "chai";
import * as fc from "fast-check";
import { authorizationProvider } from "../../../src/provider/provider";
import { diffInputs } from "../../../src/provider/diff";
import type { Inputs, Source, Target } from "../../../src/provider/types";
import { checkAccounts, normalize, withAccounts } from "../../../src/provider/check/normalize";
import { toInputs, scopeOf, toPolicyBody } from "../../../src/provider/policy-mapping";
import type { State } from "../../../src/provider/types";
import { arbitraryInputs } from "../../support/arbitrary-inputs";
import { ACCOUNT, bucketInputs, COS, crn, EN, OTHER_ACCOUNT } from "../../support/inputs";

const FACTS = { accountId: ACCOUNT };

/** The state that IAM's answer to these inputs means. */
function stateOf(inputs: Inputs): State {
  const wanted = withAccounts(inputs, ACCOUNT);
  const { source, target, roles = [], ...rest } = normalize(inputs, FACTS);
  return { ...scopeOf(toPolicyBody(wanted, [])), ...rest, roles, state: "active", href: "" };
}

type Side = Partial<Source & Target>;

/** Other ways to write one side. */
function rewritten(side: Side, service: string, shuffle: <T>(list: readonly T[]) => T[]): Side {
  const { serviceInstance, attributes = [], tags, ...rest } = side;
  const plain = attributes.map((each) => {
    const value = Array.isArray(each.value) ? shuffle([...each.value, ...each.value]) : each.value;
    return each.operator === "stringEquals" ? { key: each.key, value } : { ...each, value };
  });
  const named = serviceInstance !== undefined && serviceInstance !== "*" && rest.accountId === undefined;
  const instance = named ? crn(service, serviceInstance) : serviceInstance;
  return {
    ...rest,
    ...(instance !== undefined && { serviceInstance: instance }),
    ...(attributes.length > 0 && { attributes: shuffle(plain) }),
    ...(tags && { tags: shuffle(tags) }),
  };
}

describe("the normal form", () => {
  it("is the same for inputs that mean the same, and they show as no change", () => {
    fc.assert(
      fc.property(arbitraryInputs, fc.integer(), (inputs, seed) => {
        const shuffle = <T>(list: readonly T[]) => (seed % 2 === 0 ? [...list].reverse() : [...list]);
        const { source, target, roles = [] } = inputs;
        const other: Inputs = {
          ...inputs,
          source: rewritten(source, source.serviceName ?? "", shuffle),
          target: { ...(rewritten(target, target.serviceName, shuffle) as Target), accountId: ACCOUNT },
          adopt: inputs.adopt ?? false,
          settle: { afterCreate: 0, beforeDelete: 0, ...inputs.settle },
          roles: shuffle([...roles, ...roles]).map((role) => (seed % 3 === 0 ? role.toUpperCase() : role)),
        };
        expect(normalize(other, FACTS)).to.deep.equal(normalize(inputs, FACTS));
        expect(diffInputs(stateOf(inputs), other).changed).to.deep.equal([]);
      }),
    );
  });

  it("is its own normal form", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const once = normalize(inputs, FACTS);
        expect(normalize(once, FACTS)).to.deep.equal(once);
      }),
    );
  });

  it("comes back whole from the policy that it asks for", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const state = JSON.parse(JSON.stringify(stateOf(inputs))) as State;
        expect(toInputs(state)).to.deep.equal(normalize(inputs, FACTS));
      }),
    );
  });

  it("differs where anything else is meant", () => {
    fc.assert(
      fc.property(arbitraryInputs, arbitraryInputs, (one, other) => {
        const same = JSON.stringify(normalize(one, FACTS)) === JSON.stringify(normalize(other, FACTS));
        expect(diffInputs(stateOf(one), other).changed.length === 0).to.equal(same);
      }),
    );
  });

  it("is what check makes of any valid inputs", async () => {
    const provider = authorizationProvider({ env: {}, log: () => undefined });
    await fc.assert(
      fc.asyncProperty(arbitraryInputs, async (inputs) => {
        const { failures, inputs: found } = await provider.check({}, { ...inputs });
        expect(failures).to.deep.equal([]);
        expect(JSON.parse(JSON.stringify(found))).to.deep.equal(normalize(inputs, {}));
      }),
    );
  });

  it("turns a CRN into its GUID once the credentials' account is known", () => {
    const inputs = bucketInputs();
    inputs.target.serviceInstance = crn("cloud-object-storage", COS);
    expect(normalize(inputs, FACTS).target.serviceInstance).to.equal(COS);
    expect(normalize(inputs, {}).target.serviceInstance).to.equal(crn("cloud-object-storage", COS));
  });
});

describe("check of any JSON", () => {
  it("gives failures or a normal form, and never an exception", async () => {
    const provider = authorizationProvider({ env: {}, log: () => undefined });
    const part = fc.oneof(fc.jsonValue(), arbitraryInputs);
    const tree = fc.oneof(
      fc.dictionary(fc.constantFrom("source", "target", "roles", "description", "__provider", "x"), part),
      fc
        .tuple(arbitraryInputs, fc.dictionary(fc.constantFrom("source", "target", "roles"), fc.jsonValue()))
        .map(([valid, odd]): Record<string, unknown> => ({ ...valid, ...odd })),
    );
    await fc.assert(
      fc.asyncProperty(tree, async (news) => {
        const { inputs, failures } = await provider.check({}, news);
        expect(inputs).to.be.an("object");
        for (const { property, reason } of failures ?? []) expect(reason).to.include(property);
      }),
      { numRuns: 500 },
    );
  });
});

describe("accounts", () => {
  it("refuses a source's CRN of another account that is not written", () => {
    const inputs = bucketInputs();
    inputs.source.serviceInstance = crn("event-notifications", EN, OTHER_ACCOUNT);
    const [failure] = checkAccounts(inputs, FACTS);
    expect(failure?.property).to.equal("source.serviceInstance");
    expect(failure?.reason).to.include(`set source.accountId: "${OTHER_ACCOUNT}"`);
  });

  it("refuses a target of another account, by CRN or by accountId", () => {
    const byCrn = bucketInputs();
    byCrn.target.serviceInstance = crn("cloud-object-storage", COS, OTHER_ACCOUNT);
    const byId = bucketInputs();
    byId.target.accountId = OTHER_ACCOUNT;
    expect(checkAccounts(byCrn, FACTS)[0]?.property).to.equal("target.serviceInstance");
    expect(checkAccounts(byId, FACTS)[0]?.property).to.equal("target.accountId");
    expect(checkAccounts(byId, FACTS)[0]?.reason).to.include(`use credentials of ${OTHER_ACCOUNT}`);
  });

  it("takes the own account, written or not, and another's source when it is written", () => {
    const inputs = bucketInputs();
    inputs.source = {
      accountId: OTHER_ACCOUNT,
      serviceInstance: crn("event-notifications", EN, OTHER_ACCOUNT),
    };
    inputs.target.accountId = ACCOUNT;
    expect(checkAccounts(inputs, FACTS)).to.deep.equal([]);
    expect(checkAccounts(inputs, {})).to.deep.equal([]);
  });
});
