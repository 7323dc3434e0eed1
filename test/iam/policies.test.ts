import { inspect } from "node:util";
import { expect } from "chai";
import type { Client } from "../../src/iam/client";
import { createPolicy } from "../../src/iam/create-policy";
import { withDeadline } from "../../src/iam/deadline";
import { deletePolicy } from "../../src/iam/delete-policy";
import { IamError, PolicyConflictError } from "../../src/iam/errors";
import { getPolicy, listPolicies } from "../../src/iam/policies";
import type { Timeouts, Policy } from "../../src/iam/types";
import { updatePolicy } from "../../src/iam/update-policy";
import { failure, QUICK } from "../support/provider";

/** A policy with undocumented fields. */
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
 * Returns a client with the given responses, and its calls.
 *
 * @param headers additional response headers by method
 */
function client(
  answers: Partial<Record<string, unknown>>,
  headers: Partial<Record<string, Record<string, string | undefined>>> = {},
  timeouts: Partial<Timeouts> = {},
): { client: Client; calls: Call[] } {
  const calls: Call[] = [];
  const answer = (method: string) => (params: Record<string, unknown>) => {
    calls.push([method, params]);
    const given = answers[method];
    const result: unknown = typeof given === "function" ? (given as (p: object) => unknown)(params) : given;
    if (result instanceof Error) return Promise.reject(result);
    return Promise.resolve({
      status: result === undefined ? 204 : 200,
      result,
      headers: { etag: "1-a", ...headers[method] },
    });
  };
  const service: unknown = new Proxy({}, { get: (_target, method) => answer(String(method)) });
  const call: Client["call"] = async (make, read) => read(await make(service as Parameters<typeof make>[0]));
  const own: Client["withDeadline"] = (work) => withDeadline(10_000, undefined, work);
  return {
    calls,
    client: {
      timeouts: { ...QUICK, ...timeouts },
      from: "IC_API_KEY",
      kind: "iam",
      endpoint: "https://iam.cloud.ibm.com",
      http: { requestTimeout: QUICK.requestTimeout },
      redact: (text) => text,
      call,
      write: (make, read, deadline) => call(make, read, deadline),
      identity: () => Promise.resolve({ accountId: "a" }),
      withDeadline: own,
      withSharedDeadline: own,
    },
  };
}

function edited(iam: Client, description: string): Promise<Policy> {
  return iam.withDeadline((deadline) =>
    updatePolicy(iam, "p", {}, deadline, (current) => current && { ...current, description }),
  );
}

const notFound = (code = "policy_not_found") =>
  new IamError({ status: 404, code, message: "There is no such policy" });

