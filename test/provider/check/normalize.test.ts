import { expect } from "chai";
import * as fc from "fast-check";
import { checkAccounts, normalize, withAccounts } from "../../../src/provider/check/normalize";
import { diffInputs } from "../../../src/provider/diff";
import { toInputs, scopeOf, toPolicyBody } from "../../../src/provider/policy-mapping";
import { authorizationProvider } from "../../../src/provider/provider";
import type { Inputs, Source, Target, State } from "../../../src/provider/types";
import { arbitraryInputs } from "../../support/arbitrary-inputs";
import { ACCOUNT, bucketInputs, COS, crn, EN, OTHER_ACCOUNT } from "../../support/inputs";

const FACTS = { accountId: ACCOUNT };

/** Returns the state of these inputs after create. */
function stateOf(inputs: Inputs): State {
  const wanted = withAccounts(inputs, ACCOUNT);
  const { source, target, roles = [], ...rest } = normalize(inputs, FACTS);
  const scope = scopeOf(toPolicyBody(wanted, [])) as Pick<State, "source" | "target">;
  return { ...scope, ...rest, roles, state: "active", href: "" };
}

type Side = Partial<Source & Target>;

/** Returns an equivalent notation of one side. */
function equivalent(side: Side, service: string, shuffle: <T>(list: readonly T[]) => T[]): Side {
  const { serviceInstance, attributes = [], tags, ...rest } = side;
  const plain = attributes.map((each) => {
    const value = Array.isArray(each.value) ? shuffle([...each.value, ...each.value]) : each.value;
    return each.operator === "stringEquals" ? { key: each.key, value } : { ...each, value };
  });
  const hasGuid = serviceInstance !== undefined && serviceInstance !== "*" && rest.accountId === undefined;
  const instance = hasGuid ? crn(service, serviceInstance) : serviceInstance;
  return {
    ...rest,
    ...(instance !== undefined && { serviceInstance: instance }),
    ...(attributes.length > 0 && { attributes: shuffle(plain) }),
    ...(tags && { tags: shuffle(tags) }),
  };
}

describe("normalize", () => {
  it("returns the same for equivalent inputs, and they have no diff", () => {
    fc.assert(
      fc.property(arbitraryInputs, fc.integer(), (inputs, seed) => {
        const shuffle = <T>(list: readonly T[]) => (seed % 2 === 0 ? [...list].reverse() : [...list]);
        const { source, target, roles = [] } = inputs;
        const other: Inputs = {
          ...inputs,
          source: equivalent(source, source.serviceName ?? "", shuffle),
          target: { ...(equivalent(target, target.serviceName, shuffle) as Target), accountId: ACCOUNT },
          adopt: inputs.adopt ?? false,
          settle: { afterCreate: 0, beforeDelete: 0, ...inputs.settle },
          roles: shuffle([...roles, ...roles]).map((role) => (seed % 3 === 0 ? role.toUpperCase() : role)),
        };
        const sorted = ({ roles, ...rest }: Inputs) => ({ ...rest, roles: roles?.toSorted() });
        expect(sorted(normalize(other, FACTS))).to.deep.equal(sorted(normalize(inputs, FACTS)));
        expect(diffInputs(stateOf(inputs), other).changed).to.deep.equal([]);
      }),
    );
  });

  it("does not change normalized inputs", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const once = normalize(inputs, FACTS);
        expect(normalize(once, FACTS)).to.deep.equal(once);
      }),
    );
  });

  it("returns the inputs that toInputs restores from the policy", () => {
    fc.assert(
      fc.property(arbitraryInputs, (inputs) => {
        const state = JSON.parse(JSON.stringify(stateOf(inputs))) as State;
        expect(toInputs(state)).to.deep.equal(normalize(inputs, FACTS));
      }),
    );
  });

  it("returns different results for inputs with a diff", () => {
    fc.assert(
      fc.property(arbitraryInputs, arbitraryInputs, (one, other) => {
        const same = JSON.stringify(normalize(one, FACTS)) === JSON.stringify(normalize(other, FACTS));
        expect(diffInputs(stateOf(one), other).changed.length === 0).to.equal(same);
      }),
    );
  });

  it("returns the same as check for any valid inputs", async () => {
    const provider = authorizationProvider({ env: {}, log: () => undefined });
    await fc.assert(
      fc.asyncProperty(arbitraryInputs, async (inputs) => {
        const { failures, inputs: normalized } = await provider.check({}, { ...inputs });
        expect(failures).to.deep.equal([]);
        expect(JSON.parse(JSON.stringify(normalized))).to.deep.equal(normalize(inputs, {}));
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

describe("check with any JSON", () => {
  it("returns failures or normalized inputs, and never throws", async () => {
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
        for (const { property, reason } of failures ?? []) expect(reason, property).to.match(/\[[a-z-]+\]$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("checkAccounts", () => {
  it("refuses a source's CRN of another account if accountId is not set", () => {
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

  it("accepts the credentials' account, and a source in another account if accountId is set", () => {
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
