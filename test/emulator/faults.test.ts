import { inspect } from "node:util";
import { expect } from "chai";
import { startIamEmulator, type Call, type Fault, type IamEmulator } from "../../src/emulator";
import { edit, sdk } from "../support/iam-edits";
import { describeEmulator, type Answer } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, failure, refusal } from "./answers";
import { bucketBody, granting, WRITER, type Body } from "./bodies";

describeEmulator("a fault", () => {
  let iam: IamEmulator;
  let client: ReturnType<typeof sdk>;
  let body: Body;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    client = sdk(iam);
    body = bucketBody(iam.accountId);
  });

  const list = () => client.listV2Policies({ accountId: iam.accountId });
  const create = (wanted: Body = body) => client.createV2Policy({ ...wanted });
  /** What was called since the policies were there, in a few words. */
  const called = (operation: Call["operation"]) =>
    iam
      .calls()
      .filter((each) => each.operation === operation)
      .map(({ status, fault }) => (fault ? `${status} by fault` : String(status)));

  const USUAL: [status: number, code: string, message: RegExp][] = [
    [400, "invalid_body", /^Invalid body format/],
    [401, "invalid_token", /^The provided IAM token is invalid\.$/],
    [403, "insufficent_permissions", /./],
    [404, "policy_not_found", /./],
    [409, "policy_conflict_error", /./],
    [412, "unable_to_process", /If-Match/],
    [415, "unsupported_content_type", /./],
    [422, "unable_to_process", /^Exceeded maximum policies quota error$/],
    [429, "too_many_requests", /./],
    [500, "request_not_processed", /./],
    [503, "request_not_processed", /./],
    [418, "request_not_processed", /./],
  ];
  for (const [status, code, message] of USUAL) {
    it(`with status ${status} is answered ${code}, and nothing is done`, async () => {
      iam.inject({ operation: "createV2Policy", status });
      const answer = await refusal(create());
      expect(answer.status).to.equal(status);
      const error = errorIn(answer);
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
      expect(iam.policies({ state: "all" })).to.deep.equal([]);
      expect(called("createV2Policy")).to.deep.equal([`${status} by fault`]);
    });
  }

  it("says the code and the message that it is given", async () => {
    iam.inject({ operation: "listV2Policies", status: 403, code: "role_not_found", message: "No." });
    expect(errorIn(await refusal(list()))).to.deep.equal({ code: "role_not_found", message: "No." });
  });

  const OF_TOKENS: [fault: Omit<Fault, "operation">, code: string, message: RegExp][] = [
    [{ status: 400 }, "BXNIM0415E", /^Provided API key could not be found$/],
    [{ status: 503 }, "BXNIM0000E", /./],
    [{ status: 400, code: "BXNIM0437E", message: "Locked." }, "BXNIM0437E", /^Locked\.$/],
  ];
  for (const [fault, code, message] of OF_TOKENS) {
    it(`of tokens with ${inspect(fault)} is answered ${code} in the token service's own shape`, async () => {
      iam.inject({ operation: "token", ...fault });
      const { status, body: said } = await refusal(list());
      expect(status).to.equal(fault.status);
      expect(said).to.have.all.keys("context", "errorCode", "errorMessage");
      const { context, errorCode, errorMessage } = said as Record<string, string>;
      expect(context).to.include.all.keys("requestId", "requestType", "url", "userAgent");
      expect(errorCode).to.equal(code);
      expect(errorMessage).to.match(message);
      expect(called("token")).to.deep.equal([`${status} by fault`]);
      await list();
    });
  }

  const WAITS: [retryAfter: number | Date, header: string][] = [
    [7, "7"],
    [new Date("2030-01-02T03:04:05.678Z"), "Wed, 02 Jan 2030 03:04:05 GMT"],
  ];
  for (const [retryAfter, header] of WAITS) {
    it(`says Retry-After: ${header}`, async () => {
      iam.inject({ operation: "listV2Policies", status: 429, retryAfter, times: 2 });
      expect((await refusal(list())).headers["retry-after"]).to.equal(header);
      iam.inject({ operation: "getV2Policy", body: "<p>Wait.</p>", retryAfter });
      expect((await client.getV2Policy({ id: "any" })).headers).to.include({ "retry-after": header });
    });
  }

  it("answers another's text, by default as if all were well", async () => {
    const html = "<html><body>Sign in to the network</body></html>";
    iam.inject({ operation: "createV2Policy", body: html });
    const { status, result, headers } = await create();
    expect(status).to.equal(200);
    expect(result).to.equal(html);
    expect(headers).to.include({ "content-type": "text/html" });
    expect(iam.policies()).to.deep.equal([]);
    expect(called("createV2Policy")).to.deep.equal(["200 by fault"]);
  });

  it("answers another's text with its status", async () => {
    iam.inject({ operation: "createV2Policy", body: "<h1>Bad gateway</h1>", status: 502 });
    expect(await refusal(create())).to.include({ status: 502, body: "<h1>Bad gateway</h1>" });
  });

  it("answers half an answer, which IBM's SDK cannot read", async () => {
    iam.inject({ operation: "createV2Policy", body: '{"id": "', afterCommit: true, status: 201 });
    expect((await failure(create())).message).to.include("Error processing HTTP response");
    expect(iam.policies()).to.have.length(1);
    expect(called("createV2Policy")).to.deep.equal(["201 by fault"]);
  });

  const RESETS: [title: string, afterCommit: boolean | undefined, made: number][] = [
    ["before anything is done", undefined, 0],
    ["after the work was done", true, 1],
  ];
  for (const [title, afterCommit, made] of RESETS) {
    it(`resets the connection ${title}`, async () => {
      await list();
      iam.inject({ operation: "createV2Policy", reset: true, afterCommit });
      const error = await failure(create());
      expect(error).to.include({ statusText: "ECONNRESET" }).and.not.to.have.property("status");
      expect(iam.policies()).to.have.length(made);
      expect(called("createV2Policy")).to.deep.equal(["0 by fault"]);
      const { status } = await create(bucketBody(iam.accountId));
      expect(status).to.equal(201);
    });
  }

  it("resets a request for a token", async () => {
    iam.inject({ operation: "token", reset: true });
    expect(await failure(list())).to.include({ statusText: "ECONNRESET" });
    await list();
    expect(called("token")).to.deep.equal(["0 by fault", "200"]);
  });

  it("loses the answer to what was done, headers included", async () => {
    iam.inject({ operation: "createV2Policy", status: 503, afterCommit: true });
    const answer = await refusal(create());
    expect(errorIn(answer).code).to.equal("request_not_processed");
    expect(answer.headers).not.to.have.property("etag");
    expect(iam.policies()).to.have.length(1);
    expect(errorIn(await refusal(create())).code).to.equal("policy_conflict_error");
  });

  it("lets a call wait, and go on as usual", async () => {
    const { result } = await create();
    iam.inject({ operation: "getV2Policy", latency: 100 });
    const [got] = await Promise.all([client.getV2Policy({ id: String(result.id) }), list()]);
    expect(got.result).to.deep.equal(result);
    const order = iam.calls().map(({ operation, fault }) => `${operation}${fault ? " by fault" : ""}`);
    expect(order.slice(-2)).to.deep.equal(["listV2Policies", "getV2Policy by fault"]);
  });

  it("leaves a call unanswered for ever, though it was done", async () => {
    const impatient = new AbortController();
    iam.inject({ operation: "createV2Policy", afterCommit: true, latency: Infinity });
    iam.inject({
      operation: "createV2Policy",
      afterCommit: true,
      meanwhile: () => {
        impatient.abort();
      },
    });
    await failure(client.createV2Policy({ ...body, signal: impatient.signal }));
    expect(iam.policies()).to.have.length(1);
    expect(called("createV2Policy")).to.deep.equal([]);
  });

  const MOMENTS: [title: string, afterCommit: boolean | undefined, status: number, last: string][] = [
    ["just before the work, which meets it", undefined, 412, "theirs"],
    ["just after the work, before it is answered", true, 200, "theirs"],
  ];
  for (const [title, afterCommit, status, last] of MOMENTS) {
    it(`lets somebody else edit ${title}`, async () => {
      const { result, headers } = await create();
      const id = String(result.id);
      iam.inject({
        operation: "replaceV2Policy",
        afterCommit,
        meanwhile: () => edit(iam, id, (policy) => (policy.description = "theirs")),
      });
      const params = { id, ifMatch: String(headers.etag), ...body, description: "ours" };
      const answer = await client.replaceV2Policy(params).catch((error: unknown) => error as Answer);
      expect(answer.status).to.equal(status);
      expect(iam.policies().map(({ description }) => description)).to.deep.equal([last]);
      const replaced = called("replaceV2Policy");
      expect(replaced).to.deep.equal(["200", `${status} by fault`]);
    });
  }

  it("does what is to be done meanwhile before it answers itself", async () => {
    iam.inject({
      operation: "listV2Policies",
      status: 503,
      meanwhile: async () => {
        await create();
      },
    });
    expect((await refusal(list())).status).to.equal(503);
    expect(iam.calls().map(({ operation }) => operation)).to.deep.equal([
      "token",
      "createV2Policy",
      "listV2Policies",
    ]);
  });

  it("tells when its own part fails", async () => {
    iam.inject({
      operation: "listV2Policies",
      meanwhile: () => {
        throw new Error("no such policy");
      },
    });
    const answer = await refusal(list());
    expect(answer.status).to.equal(500);
    expect(errorIn(answer).message).to.equal("The emulator failed: no such policy");
  });

  const COUNTS: [fault: Pick<Fault, "nth" | "times">, statuses: string[]][] = [
    [{}, ["503 by fault", "200", "200", "200"]],
    [{ nth: 2 }, ["200", "503 by fault", "200", "200"]],
    [{ times: 2 }, ["503 by fault", "503 by fault", "200", "200"]],
    [{ nth: 2, times: 2 }, ["200", "503 by fault", "503 by fault", "200"]],
    [{ nth: 3, times: Infinity }, ["200", "200", "503 by fault", "503 by fault"]],
  ];
  for (const [counts, statuses] of COUNTS) {
    it(`with ${inspect(counts)} meets the calls ${statuses.join(", ")}`, async () => {
      await create();
      await list();
      iam.inject({ operation: "listV2Policies", status: 503, ...counts });
      await client.listRoles();
      for (let rest = statuses.length; rest > 0; rest -= 1) await list().catch(() => undefined);
      expect(called("listV2Policies").slice(1)).to.deep.equal(statuses);
    });
  }

  it("meets as many calls as it says when they come at once", async () => {
    await list();
    iam.inject({ operation: "createV2Policy", status: 503, times: 2 });
    const bodies = Array.from({ length: 5 }, () => bucketBody(iam.accountId));
    await Promise.allSettled(bodies.map(create));
    expect(iam.policies()).to.have.length(3);
  });

  it("meets only the calls that it is for, and counts no others", async () => {
    const ids: string[] = [];
    for (const each of [body, bucketBody(iam.accountId)]) ids.push(String((await create(each)).result.id));
    const seen: object[] = [];
    iam.inject({
      operation: "getV2Policy",
      nth: 2,
      status: 404,
      when: (call) => {
        seen.push(call);
        return call.path.endsWith(String(ids[1]));
      },
    });
    const got: string[] = [];
    for (const id of [...ids, ...ids]) {
      got.push(
        await client.getV2Policy({ id, format: "display" }).then(
          () => "there",
          () => "gone",
        ),
      );
    }
    expect(got).to.deep.equal(["there", "there", "there", "gone"]);
    expect(seen).to.have.length(4);
    expect(seen[0]).to.deep.include({
      operation: "getV2Policy",
      method: "GET",
      path: `/v2/policies/${ids[0]}`,
      query: { format: "display" },
    });
    expect(seen[0]).to.have.property("userAgent").that.includes("platform-services-node-sdk");
  });

  it("meets every call when it is for all, tokens and unknown paths too", async () => {
    iam.inject({ operation: "*", status: 503, times: Infinity });
    expect((await refusal(list())).status).to.equal(503);
    expect((await fetch(`${iam.url}/v3/anything`)).status).to.equal(503);
    expect(iam.calls().map(({ operation, fault }) => [operation, fault])).to.deep.equal([
      ["token", true],
      ["unknown", true],
    ]);
  });

  it("gives way to one that was injected before, and is used up all the same", async () => {
    iam.inject({ operation: "listV2Policies", status: 503 });
    iam.inject({ operation: "*", status: 429, when: ({ operation }) => operation === "listV2Policies" });
    iam.inject({ operation: "listV2Policies", nth: 2, status: 500 });
    for (const status of [503, 500]) expect((await refusal(list())).status).to.equal(status);
    await list();
  });

  const LIFTS: [title: string, lift: (own: () => void) => void, left: number[]][] = [
    ["by what injecting it gave", (own) => own(), [500, 200]],
    ["by a reset, with all others", () => iam.reset(), [200, 200]],
  ];
  for (const [title, lift, left] of LIFTS) {
    it(`is lifted ${title}`, async () => {
      const own = iam.inject({ operation: "listV2Policies", status: 503, times: Infinity });
      iam.inject({ operation: "listV2Policies", status: 500, times: 2 });
      expect((await refusal(list())).status).to.equal(503);
      lift(own);
      lift(own);
      for (const status of left) {
        expect((await list().catch((error: unknown) => error as Answer)).status).to.equal(status);
      }
    });
  }

  it("may be injected twice, for calls of its own each time", async () => {
    const fault: Fault = { operation: "listV2Policies", status: 503 };
    iam.inject(fault);
    await refusal(list());
    iam.inject(fault);
    await refusal(list());
    await list();
  });

  it("marks no call that it does not meet", async () => {
    iam.inject({ operation: "createV2Policy", status: 503 });
    await list();
    for (const call of iam.calls()) expect(call).not.to.have.property("fault");
  });

  const IMPOSSIBLE: [fault: Omit<Fault, "operation">, flaw: RegExp][] = [
    [{ status: 503, nth: 0 }, /nth/],
    [{ status: 503, times: 0 }, /times/],
    [{ latency: -1 }, /latency/],
    [{ latency: NaN }, /latency/],
    [{ status: 200 }, /status must be 400 to 599/],
    [{ status: 600 }, /status must be 400 to 599/],
    [{ status: 204, body: "x" }, /status must be one that can have a body/],
    [{ status: 100, body: "" }, /status must be one that can have a body/],
    [{ code: "not_found" }, /require a status/],
    [{ message: "No." }, /require a status/],
    [{ retryAfter: 1 }, /require a status/],
  ];
  for (const [fault, flaw] of IMPOSSIBLE) {
    it(`that is ${inspect(fault)} is refused`, async () => {
      expect(() => iam.inject({ operation: "*", ...fault }))
        .to.throw(RangeError, /^Cannot inject this fault: /)
        .with.property("message")
        .that.matches(flaw);
      await list();
    });
  }

  it("lets a retry of IBM's SDK find what its lost call made", async () => {
    client.enableRetries({ maxRetries: 1, maxRetryInterval: 0.001 });
    iam.inject({ operation: "createV2Policy", status: 503, afterCommit: true });
    const answer = await refusal(create({ ...body, control: granting(WRITER) }));
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(iam.policies()[0]);
    expect(called("createV2Policy")).to.deep.equal(["503 by fault", "409"]);
  });
});
