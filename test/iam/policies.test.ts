import { expect } from "chai";
import type { Client } from "../../src/iam/client";
import { editPolicy, listPolicies } from "../../src/iam/policies";
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

/** A client whose answers are given, and what it was asked. */
function client(answers: Partial<Record<string, unknown>>): { client: Client; calls: Call[] } {
  const calls: Call[] = [];
  const answer = (method: string) => (params: Record<string, unknown>) => {
    calls.push([method, params]);
    const given = answers[method];
    const result: unknown = typeof given === "function" ? (given as (p: object) => unknown)(params) : given;
    return Promise.resolve({ status: 200, result, headers: { etag: "1-a" } });
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
