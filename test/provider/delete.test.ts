import { expect } from "chai";
import { deleteAuthorization } from "../../src/provider/delete";
import { CodedError } from "../../src/shared/coded-error";
import { contextOf, INPUTS, policy, state } from "../support/context";
import { failure } from "../support/provider";

const unknown = new CodedError("no-answer", "no response", { outcomeUnknown: true });

describe("deleteAuthorization", () => {
  const deleting = (result: Promise<void> = Promise.resolve()) => {
    const deleted: string[] = [];
    const context = contextOf({
      deletePolicy: (id) => {
        deleted.push(id);
        return result;
      },
    });
    return { context, deleted };
  };

  it("deletes the policy at once, or after beforeDelete, and once only", async () => {
    const { context, deleted } = deleting();
    await deleteAuthorization(context, "one", state());
    await deleteAuthorization(context, "two", state({ settle: { beforeDelete: 7 } }));
    await deleteAuthorization(context, "one", state());
    expect(deleted).to.deep.equal(["one", "two"]);
    expect(context.waited).to.deep.equal([0, 7]);
    expect(context.ownership.isDeleted("one")).to.equal(true);
  });

  it("refuses what an enterprise template manages, and credentials of another account", async () => {
    const { context, deleted } = deleting();
    const managed = deleteAuthorization(context, "one", state({ template: { id: "t" } }));
    expect(await failure(managed)).to.have.property("code", "managed-elsewhere");
    const target = { ...state().target, accountId: "0".repeat(32) };
    const other = deleteAuthorization(context, "one", state({ target }));
    expect(await failure(other)).to.have.property("code", "wrong-account");
    expect(deleted).to.deep.equal([]);
  });

  it("lets another resource take the policy over after a refusal, but not after an unknown outcome", async () => {
    const refused = deleting(Promise.reject(new CodedError("not-permitted", "no")));
    await failure(deleteAuthorization(refused.context, "one", state()));
    expect(refused.context.ownership.isDeleting("one")).to.equal(false);

    const { context } = deleting(Promise.reject(unknown));
    const error = await failure(deleteAuthorization(context, "one", state()));
    expect(error).to.include({ code: "outcome-unknown", outcomeUnknown: true, cause: unknown });
    expect(error.message).to.match(/^no response\. IAM may have deleted it/);
    expect(context.ownership.isDeleting("one")).to.equal(true);
  });

  it("leaves a policy that another resource created or adopted", async () => {
    const { context, deleted } = deleting();
    context.ownership.take("one");
    await deleteAuthorization(context, "one", state());
    expect(deleted).to.deep.equal([]);
    expect(context.logged[0]).to.include("one stays in IAM");
    expect(context.ownership.isDeleting("one")).to.equal(false);
  });

  it("leaves a policy that another resource takes over during beforeDelete", async () => {
    const { context, deleted } = deleting();
    const wait = () => {
      context.ownership.take("one");
      return Promise.resolve();
    };
    await deleteAuthorization({ ...context, wait }, "one", state());
    expect(deleted).to.deep.equal([]);
    expect(context.ownership.isDeleting("one")).to.equal(false);
  });

  describe("of a policy that another resource keeps", () => {
    const kept = (found = policy()) => {
      let reads = 0;
      const context = contextOf({
        readPolicy: () => {
          reads += 1;
          return Promise.resolve(found);
        },
      });
      context.ownership.declare(INPUTS);
      context.ownership.keep("one", INPUTS);
      return { context, reads: () => reads };
    };

    it("leaves it if IAM holds what that resource declares", async () => {
      const { context, reads } = kept();
      await deleteAuthorization(context, "one", state());
      expect(reads()).to.equal(1);
      expect(context.logged).to.have.length(1);
    });

    it("fails if IAM holds something else", async () => {
      const { context } = kept(policy({ description: "changed" }));
      const error = await failure(deleteAuthorization(context, "one", state()));
      expect(error).to.have.property("code", "held-twice");
      expect(context.logged).to.deep.equal([]);
    });

    it("ignores a difference that IAM does not store", async () => {
      const { context } = kept();
      await deleteAuthorization(context, "one", state({ settle: { afterCreate: 1 } }));
      expect(context.logged).to.have.length(1);
    });

    it("does not read it if that resource has reconciled it in this run", async () => {
      const { context, reads } = kept(policy({ description: "changed" }));
      context.ownership.reconciled("one");
      await deleteAuthorization(context, "one", state());
      expect(reads()).to.equal(0);
    });
  });
});
