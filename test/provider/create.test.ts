import { expect } from "chai";
import { IamError, PolicyConflictError } from "../../src/iam/errors";
import type { Policy, PolicyBody } from "../../src/iam/types";
import { createAuthorization } from "../../src/provider/create";
import { IncompleteError } from "../../src/provider/errors";
import { CodedError } from "../../src/shared/coded-error";
import { contextOf, INPUTS, policy, READER, state } from "../support/context";
import { failure } from "../support/provider";

const conflict = (duplicate: Policy) =>
  new PolicyConflictError(
    duplicate,
    new IamError({ status: 409, code: "policy_conflict_error", message: "Exists" }),
  );

describe("createAuthorization", () => {
  it("creates the policy, waits for afterCreate, and returns its state", async () => {
    const sent: PolicyBody[] = [];
    const context = contextOf({
      createPolicy: (body) => {
        sent.push(body);
        return Promise.resolve(policy());
      },
    });
    const { id, outs } = await createAuthorization(context, { ...INPUTS, settle: { afterCreate: 3 } });
    expect(id).to.equal("one");
    expect(outs).to.deep.equal(state({ settle: { afterCreate: 3 } }));
    expect(sent[0]?.roleIds).to.deep.equal([READER.crn]);
    expect(context.waited).to.deep.equal([3]);
    expect(context.ownership.isOwned("one")).to.equal(true);
  });

  it("explains the next step if the outcome is unknown, and releases the reservation", async () => {
    const unknown = new CodedError("no-answer", "no response", { outcomeUnknown: true });
    const context = contextOf({ createPolicy: () => Promise.reject(unknown) });
    for (let time = 1; time <= 2; time += 1) {
      const error = await failure(createAuthorization(context, INPUTS));
      expect(error).to.include({ code: "outcome-unknown", outcomeUnknown: true });
      expect(error.message).to.include("IBMCLOUD_ADOPT_OWN=true pulumi up");
    }
  });

  it("keeps the created policy in state if a later step fails", async () => {
    const context = contextOf({
      createPolicy: () => Promise.resolve(policy({ description: "other" })),
      updatePolicy: () => Promise.reject(new CodedError("not-permitted", "no")),
    });
    const error = await failure(createAuthorization(context, INPUTS));
    expect(error).to.be.instanceOf(IncompleteError).and.to.include({ id: "one", code: "not-permitted" });
    expect(error)
      .to.have.property("state")
      .that.deep.equals(state({ description: "other" }));
  });

  it("requires roles to create an authorization of a pair without documented roles", async () => {
    const context = contextOf({ findPolicies: () => Promise.resolve([]) });
    const target = { serviceName: "messagehub", serviceInstance: "*" };
    const inputs = { ...INPUTS, target, roles: undefined, adopt: true };
    expect(await failure(createAuthorization(context, inputs))).to.have.property("code", "roles-missing");
  });

  describe("with a duplicate in IAM", () => {
    const existing = policy({ id: "two" });
    const creating = (iam: object = {}, duplicate = existing) =>
      contextOf({ createPolicy: () => Promise.reject(conflict(duplicate)), ...iam });
    const ADOPTS = "IBMCLOUD_ADOPT_OWN";

    it("fails, and offers to adopt it", async () => {
      const error = await failure(
        createAuthorization(creating({}, { ...existing, createdById: "iam-you" }), INPUTS),
      );
      expect(error).to.have.property("code", "already-exists");
      expect(error.cause).to.be.instanceOf(PolicyConflictError);
      expect(error.message).to.include('adopt: "two"').and.not.to.include(ADOPTS);
    });

    it("mentions IBMCLOUD_ADOPT_OWN only if the same credentials created it", async () => {
      expect((await failure(createAuthorization(creating(), INPUTS))).message).to.include(ADOPTS);
      const anonymous = creating(
        { identity: () => Promise.resolve({ accountId: state().target.accountId }) },
        { ...existing, createdById: undefined },
      );
      expect((await failure(createAuthorization(anonymous, INPUTS))).message).not.to.include(ADOPTS);
    });

    it("adopts it with adopt: true, or with IBMCLOUD_ADOPT_OWN if the same credentials created it", async () => {
      const none = { findPolicies: () => Promise.resolve([]) };
      const { id } = await createAuthorization(creating(none), { ...INPUTS, adopt: true });
      expect(id).to.equal("two");
      expect((await createAuthorization(creating({ adoptsOwn: true }), INPUTS)).id).to.equal("two");
      const yours = creating({ adoptsOwn: true }, { ...existing, createdById: "iam-you" });
      expect(await failure(createAuthorization(yours, INPUTS))).to.have.property("code", "already-exists");
    });

    const NOT_ADOPTED: [
      title: string,
      duplicate: Policy,
      prepare?: (context: ReturnType<typeof contextOf>) => void,
    ][] = [
      ["belongs to a service", { ...existing, createdById: "crn-service" }],
      ["belongs to a template", { ...existing, template: { id: "t" } }],
      [
        "another resource owns",
        existing,
        ({ ownership }) => {
          ownership.take("two");
        },
      ],
      [
        "this run deletes",
        existing,
        ({ ownership }) => {
          ownership.startDelete("two");
        },
      ],
    ];
    for (const [title, duplicate, prepare] of NOT_ADOPTED) {
      it(`never adopts one that ${title}`, async () => {
        const context = creating({ adoptsOwn: true, findPolicies: () => Promise.resolve([]) }, duplicate);
        prepare?.(context);
        const error = await failure(createAuthorization(context, { ...INPUTS, adopt: true }));
        expect(error).to.have.property("code", "already-exists");
        expect(error.message).not.to.include('set adopt: "two"');
      });
    }
  });
});
