import { expect } from "chai";
import { IamError, PolicyConflictError } from "../../src/iam/errors";
import type { Policy, PolicyBody } from "../../src/iam/types";
import { IncompleteError } from "../../src/provider/errors";
import { updateAuthorization } from "../../src/provider/update";
import { CodedError } from "../../src/shared/coded-error";
import { contextOf, INPUTS, policy, READER, state, WRITER } from "../support/context";
import { ACCOUNT } from "../support/inputs";
import { failure } from "../support/provider";

const WANTED = { ...INPUTS, roles: ["Writer"] };
const unknown = new CodedError("no-answer", "no response", { outcomeUnknown: true });

/** Returns a context whose IAM has this policy, and the sent bodies. */
function contextWith(current: Policy | undefined) {
  const sent: PolicyBody[] = [];
  const context = contextOf({
    updatePolicy: (_id, _known, decide) => {
      const body = decide(current);
      if (body) sent.push(body);
      return Promise.resolve({ ...(current ?? policy()), ...body });
    },
  });
  return { context, sent };
}

function failing(error: Error) {
  return contextOf({ updatePolicy: () => Promise.reject(error) });
}

describe("updateAuthorization", () => {
  it("replaces roles and description, and sends the rest back unchanged", async () => {
    const current = policy({ pattern: "kept", control: { grant: { other: 1 } } });
    const { context, sent } = contextWith(current);
    const { outs } = await updateAuthorization(context, "one", state(), { ...WANTED, description: "new" });
    expect(sent).to.deep.equal([{ ...current, roleIds: [WRITER.crn], description: "new" }]);
    expect(outs).to.deep.include({ roles: ["Writer"], description: "new", target: state().target });
  });

  it("sends nothing if the policy already has these values", async () => {
    const { context, sent } = contextWith(policy({ roleIds: [WRITER.crn] }));
    await updateAuthorization(context, "one", state(), WANTED);
    expect(sent).to.deep.equal([]);
  });

  it("does not call IAM for a change that IAM does not store", async () => {
    const context = contextOf({ identity: () => Promise.reject(new Error("unexpected call")) });
    const known = state({ settle: { afterCreate: 1 }, adopt: true });
    const { outs } = await updateAuthorization(context, "one", known, {
      ...INPUTS,
      settle: { afterCreate: 2 },
    });
    expect(outs).to.deep.equal(state({ settle: { afterCreate: 2 } }));
  });

  it("checks the account of changed credentials", async () => {
    const { context } = contextWith(policy());
    const wanted = { ...INPUTS, credentials: "partner" };
    const { outs } = await updateAuthorization(context, "one", state(), wanted);
    expect(outs).to.deep.equal(state({ credentials: "partner" }));
    const other = contextOf({ identity: () => Promise.resolve({ accountId: "0".repeat(32) }) });
    const error = await failure(updateAuthorization(other, "one", state(), wanted));
    expect(error).to.have.property("code", "wrong-account");
  });

  it("reads the policy if the inputs did not change, because Pulumi then completes an incomplete resource", async () => {
    const { context, sent } = contextWith(policy({ roleIds: [WRITER.crn] }));
    await updateAuthorization(context, "one", state(), INPUTS);
    expect(sent.map(({ roleIds }) => roleIds)).to.deep.equal([[READER.crn]]);
  });

  it("reads the policy if the state has no roles", async () => {
    const incomplete = state();
    Reflect.deleteProperty(incomplete, "roles");
    const { context, sent } = contextWith(policy({ roleIds: [WRITER.crn] }));
    const wanted = { ...INPUTS, roles: undefined, settle: { afterCreate: 1 } };
    const { outs } = await updateAuthorization(context, "one", incomplete, wanted);
    expect(sent).to.deep.equal([]);
    expect(outs).to.deep.include({ roles: ["Writer"] });
  });

  it("keeps __presetRoles until the program sets roles", async () => {
    const known = state({ __presetRoles: ["Reader"] });
    const { context } = contextWith(policy());
    const without = { ...INPUTS, roles: undefined, description: "new" };
    expect((await updateAuthorization(context, "one", known, without)).outs.__presetRoles).to.deep.equal([
      "Reader",
    ]);
    const withRoles = { ...INPUTS, description: "new" };
    expect((await updateAuthorization(context, "one", known, withRoles)).outs).not.to.have.property(
      "__presetRoles",
    );
    expect((await updateAuthorization(context, "one", state(), without)).outs).not.to.have.property(
      "__presetRoles",
    );
  });

  const REFUSED: [title: string, current: Policy | undefined, code: string][] = [
    ["is gone", undefined, "policy-not-found"],
    ["is managed by a template", policy({ template: { id: "t" } }), "managed-elsewhere"],
    ["has another scope", policy({ subject: { attributes: [] } }), "scope-changed"],
  ];
  for (const [title, current, code] of REFUSED) {
    it(`refuses to update a policy that ${title}`, async () => {
      const { context, sent } = contextWith(current);
      const error = await failure(updateAuthorization(context, "one", state(), WANTED));
      expect(error).to.have.property("code", code);
      expect(sent).to.deep.equal([]);
    });
  }

  it("names the author and the time of a scope change if IAM returns them", async () => {
    const messageFor = async (changes: Partial<Policy>) => {
      const { context } = contextWith(policy({ subject: { attributes: [] }, ...changes }));
      return (await failure(updateAuthorization(context, "one", state(), WANTED))).message;
    };
    const [by, at] = ["IBMid-1", "2026-03-01T00:00:00Z"];
    expect(await messageFor({ lastModifiedById: by, lastModifiedAt: at })).to.include(
      `, after a change by ${by} at ${at}:`,
    );
    expect(await messageFor({ lastModifiedById: by })).to.include(`, after a change by ${by}:`);
    expect(await messageFor({ lastModifiedAt: at })).to.include("not the declared one: run");
  });

  it("leaves the resource incomplete, without roles in state, if the outcome is unknown", async () => {
    const error = await failure(updateAuthorization(failing(unknown), "one", state(), WANTED));
    expect(error).to.be.instanceOf(IncompleteError);
    expect(error).to.include({ id: "one", outcomeUnknown: true, code: "outcome-unknown" });
    const withoutRoles = state();
    Reflect.deleteProperty(withoutRoles, "roles");
    expect(error).to.have.deep.property("state", withoutRoles);
  });

  it("passes other errors on", async () => {
    const refused = new CodedError("not-permitted", "no");
    expect(await failure(updateAuthorization(failing(refused), "one", state(), WANTED))).to.equal(refused);
  });

  it("reports a duplicate with its id, and leaves the resource incomplete if the outcome is unknown", async () => {
    const refused = new IamError({ code: "policy_conflict_error", status: 409, message: "Exists" });
    const certain = new PolicyConflictError(policy({ id: "two" }), refused);
    const error = await failure(updateAuthorization(failing(certain), "one", state(), WANTED));
    expect(error).to.include({ code: "already-exists", outcomeUnknown: false, cause: certain });
    expect(error.message).to.include("two with Reader").and.to.include('adopt: "two"');
    const doubtful = failing(new PolicyConflictError(certain.policy, refused, true));
    expect(await failure(updateAuthorization(doubtful, "one", state(), WANTED))).to.be.instanceOf(
      IncompleteError,
    );
  });

  it("has a state with an account on both sides", () => {
    expect(state().source.accountId).to.equal(ACCOUNT);
  });
});
