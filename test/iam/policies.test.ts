import { expect } from "chai";
import type { Client } from "../../src/iam/client";
import { IamError } from "../../src/iam/errors";
import { deletePolicy, editPolicy, getPolicy, listPolicies } from "../../src/iam/policies";
import { QUICK } from "../support/provider";

/** A policy with fields that nothing documents. */
const POLICY = {
  id: "p",
  type: "authorization",
  state: "active",
  description: null,
  subject: { attributes: [{ key: "serviceName", operator: "stringEquals", value: "logs" }], condition: "c" },
  resource: {
    attributes: [{ key: "serviceName", operator: "stringEquals", value: "kms", negated: true }],
    tags: null,
  },
  control: { grant: { roles: [{ role_id: "r", display_name: "R" }], expires: "2030" }, audited: true },
};

type Call = [method: string, params: Record<string, unknown>];

/**
 * A client whose answers are given, and what it was asked.
 *
 * @param etags what each method tells, where it is not the usual one
 */
function client(
  answers: Partial<Record<string, unknown>>,
  more: Partial<Client> = {},
  etags: Partial<Record<string, string | undefined>> = {},
): { client: Client; calls: Call[] } {
  const calls: Call[] = [];
  const answer = (method: string) => (params: Record<string, unknown>) => {
    calls.push([method, params]);
    const given = answers[method];
    const result: unknown = typeof given === "function" ? (given as (p: object) => unknown)(params) : given;
    if (result instanceof Error) return Promise.reject(result);
    const etag = method in etags ? etags[method] : "1-a";
    return Promise.resolve({ status: result === undefined ? 204 : 200, result, headers: { etag } });
  };
  const service: unknown = new Proxy({}, { get: (_target, method) => answer(String(method)) });
  const call: Client["call"] = (make) => make(service as Parameters<typeof make>[0]);
  return {
    calls,
    client: {
      pace: QUICK,
      call,
      write: call,
      now: Date.now,
      identity: () => Promise.resolve({ accountId: "a" }),
      ...more,
    },
  };
}

describe("editPolicy", () => {
  it("sends back whatever IAM says of the scope and the grant, documented or not", async () => {
    const { client: iam, calls } = client({ getV2Policy: POLICY, replaceV2Policy: POLICY });
    await editPolicy(iam, "p", {}, (held) => held && { ...held, description: "why" });
    const { subject, resource, control } = POLICY;
    expect(calls.at(-1)).to.deep.equal([
      "replaceV2Policy",
      {
        id: "p",
        ifMatch: "1-a",
        type: "authorization",
        description: "why",
        subject,
        resource: { attributes: resource.attributes },
        control: { ...control, grant: { expires: "2030", roles: [{ role_id: "r" }] } },
      },
    ]);
  });
});

describe("an IAM whose v2 tells no ETag", () => {
  const version = (second: number, condition: string) => ({
    ...POLICY,
    subject: { ...POLICY.subject, condition },
    last_modified_at: `2030-01-01T00:00:0${second}.000Z`,
  });
  const v1 = (second: number) => ({ last_modified_at: version(second, "").last_modified_at });
  const edit = async (getV2Policy: unknown, getPolicy: unknown) => {
    const etags = { getV2Policy: undefined, getPolicy: "2-b" };
    const { client: iam, calls } = client({ getV2Policy, getPolicy, replaceV2Policy: POLICY }, {}, etags);
    const edited = editPolicy(iam, "p", {}, (held) => held && { ...held, description: "why" });
    const error = await edited.then(
      () => undefined,
      (each: unknown) => each,
    );
    return { error, sent: calls.filter(([method]) => method === "replaceV2Policy") };
  };

  it("is asked for it by v1", async () => {
    const { sent } = await edit(version(1, "one"), v1(1));
    expect(sent.map(([, { ifMatch }]) => ifMatch)).to.deep.equal(["2-b"]);
  });

  it("is read again where v1 tells of another version", async () => {
    let reads = 0;
    const { sent } = await edit(() => ((reads += 1) === 1 ? version(1, "one") : version(2, "two")), v1(2));
    expect(sent.map(([, { ifMatch, subject }]) => [ifMatch, subject])).to.deep.equal([
      ["2-b", version(2, "two").subject],
    ]);
  });

  it("is not written where the two never agree, and that leaves no doubt", async () => {
    const { error, sent } = await edit(version(1, "one"), v1(2));
    expect(sent).to.deep.equal([]);
    expect(error).to.be.instanceOf(IamError).and.to.include({
      unsure: false,
      message:
        "IAM was not asked: by one answer the policy p was changed at 2030-01-01T00:00:01.000Z, by the next one at 2030-01-01T00:00:02.000Z. Somebody changed the authorization meanwhile: run pulumi refresh, then pulumi up",
    });
  });
});

describe("IAM's time", () => {
  const notFound = () =>
    new IamError({ status: 404, code: "policy_not_found", said: "There is no such policy" });
  const young = { createdAt: new Date().toISOString() };

  it("is what a first answer tells: by it a young policy is asked for again", async () => {
    let reads = 0;
    // Before that the clock seems right, and it is an hour ahead.
    const now = () => Date.now() + (reads === 0 ? 3_600_000 : 0);
    const getV2Policy = () => ((reads += 1) === 1 ? notFound() : POLICY);
    const { client: iam } = client({ getV2Policy }, { now, pace: { ...QUICK, propagation: 60_000 } });
    expect((await getPolicy(iam, "p", young))?.id).to.equal("p");
  });

  it("may run out while a delete is under way: then it is sent once more", async () => {
    let [deletes, over] = [0, 0];
    const { client: iam, calls } = client(
      {
        deleteV2Policy: () => ((deletes += 1) === 1 ? notFound() : undefined),
        getV2Policy: () => {
          over = 3_600_000;
          return notFound();
        },
      },
      { now: () => Date.now() + over, pace: { ...QUICK, propagation: 60_000 } },
    );
    await deletePolicy(iam, "p", young);
    expect(calls.map(([method]) => method)).to.deep.equal([
      "deleteV2Policy",
      "getV2Policy",
      "deleteV2Policy",
    ]);
  });
});

describe("listPolicies", () => {
  it("goes through every page, and leaves out what is no authorization", async () => {
    const access = { ...POLICY, id: "x", type: "access" };
    const { client: iam, calls } = client({
      listV2Policies: ({ start }: { start?: string }) =>
        start === undefined
          ? { policies: [POLICY, access], next: { href: "h", start: "2" } }
          : { policies: [{ ...POLICY, id: "q" }, { odd: true }] },
    });
    expect((await listPolicies(iam)).map(({ id }) => id)).to.deep.equal(["p", "q"]);
    expect(calls.map(([, params]) => params["start"])).to.deep.equal([undefined, "2"]);
  });
});
