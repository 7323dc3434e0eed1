import { expect } from "chai";
import type { Policy } from "../../src/iam/types";
import { readAuthorization } from "../../src/provider/read";
import { contextOf, policy, READER, state, WRITER } from "../support/context";
import { failure } from "../support/provider";

function contextWith(current: Policy | undefined) {
  let lookups = 0;
  const context = contextOf({
    readPolicy: () => Promise.resolve(current),
    offeredRoles: () => {
      lookups += 1;
      return Promise.resolve([READER, WRITER]);
    },
  });
  return { context, lookups: () => lookups };
}

describe("readAuthorization", () => {
  it("returns the state, and the inputs of a program with this state", async () => {
    const { context, lookups } = contextWith(policy());
    const { id, props, inputs } = await readAuthorization(context, "one", state({ credentials: "partner" }));
    expect(id).to.equal("one");
    expect(props).to.deep.equal(state({ credentials: "partner" }));
    expect(inputs).to.deep.include({ roles: ["Reader"], credentials: "partner" });
    expect(inputs?.target).not.to.have.property("accountId");
    expect(lookups(), "IAM returned the names").to.equal(0);
  });

  it("returns nothing if a policy in state is gone, and fails if the program looks it up by id", async () => {
    const { context } = contextWith(undefined);
    expect(await readAuthorization(context, "one", state())).to.deep.equal({});
    expect(await failure(readAuthorization(context, "one", {}))).to.have.property("code", "policy-not-found");
  });

  it("refuses a policy that names no account, which no later operation could use", async () => {
    for (const side of ["subject", "resource"] as const) {
      const { attributes } = policy()[side];
      const other = policy({ [side]: { attributes: attributes.filter(({ key }) => key !== "accountId") } });
      const error = await failure(readAuthorization(contextWith(other).context, "one", {}));
      expect(error).to.have.property("code", "not-an-authorization");
    }
  });

  it("looks up the names of roles that IAM returns without a name", async () => {
    const roleIds = [READER.crn, WRITER.crn];
    const { context, lookups } = contextWith(policy({ roleIds }));
    expect((await readAuthorization(context, "one", state())).props?.roles).to.deep.equal([
      "Reader",
      "Writer",
    ]);
    expect(lookups()).to.equal(1);
  });

  it("keeps a name in IAM's response if the lookup returns another name", async () => {
    const roleIds = [READER.crn, WRITER.crn];
    const { context } = contextWith(policy({ roleIds, roleNames: { [READER.crn]: "Lector" } }));
    expect((await readAuthorization(context, "one", state())).props?.roles).to.deep.equal([
      "Lector",
      "Writer",
    ]);
  });

  it("keeps the CRN of a role if the state has the CRN", async () => {
    const { context, lookups } = contextWith(policy({ roleNames: {} }));
    const known = state({ roles: [READER.crn] });
    expect((await readAuthorization(context, "one", known)).props?.roles).to.deep.equal([READER.crn]);
    expect(lookups()).to.equal(0);
    const named = contextWith(policy());
    expect((await readAuthorization(named.context, "one", known)).props?.roles).to.deep.equal([READER.crn]);
  });
});
