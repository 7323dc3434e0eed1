import { expect } from "chai";
import type { Iam } from "../../../src/iam";
import { toIamError } from "../../../src/iam/errors";
import { createPreflight } from "../../../src/provider/check/preflight";
import { createOwnership } from "../../../src/provider/ownership";
import { ACCOUNT } from "../../support/inputs";

const PAIR = { source: "event-notifications", target: "kms" };
const ROLE = { crn: "crn:v1:bluemix:public:iam::::serviceRole:Reader", displayName: "Reader" };
const refused = toIamError({ statusText: "ECONNREFUSED", message: "connect ECONNREFUSED" }, []);
const forbidden = toIamError({ status: 403, statusText: "No", result: {} }, [], true);

const RUN = { ownership: createOwnership(), isWriting: () => false };

/** Returns an IAM with these two responses, and the number of calls for each. */
function iamOf({ identity, roles, expected }: { identity?: Error; roles?: Error; expected?: string }) {
  const asked = { identity: 0, roles: 0 };
  const answer = <Value>(error: Error | undefined, value: Value) =>
    error ? Promise.reject(error) : Promise.resolve(value);
  const iam: Partial<Iam> = {
    configuredAccountId: expected,
    identity: () => {
      asked.identity += 1;
      return answer(identity, { accountId: ACCOUNT });
    },
    offeredRoles: () => {
      asked.roles += 1;
      return answer(roles, [ROLE]);
    },
  };
  return { iam: iam as Iam, asked };
}

describe("createPreflight", () => {
  it("asks IAM at each check while IAM responds", async () => {
    const { iam, asked } = iamOf({});
    const { ask } = createPreflight(RUN);
    for (const pair of [PAIR, undefined, PAIR]) {
      const roles = pair && [ROLE];
      expect(await ask(iam, pair)).to.deep.equal({
        facts: { accountId: ACCOUNT, roles },
        failures: [],
        notes: [],
      });
    }
    expect(asked).to.deep.equal({ identity: 3, roles: 2 });
  });

  it("asks once for each set of credentials if no connection can be established", async () => {
    const [one, other] = [iamOf({ identity: refused }), iamOf({ identity: refused, expected: ACCOUNT })];
    const { ask } = createPreflight(RUN);
    const answers = [await ask(one.iam, PAIR), await ask(one.iam, undefined), await ask(one.iam, PAIR)];
    for (const { facts, notes } of answers) {
      expect(facts).to.deep.equal({ accountId: undefined });
      expect(notes).to.deep.equal(answers[0]?.notes);
      expect(notes[0]).to.include(
        "so roles, accounts and existing authorizations are not checked before pulumi up: IAM could not be",
      );
    }
    const { facts, notes } = await ask(other.iam, PAIR);
    expect(facts).to.deep.equal({ accountId: ACCOUNT });
    expect(notes[0]).to.include(
      "so roles, the account of the credentials and existing authorizations are not checked before",
    );
    expect([one.asked, other.asked]).to.deep.equal([
      { identity: 1, roles: 0 },
      { identity: 1, roles: 0 },
    ]);
    await createPreflight(RUN).ask(one.iam, PAIR);
    expect(one.asked, "another run asks").to.deep.equal({ identity: 2, roles: 0 });
  });

  it("keeps the account if only the roles are unavailable, and asks for no other roles", async () => {
    const { iam, asked } = iamOf({ roles: refused });
    const { ask } = createPreflight(RUN);
    for (const target of ["kms", "codeengine", "kms"]) {
      const { facts, notes } = await ask(iam, { ...PAIR, target });
      expect(facts).to.deep.equal({ accountId: ACCOUNT });
      expect(notes).to.have.length(1);
      expect(notes[0])
        .to.include(
          "IAM did not return the roles that it offers, so roles and existing authorizations are not checked before pulumi up: ",
        )
        .and.not.to.include("accounts");
    }
    expect(asked).to.deep.equal({ identity: 1, roles: 1 });
  });

  it("asks again after IAM refused a call", async () => {
    const [one, other] = [iamOf({ identity: forbidden }), iamOf({ roles: forbidden })];
    const { ask } = createPreflight(RUN);
    for (const { iam } of [one, one, other, other]) {
      expect((await ask(iam, PAIR)).notes[0]).to.include("not checked before pulumi up: IAM refused (403)");
    }
    expect([one.asked, other.asked]).to.deep.equal([
      { identity: 2, roles: 0 },
      { identity: 2, roles: 2 },
    ]);
  });
});
