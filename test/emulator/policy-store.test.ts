import { expect } from "chai";
import * as fc from "fast-check";
import { startIamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, make, refusal } from "./answers";
import { bucketBody, equals, granting, OBJECT_WRITER, READER, WRITER, type Body } from "./bodies";

/** The same scope and roles, said in the opposite order. */
function backwards({ subject, resource, control, ...rest }: Body): Body {
  return {
    ...rest,
    subject: { attributes: subject.attributes.toReversed() },
    resource: { attributes: resource.attributes.toReversed() },
    control: { grant: { roles: control.grant.roles.toReversed() } },
  };
}

describeIam("a policy that repeats another", (iam) => {
  const SAME: [what: string, again: (body: Body) => Body][] = [
    ["in the same words", (body) => body],
    ["in another order", backwards],
    ["with another description", (body) => ({ ...body, description: "else" })],
  ];
  for (const [how, again] of SAME) {
    it(`${how} is answered 409 policy_conflict_error, which names that one`, async () => {
      const body = bucketBody(iam.accountId, { control: granting(READER, OBJECT_WRITER) });
      const { id, etag } = await make(iam, body);
      const answer = await refusal(iam.client.createV2Policy({ ...again(body) }));
      expect(answer.status).to.equal(409);
      const { code, message, details } = errorIn(answer);
      expect(code).to.equal("policy_conflict_error");
      expect(message).to.include(`Please update the rule in the existing policy (${id})`);
      const { policy, ...rest } = details?.conflicts_with ?? {};
      expect(rest).to.deep.equal({ etag });
      // IBM's SDK says that it is an id; what was seen of IAM is the whole policy.
      iam.settle("The type of conflicts_with.policy", typeof policy, "object", ["string"]);
      expect(typeof policy === "string" ? policy : (policy as { id: string }).id).to.equal(id);
    });
  }

  const OTHER_ROLES: [what: string, roles: string[]][] = [
    ["other roles", [OBJECT_WRITER]],
    ["fewer roles", [READER]],
  ];
  for (const [what, roles] of OTHER_ROLES) {
    it(`but for ${what} is made`, async () => {
      const body = bucketBody(iam.accountId, { control: granting(READER, WRITER) });
      await make(iam, body);
      const answer = await iam.send("POST", "/v2/policies", {
        json: { ...body, control: granting(...roles) },
      });
      iam.settle(`§9.4 The answer to the same attributes with ${what}`, inShort(answer), "201", [
        "409 policy_conflict_error",
      ]);
    });
  }

  it("is made once that one is deleted", async () => {
    const body = bucketBody(iam.accountId);
    const { id } = await make(iam, body);
    await iam.client.deleteV2Policy({ id });
    const { status, result } = await iam.eventually(() => iam.client.createV2Policy({ ...body }));
    expect(status).to.equal(201);
    expect(result.id).not.to.equal(id);
  });
});

describeEmulator("the emulator's policies", () => {
  it("are shown whole when another would repeat them", async () => {
    const target = closing(await startIamEmulator());
    const { client } = connect(target);
    const body = bucketBody(target.accountId, { description: "why" });
    const { result, headers } = await client.createV2Policy({ ...body });
    const { details } = errorIn(await refusal(client.createV2Policy({ ...body })));
    expect(details).to.deep.equal({ conflicts_with: { etag: headers.etag, policy: result } });
    expect(target.policies()).to.have.length(1);
  });

  it("are not replaced by what would repeat another, but by what they are", async () => {
    const target = closing(await startIamEmulator());
    const { client } = connect(target);
    const [one, other] = [bucketBody(target.accountId), bucketBody(target.accountId)];
    const first = await client.createV2Policy({ ...one });
    const { result, headers } = await client.createV2Policy({ ...other });
    const params = { id: String(result.id), ifMatch: String(headers.etag) };
    const answer = await refusal(client.replaceV2Policy({ ...params, ...one }));
    expect(answer.status).to.equal(409);
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(first.result);
    const { status } = await client.replaceV2Policy({ ...params, ...other });
    expect(status).to.equal(200);
  });

  it("repeat one another in any order, and with another word never", async () => {
    const target = closing(await startIamEmulator());
    const { send } = connect(target);
    const create = async (json: Body) => inShort(await send("POST", "/v2/policies", { json }));
    const roles = [READER, WRITER, OBJECT_WRITER];
    const shuffled = <T>(list: T[]) => fc.shuffledSubarray(list, { minLength: list.length });
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const { subject, resource, ...rest } = bucketBody(target.accountId, { control: granting(...roles) });
        const list = { key: "path", operator: "stringEqualsAnyOf", value: ["a", "b", "c"] };
        const tags = [equals("env", "prod"), equals("team", "events")];
        const wide = [...resource.attributes, list];
        expect(await create({ ...rest, subject, resource: { attributes: wide, tags } })).to.equal("201");

        const again = gen(shuffled, wide).map((each) =>
          each === list ? { ...list, value: gen(shuffled, list.value) } : each,
        );
        const same = {
          ...rest,
          subject: { attributes: gen(shuffled, subject.attributes) },
          resource: { attributes: again, tags: gen(shuffled, tags) },
          control: granting(...gen(shuffled, roles)),
        };
        expect(await create(same)).to.equal("409 policy_conflict_error");

        const at = gen(fc.nat, { max: tags.length - 1 });
        const retagged = tags.map((each, index) => (index === at ? { ...each, value: "else" } : each));
        expect(await create({ ...same, resource: { attributes: again, tags: retagged } })).to.equal("201");
        const narrowed = { attributes: again.filter((each) => each.key !== "path"), tags };
        expect(await create({ ...same, resource: narrowed })).to.equal("201");
      }),
      { numRuns: 20 },
    );
  });
});
