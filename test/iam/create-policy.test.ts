import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator } from "../../src/emulator";
import { openIam, type Iam } from "../../src/iam";
import { PolicyConflictError } from "../../src/iam/errors";
import type { PolicyBody, Timeouts } from "../../src/iam/types";
import { sdk } from "../support/iam-edits";
import { policyBody } from "../support/inputs";
import { closing } from "../support/opened";
import { failure, QUICK } from "../support/provider";

describe("createPolicy", () => {
  let emulator: IamEmulator;
  let body: PolicyBody;
  beforeEach(async () => {
    emulator = closing(await startIamEmulator());
    body = policyBody(emulator.accountId);
  });

  const open = (timeouts: Partial<Timeouts> = {}): Iam => {
    const config: Record<string, string> = {
      "ibmcloud:apiKey": emulator.apiKey,
      "ibmcloud:iamEndpoint": emulator.url,
    };
    return openIam({ config: (key) => config[key], env: {}, timeouts: { ...QUICK, ...timeouts } });
  };
  const nothing = () => false;
  const seeded = () => {
    const { roleIds, ...scope } = body;
    const control = { grant: { roles: roleIds.map((role_id) => ({ role_id })) } };
    const [policy] = emulator.seed([{ ...scope, control }]);
    return policy?.id ?? "";
  };
  const ids = () => emulator.policies().map(({ id }) => id);

  describe("if a policy with the same scope is being deleted", () => {
    it("has an unknown outcome if it conflicts first, and then the deadline ends before a response arrives", async () => {
      const old = seeded();
      emulator.inject({ operation: "createV2Policy", nth: 2, afterCommit: true, latency: Infinity });
      emulator.inject({
        operation: "createV2Policy",
        afterCommit: true,
        meanwhile: () =>
          sdk(emulator)
            .deleteV2Policy({ id: old })
            .then(() => undefined),
      });
      const creating = open({ retryTimeout: 700 }).createPolicy(body, nothing, (id) => id === old);
      expect(await failure(creating)).to.include({ code: "no-answer", outcomeUnknown: true });
      expect(ids()).to.have.length(1).and.not.to.include(old);
    });

    it("has an unknown outcome if a response was lost, and IAM then reports only that policy", async () => {
      const old = seeded();
      const [policy] = emulator.policies();
      await sdk(emulator).deleteV2Policy({ id: old });
      emulator.inject({ operation: "createV2Policy", afterCommit: true, reset: true });
      const conflict = {
        code: "policy_conflict_error",
        message: "",
        details: { conflicts_with: { policy } },
      };
      const fault: Fault = {
        operation: "createV2Policy",
        nth: 2,
        times: Infinity,
        status: 409,
        body: JSON.stringify({ errors: [conflict] }),
      };
      emulator.inject(fault);
      const error = await failure(open().createPolicy(body, nothing, (id) => id === old));
      expect(error).to.be.instanceOf(PolicyConflictError).and.to.include({ outcomeUnknown: true });
      expect(ids()).to.have.length(1).and.not.to.include(old);
    });
  });

  it("is refused if a response was lost, and another policy proves that nothing was created", async () => {
    const other = seeded();
    emulator.inject({ operation: "createV2Policy", reset: true });
    const error = await failure(open().createPolicy(body, nothing));
    expect(error).to.be.instanceOf(PolicyConflictError).and.to.include({ outcomeUnknown: false });
    expect(ids()).to.deep.equal([other]);
  });
});