describe("updatePolicy", () => {
  it("sends back all fields of the scope and the grant, also undocumented ones", async () => {
    const { client: iam, calls } = client({
      getV2Policy: POLICY,
      replaceV2Policy: { ...POLICY, description: "why" },
    });
    await edited(iam, "why");
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

  it("has an unknown outcome if a response was lost before another policy conflicts", async () => {
    const attempts = { count: 1, elapsed: 1 };
    const errors = [
      new IamError({ code: "ECONNRESET", message: "lost" }, { ...attempts, unknownSince: performance.now() }),
      new IamError({ status: 409, message: "Exists", conflict: { ...POLICY, id: "q" } }, attempts),
    ];
    const { client: iam } = client({ getV2Policy: POLICY, replaceV2Policy: () => errors.shift() });
    const error = await failure(edited(iam, "why"));
    expect(error).to.be.instanceOf(PolicyConflictError).and.to.include({ outcomeUnknown: true });
  });
});

describe("the deadline of an operation", () => {
  const stale = () => new IamError({ status: 412, code: "unable_to_process", message: "Stale" });
  const busy = () => new IamError({ status: 503, code: "request_not_processed", message: "Busy" });
  const recent = { lastModifiedAt: new Date().toISOString() };
  const old = { ...POLICY, last_modified_at: "2020-01-01T00:00:00.000Z" };

  it("limits an update with its retries and polls", async () => {
    // Each read polls for a version that never appears, and each write is refused as stale.
    const { client: iam, calls } = client(
      { getV2Policy: old, replaceV2Policy: stale },
      {},
      { propagation: 3_600_000, firstDelay: 5, longestDelay: 5 },
    );
    const work = withDeadline(100, undefined, (deadline) =>
      updatePolicy(iam, "p", recent, deadline, (current) => current && { ...current, description: "why" }),
    );
    expect(await failure(work)).to.have.property("code", "not-shown-yet");
    expect(calls.length).to.be.greaterThan(1);
  });

  it("limits a create whose duplicate never appears", async () => {
    const conflict = () => new IamError({ status: 409, code: "policy_conflict_error", message: "Exists" });
    const { client: iam, calls } = client(
      { createV2Policy: conflict, listV2Policies: { policies: [] } },
      {},
      { firstDelay: 5, longestDelay: 5 },
    );
    const { subject, resource } = POLICY;
    const body = { subject, resource: { attributes: resource.attributes }, roleIds: ["r"] };
    const work = withDeadline(100, undefined, (deadline) => createPolicy(iam, body, deadline, () => false));
    expect(await failure(work)).to.have.property("code", "changed-meanwhile");
    expect(calls.length).to.be.greaterThan(2);
  });

  it("limits a delete that always fails", async () => {
    const { client: iam } = client({ deleteV2Policy: busy });
    const work = withDeadline(100, undefined, (deadline) => deletePolicy(iam, "p", deadline));
    expect(await failure(work)).to.have.property("code", "unavailable");
  });
});

describe("updatePolicy without an ETag of v2", () => {
  const version = (second: number, condition: string) => ({
    ...POLICY,
    subject: { ...POLICY.subject, condition },
    last_modified_at: `2030-01-01T00:00:0${second}.000Z`,
  });
  const v1 = (second: number) => ({ last_modified_at: version(second, "").last_modified_at });
  const edit = async (getV2Policy: unknown, getPolicy: unknown) => {
    const headers = { getV2Policy: { etag: undefined }, getPolicy: { etag: "2-b" } };
    const replaceV2Policy = { ...POLICY, description: "why" };
    const { client: iam, calls } = client({ getV2Policy, getPolicy, replaceV2Policy }, headers);
    const error = await edited(iam, "why").then(
      () => undefined,
      (each: unknown) => each,
    );
    return { error, sent: calls.filter(([method]) => method === "replaceV2Policy") };
  };

  it("reads the ETag from v1", async () => {
    const { sent } = await edit(version(1, "one"), v1(1));
    expect(sent.map(([, { ifMatch }]) => ifMatch)).to.deep.equal(["2-b"]);
  });

  it("reads the policy again if v1 returns another version", async () => {
    let reads = 0;
    const { sent } = await edit(() => ((reads += 1) === 1 ? version(1, "one") : version(2, "two")), v1(2));
    expect(sent.map(([, { ifMatch, subject }]) => [ifMatch, subject])).to.deep.equal([
      ["2-b", version(2, "two").subject],
    ]);
  });

  it("does not write if v1 and v2 never agree, and the outcome is known", async () => {
    const { error, sent } = await edit(version(1, "one"), v1(2));
    expect(sent).to.deep.equal([]);
    expect(error)
      .to.be.instanceOf(IamError)
      .and.to.include({ outcomeUnknown: false, code: "changed-meanwhile" });
  });
});

describe("getPolicy after a recent write", () => {
  const HOUR = 3_600_000;
  const at = (ahead: number) => ({ date: new Date(Date.now() + ahead).toUTCString() });
  const since = (ahead: number) => ({ createdAt: new Date(Date.now() + ahead).toISOString() });
  const TIMEOUTS = { propagation: 60_000 };
  const failedAt = (ahead: number) =>
    new IamError({ status: 404, code: "policy_not_found", message: "none", respondedAt: Date.now() + ahead });
  const read = (iam: Client, written: object) =>
    iam.withDeadline((deadline) => getPolicy(iam, "p", deadline, written));

  for (const ahead of [HOUR, -HOUR]) {
    it(`repeats the read of a new policy if IAM's clock is off by ${ahead / HOUR} h`, async () => {
      let reads = 0;
      const getV2Policy = () => ((reads += 1) === 1 ? failedAt(ahead) : POLICY);
      const { client: iam } = client({ getV2Policy }, { getV2Policy: at(ahead) }, TIMEOUTS);
      expect((await read(iam, since(ahead)))?.id).to.equal("p");
    });

    it(`returns undefined at once for an old policy if IAM's clock is off by ${ahead / HOUR} h`, async () => {
      const { client: iam, calls } = client({ getV2Policy: failedAt(ahead) }, {}, TIMEOUTS);
      expect(await read(iam, since(ahead - 120_000))).to.equal(undefined);
      expect(calls).to.have.length(1);
    });
  }

  it("does not poll for a write time in the future", async () => {
    const { client: iam, calls } = client({ getV2Policy: failedAt(0) }, {}, TIMEOUTS);
    expect(await read(iam, { ...since(HOUR), lastModifiedAt: "3000-01-01T00:00:00.000Z" })).to.equal(
      undefined,
    );
    expect(calls).to.have.length(1);
  });

  it("uses the local clock if the response has no date", async () => {
    let reads = 0;
    const getV2Policy = () => ((reads += 1) === 1 ? notFound() : POLICY);
    const { client: iam } = client({ getV2Policy }, {}, TIMEOUTS);
    expect((await read(iam, since(0)))?.id).to.equal("p");
  });
});

describe("deletePolicy", () => {
  const remove = (iam: Client, written = {}) =>
    iam.withDeadline((deadline) => deletePolicy(iam, "p", deadline, written));
  const listed = { policies: [POLICY] };

  it("repeats a delete if the propagation time of a new policy ended during the read", async () => {
    let deletes = 0;
    const { client: iam, calls } = client(
      {
        deleteV2Policy: () => ((deletes += 1) === 1 ? notFound() : undefined),
        getV2Policy: () => notFound(),
      },
      {},
      { propagation: 20 },
    );
    await remove(iam, { createdAt: new Date().toISOString() });
    expect(calls.map(([method]) => method).filter((each) => each === "deleteV2Policy")).to.have.length(2);
  });

  it("ignores a gateway's 404 if the list contains the policy", async () => {
    const { client: iam } = client({
      deleteV2Policy: () => notFound("not_found"),
      getV2Policy: () => notFound("not_found"),
      listV2Policies: listed,
    });
    expect(await failure(remove(iam))).to.include({ status: 404 });
  });

  it("uses the list if a 404 is not IAM's own", async () => {
    const { client: iam } = client({
      deleteV2Policy: () => notFound("not_found"),
      getV2Policy: () => notFound("not_found"),
      listV2Policies: { policies: [{ ...POLICY, state: "deleted" }] },
    });
    await remove(iam);
  });
});

describe("getPolicy", () => {
  const read = (iam: Client) => iam.withDeadline((deadline) => getPolicy(iam, "p", deadline));

  it("ignores a gateway's 404 if the list contains the policy", async () => {
    const { client: iam } = client({
      getV2Policy: () => notFound("not_found"),
      listV2Policies: { policies: [POLICY] },
    });
    expect((await read(iam))?.id).to.equal("p");
  });

  it("uses the list if a 404 is not IAM's own", async () => {
    const { client: iam } = client({
      getV2Policy: () => notFound("not_found"),
      listV2Policies: { policies: [] },
    });
    expect(await read(iam)).to.equal(undefined);
  });

  it("refuses a response with another policy", async () => {
    const { client: iam } = client({ getV2Policy: { ...POLICY, id: "other" } });
    expect(await failure(read(iam))).to.include({ code: "not-iam" });
  });

  it("refuses an access policy", async () => {
    const { client: iam } = client({ getV2Policy: { ...POLICY, type: "access" } });
    expect(await failure(read(iam))).to.include({ code: "not-an-authorization" });
  });
});

describe("listPolicies", () => {
  const list = (iam: Client) => iam.withDeadline((deadline) => listPolicies(iam, deadline));
  const pages = (first: object, second: object = { policies: [{ ...POLICY, id: "q" }, { odd: true }] }) =>
    client({
      listV2Policies: ({ start }: { start?: string }) => (start === undefined ? first : second),
    });

  it("reads every page, and omits entries that are not authorizations", async () => {
    const access = { ...POLICY, id: "x", type: "access" };
    const { client: iam, calls } = pages({ policies: [POLICY, access], next: { href: "h", start: "2" } });
    expect((await list(iam)).map(({ id }) => id)).to.deep.equal(["p", "q"]);
    expect(calls.map(([, params]) => params["start"])).to.deep.equal([undefined, "2"]);
  });

  it("follows a link without a separate page token", async () => {
    const next = { href: "https://iam.cloud.ibm.com/v2/policies?account_id=a&start=2%2F3" };
    const { client: iam, calls } = pages({ policies: [POLICY], next });
    expect((await list(iam)).map(({ id }) => id)).to.deep.equal(["p", "q"]);
    expect(calls.at(-1)?.[1]["start"]).to.equal("2/3");
  });

  for (const next of [null, undefined, {}, { start: null }]) {
    it(`ends if the next page is ${inspect(next)}`, async () => {
      const { client: iam } = pages({ policies: [POLICY], next });
      expect(await list(iam)).to.have.length(1);
    });
  }

  it("returns each policy once, and no deleted ones", async () => {
    const { client: iam } = pages(
      { policies: [POLICY, { ...POLICY, id: "gone", state: "deleted" }], next: { start: "2" } },
      { policies: [POLICY, null, { id: 5 }] },
    );
    expect((await list(iam)).map(({ id }) => id)).to.deep.equal(["p"]);
  });

  for (const next of [{ start: "" }, { start: "2" }, { href: "/v2/policies?account_id=a" }]) {
    it(`fails if every page has the next page ${JSON.stringify(next)}`, async () => {
      const { client: iam, calls } = pages({ policies: [], next }, { policies: [], next });
      expect((await failure(list(iam))).message).to.include("the list of policies does not end");
      expect(calls).to.have.length.at.most(2);
    });
  }
});

describe("createPolicy", () => {
  it("doesn't take a policy without an author for its own if the token has no user", async () => {
    const existing = { ...POLICY, created_at: new Date().toISOString() };
    const conflict = () =>
      new IamError(
        { status: 409, code: "policy_conflict_error", message: "Exists", conflict: existing },
        // No response to an earlier attempt arrived.
        { count: 2, elapsed: 10, unknownSince: performance.now() },
      );
    const { client: iam } = client({ createV2Policy: conflict });
    const { subject, resource } = POLICY;
    const body = { subject, resource: { attributes: resource.attributes }, roleIds: ["r"] };
    const creating = iam.withDeadline((deadline) => createPolicy(iam, body, deadline, () => false));
    // Nobody can tell whose it is.
    expect(await failure(creating))
      .to.be.instanceOf(PolicyConflictError)
      .and.include({ outcomeUnknown: true });
  });
});
