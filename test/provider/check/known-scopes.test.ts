import { expect } from "chai";
import { createKnownScopes } from "../../../src/provider/check/known-scopes";
import type { Inputs } from "../../../src/provider/types";
import { ACCOUNT, crn, EN, guidOf, KMS, OTHER_ACCOUNT } from "../../support/inputs";

const inputsFor = (serviceInstance: string): Inputs => ({
  source: { serviceName: "event-notifications", serviceInstance: EN },
  target: { serviceName: "kms", serviceInstance },
});
/** Returns inputs as they are looked up: with the account of both sides. */
const wantedFor = (serviceInstance: string, accountId = ACCOUNT): Inputs => ({
  source: { accountId, ...inputsFor(serviceInstance).source },
  target: { accountId, ...inputsFor(serviceInstance).target },
});

describe("createKnownScopes", () => {
  it("finds a scope in any form that normalizes to it", () => {
    const FORMS: Record<string, Inputs> = {
      "without accounts": inputsFor(KMS),
      "with accounts": wantedFor(KMS),
      "with properties in another order": {
        source: { serviceInstance: EN, serviceName: "event-notifications" },
        target: { serviceInstance: KMS, serviceName: "kms" },
      },
      "with CRNs": inputsFor(crn("kms", KMS)),
      "without the default source": { ...inputsFor(KMS), source: { serviceInstance: EN } },
    };
    for (const [form, olds] of Object.entries(FORMS)) {
      const known = createKnownScopes();
      expect(known.has(wantedFor(KMS)), form).to.equal(false);
      known.add(olds);
      expect(known.has(wantedFor(KMS)), form).to.equal(true);
      expect(known.has(wantedFor(guidOf(1))), form).to.equal(false);
    }
  });

  it("finds scopes without accounts in the account of each new resource", () => {
    const known = createKnownScopes();
    known.add(inputsFor(KMS));
    known.add(wantedFor(guidOf(1)));
    for (const account of [ACCOUNT, OTHER_ACCOUNT]) {
      expect(known.has(wantedFor(KMS, account)), account).to.equal(true);
      expect(known.has(wantedFor(guidOf(1), account)), account).to.equal(account === ACCOUNT);
    }
  });

  it("ignores inputs without a scope", () => {
    const known = createKnownScopes();
    known.add({});
    known.add({ source: inputsFor(KMS).source });
    expect(known.has(wantedFor(KMS))).to.equal(false);
  });

  it("reads each scope in state once, however many new resources are looked up", () => {
    /** Returns the number of times that the lookups read a scope in state. */
    const readsFor = (lookups: number) => {
      let reads = 0;
      const known = createKnownScopes();
      for (let at = 0; at < 20; at += 1) {
        const { source, target } = inputsFor(guidOf(at));
        const counted = Object.defineProperty({ ...target }, "serviceInstance", {
          enumerable: true,
          get: () => ((reads += 1), target.serviceInstance),
        });
        known.add({ source, target: counted });
      }
      for (let at = 0; at < lookups; at += 1) expect(known.has(wantedFor(guidOf(100 + at)))).to.equal(false);
      return reads;
    };
    expect(readsFor(50)).to.equal(readsFor(1)).and.to.be.at.least(20);
  });
});
