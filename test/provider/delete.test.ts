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

  it("deletes a policy at once or after beforeDelete, and only once", async () => {
    const { context, deleted } = deleting();
    await deleteAuthorization(context, "one", state());
    await deleteAuthorization(context, "two", state({ settle: { beforeDelete: 7 } }));
    await deleteAuthorization(context, "one", state());
    expect(deleted).to.deep.equal(["one", "two"]);
    expect(context.waited).to.deep.equal([0, 7]);
    expect(context.ownership.isDeleted("one")).to.equal(true);
  });

  it("refuses a policy of an enterprise template, and credentials of another account", async () => {
    const { context, deleted } = deleting();
    const managed = deleteAuthorization(context, "one", state({ template: { id: "t" } }));
    expect(await failure(managed)).to.have.property("code", "managed-elsewhere");
    const target = { ...state().target, accountId: "0".repeat(32) };
    const other = deleteAuthorization(context, "one", state({ target }));
    expect(await failure(other)).to.have.property("code", "wrong-account");
    expect(deleted).to.deep.equal([]);
  });

  it("lets another resource adopt the policy after a refused delete, but not after an unknown outcome", async () => {
    const refused = deleting(Promise.reject(new CodedError("not-permitted", "no")));
    await failure(deleteAuthorization(refused.context, "one", state()));
    expect(refused.context.ownership.isDeleting("one")).to.equal(false);

    const { context } = deleting(Promise.reject(unknown));
    const error = await failure(deleteAuthorization(context, "one", state()));
    expect(error).to.include({ code: "outcome-unknown", outcomeUnknown: true, cause: unknown });
    expect(error.message).to.match(/^no response\. IAM may have deleted it/);
    expect(context.ownership.isDeleting("one")).to.equal(true);
  });

  it("does not delete a policy that another resource created or adopted", async () => {
    const { context, deleted } = deleting();
    context.ownership.take("one");
    await deleteAuthorization(context, "one", state());
    expect(deleted).to.deep.equal([]);
    expect(context.logged[0]).to.include("one stays in IAM");
    expect(context.ownership.isDeleting("one")).to.equal(false);
  });

  it("does not delete a policy that another resource adopts during beforeDelete", async () => {
    const { context, deleted } = deleting();
    const wait = () => {
      context.ownership.take("one");
      return Promise.resolve();
    };
    await deleteAuthorization({ ...context, wait }, "one", state());
    expect(deleted).to.deep.equal([]);
    expect(context.ownership.isDeleting("one")).to.equal(false);
  });

  describe("if another resource keeps the policy", () => {
    const keeping = (current = policy()) => {
      let reads = 0;
      const context = contextOf({
        readPolicy: () => {
          reads += 1;
          return Promise.resolve(current);
        },
      });
      context.ownership.declare(INPUTS);
      context.ownership.keep("one", INPUTS);
      return { context, reads: () => reads };
    };

    it("does not delete it if IAM matches that resource's inputs", async () => {
      const { context, reads } = keeping();
      await deleteAuthorization(context, "one", state());
      expect(reads()).to.equal(1);
      expect(context.logged).to.have.length(1);
    });

    it("fails if IAM differs from that resource's inputs", async () => {
      const { context } = keeping(policy({ description: "changed" }));
      const error = await failure(deleteAuthorization(context, "one", state()));
      expect(error).to.have.property("code", "held-twice");
      expect(context.logged).to.deep.equal([]);
    });

    it("ignores a difference in a value that IAM does not store", async () => {
      const { context } = keeping();
      await deleteAuthorization(context, "one", state({ settle: { afterCreate: 1 } }));
      expect(context.logged).to.have.length(1);
    });

    it("does not read it if that resource has reconciled it in this run", async () => {
      const { context, reads } = keeping(policy({ description: "changed" }));
      context.ownership.reconciled("one");
      await deleteAuthorization(context, "one", state());
      expect(reads()).to.equal(0);
    });
  });
});
