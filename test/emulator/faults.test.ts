import { inspect } from "node:util";
import { expect } from "chai";
import { startIamEmulator, type Call, type Fault, type IamEmulator } from "../../src/emulator";
import { edit, sdk } from "../support/iam-edits";
import { describeEmulator, type Answer } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, failure, refusal } from "./answers";
import { bucketBody, granting, WRITER, type Body } from "./bodies";

describeEmulator("inject()", () => {
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
  /** The statuses of the calls of one operation, marked if a fault applied to the call. */
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
    it(`returns ${code} for status ${status} and does not process the call`, async () => {
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

  it("returns the code and message of the fault", async () => {
    iam.inject({ operation: "listV2Policies", status: 403, code: "role_not_found", message: "No." });
    expect(errorIn(await refusal(list()))).to.deep.equal({ code: "role_not_found", message: "No." });
  });

  const TOKEN_FAULTS: [fault: Omit<Fault, "operation">, code: string, message: RegExp][] = [
    [{ status: 400 }, "BXNIM0415E", /^Provided API key could not be found$/],
    [{ status: 503 }, "BXNIM0000E", /./],
    [{ status: 400, code: "BXNIM0437E", message: "Locked." }, "BXNIM0437E", /^Locked\.$/],
  ];
  for (const [fault, code, message] of TOKEN_FAULTS) {
    it(`returns ${code} in the token service's shape for token with ${inspect(fault)}`, async () => {
      iam.inject({ operation: "token", ...fault });
      const { status, body: error } = await refusal(list());
      expect(status).to.equal(fault.status);
      expect(error).to.have.all.keys("context", "errorCode", "errorMessage");
      const { context, errorCode, errorMessage } = error as Record<string, string>;
      expect(context).to.include.all.keys("requestId", "requestType", "url", "userAgent");
      expect(errorCode).to.equal(code);
      expect(errorMessage).to.match(message);
      expect(called("token")).to.deep.equal([`${status} by fault`]);
      await list();
    });
  }

  const RETRY_AFTER: [retryAfter: number | Date, header: string][] = [
    [7, "7"],
    [new Date("2030-01-02T03:04:05.678Z"), "Wed, 02 Jan 2030 03:04:05 GMT"],
  ];
  for (const [retryAfter, header] of RETRY_AFTER) {
    it(`sends Retry-After: ${header}`, async () => {
      iam.inject({ operation: "listV2Policies", status: 429, retryAfter, times: 2 });
      expect((await refusal(list())).headers["retry-after"]).to.equal(header);
      iam.inject({ operation: "getV2Policy", body: "<p>Wait.</p>", retryAfter });
      expect((await client.getV2Policy({ id: "any" })).headers).to.include({ "retry-after": header });
    });
  }

  it("returns the body with status 200 by default", async () => {
    const html = "<html><body>Sign in to the network</body></html>";
    iam.inject({ operation: "createV2Policy", body: html });
    const { status, result, headers } = await create();
    expect(status).to.equal(200);
    expect(result).to.equal(html);
    expect(headers).to.include({ "content-type": "text/html" });
    expect(iam.policies()).to.deep.equal([]);
    expect(called("createV2Policy")).to.deep.equal(["200 by fault"]);
  });

  it("returns the body with the status of the fault", async () => {
    iam.inject({ operation: "createV2Policy", body: "<h1>Bad gateway</h1>", status: 502 });
    expect(await refusal(create())).to.include({ status: 502, body: "<h1>Bad gateway</h1>" });
  });

  it("returns incomplete JSON, which IBM's SDK cannot parse", async () => {
    iam.inject({ operation: "createV2Policy", body: '{"id": "', afterCommit: true, status: 201 });
    expect((await failure(create())).message).to.include("Error processing HTTP response");
    expect(iam.policies()).to.have.length(1);
    expect(called("createV2Policy")).to.deep.equal(["201 by fault"]);
  });

  const RESETS: [when: string, afterCommit: boolean | undefined, created: number][] = [
    ["before the call is processed", undefined, 0],
    ["after the call is processed", true, 1],
  ];
  for (const [when, afterCommit, created] of RESETS) {
    it(`resets the connection ${when}`, async () => {
      await list();
      iam.inject({ operation: "createV2Policy", reset: true, afterCommit });
      const error = await failure(create());
      expect(error).to.include({ statusText: "ECONNRESET" }).and.not.to.have.property("status");
      expect(iam.policies()).to.have.length(created);
      expect(called("createV2Policy")).to.deep.equal(["0 by fault"]);
      const { status } = await create(bucketBody(iam.accountId));
      expect(status).to.equal(201);
    });
  }

  it("resets the connection of a token request", async () => {
    iam.inject({ operation: "token", reset: true });
    expect(await failure(list())).to.include({ statusText: "ECONNRESET" });
    await list();
    expect(called("token")).to.deep.equal(["0 by fault", "200"]);
  });

  it("replaces the response of a processed call, headers included", async () => {
    iam.inject({ operation: "createV2Policy", status: 503, afterCommit: true });
    const answer = await refusal(create());
    expect(errorIn(answer).code).to.equal("request_not_processed");
    expect(answer.headers).not.to.have.property("etag");
    expect(iam.policies()).to.have.length(1);
    expect(errorIn(await refusal(create())).code).to.equal("policy_conflict_error");
  });

  it("delays a call by the latency and then processes it", async () => {
    const { result } = await create();
    iam.inject({ operation: "getV2Policy", latency: 100 });
    const [got] = await Promise.all([client.getV2Policy({ id: String(result.id) }), list()]);
    expect(got.result).to.deep.equal(result);
    const order = iam.calls().map(({ operation, fault }) => `${operation}${fault ? " by fault" : ""}`);
    expect(order.slice(-2)).to.deep.equal(["listV2Policies", "getV2Policy by fault"]);
  });

  it("never responds to a processed call when afterCommit is set and latency is Infinity", async () => {
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

  const MOMENTS: [when: string, afterCommit: boolean | undefined, status: number, last: string][] = [
    ["before the call is processed", undefined, 412, "theirs"],
    ["after the call is processed and before its response is sent", true, 200, "theirs"],
  ];
  for (const [when, afterCommit, status, last] of MOMENTS) {
    it(`makes a concurrent edit ${when}`, async () => {
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

  it("awaits meanwhile before it responds", async () => {
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

  it("returns 500 with the error that meanwhile throws", async () => {
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
    it(`applies to calls by nth and times: ${inspect(counts)} gives ${statuses.join(", ")}`, async () => {
      await create();
      await list();
      iam.inject({ operation: "listV2Policies", status: 503, ...counts });
      await client.listRoles();
      for (let rest = statuses.length; rest > 0; rest -= 1) await list().catch(() => undefined);
      expect(called("listV2Policies").slice(1)).to.deep.equal(statuses);
    });
  }

  it("applies to exactly `times` of several concurrent calls", async () => {
    await list();
    iam.inject({ operation: "createV2Policy", status: 503, times: 2 });
    const bodies = Array.from({ length: 5 }, () => bucketBody(iam.accountId));
    await Promise.allSettled(bodies.map(create));
    expect(iam.policies()).to.have.length(3);
  });

  it("applies only to calls that match when, and counts no others", async () => {
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
          () => "found",
          () => "missing",
        ),
      );
    }
    expect(got).to.deep.equal(["found", "found", "found", "missing"]);
    expect(seen).to.have.length(4);
    expect(seen[0]).to.deep.include({
      operation: "getV2Policy",
      method: "GET",
      path: `/v2/policies/${ids[0]}`,
      query: { format: "display" },
    });
    expect(seen[0]).to.have.property("userAgent").that.includes("platform-services-node-sdk");
  });

  it("applies to every call when operation is *, including tokens and unknown paths", async () => {
    iam.inject({ operation: "*", status: 503, times: Infinity });
    expect((await refusal(list())).status).to.equal(503);
    expect((await fetch(`${iam.url}/v3/anything`)).status).to.equal(503);
    expect(iam.calls().map(({ operation, fault }) => [operation, fault])).to.deep.equal([
      ["token", true],
      ["unknown", true],
    ]);
  });

  it("counts a call to which an earlier fault responds, without applying to it", async () => {
    iam.inject({ operation: "listV2Policies", status: 503 });
    iam.inject({ operation: "*", status: 429, when: ({ operation }) => operation === "listV2Policies" });
    iam.inject({ operation: "listV2Policies", nth: 2, status: 500 });
    for (const status of [503, 500]) expect((await refusal(list())).status).to.equal(status);
    await list();
  });

  const REMOVALS: [how: string, remove: (own: () => void) => void, left: number[]][] = [
    ["by the function that it returns", (own) => own(), [500, 200]],
    ["by reset(), with all other faults", () => iam.reset(), [200, 200]],
  ];
  for (const [how, remove, left] of REMOVALS) {
    it(`is undone ${how}`, async () => {
      const own = iam.inject({ operation: "listV2Policies", status: 503, times: Infinity });
      iam.inject({ operation: "listV2Policies", status: 500, times: 2 });
      expect((await refusal(list())).status).to.equal(503);
      remove(own);
      remove(own);
      for (const status of left) {
        expect((await list().catch((error: unknown) => error as Answer)).status).to.equal(status);
      }
    });
  }

  it("accepts the same fault object twice and counts its calls anew", async () => {
    const fault: Fault = { operation: "listV2Policies", status: 503 };
    iam.inject(fault);
    await refusal(list());
    iam.inject(fault);
    await refusal(list());
    await list();
  });

  it("does not mark a call that the fault does not apply to", async () => {
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
    it(`throws a RangeError for ${inspect(fault)}`, async () => {
      expect(() => iam.inject({ operation: "*", ...fault }))
        .to.throw(RangeError, /^Cannot inject this fault: /)
        .with.property("message")
        .that.matches(flaw);
      await list();
    });
  }

  it("makes a retry of IBM's SDK conflict with the policy of the call whose response was lost", async () => {
    client.enableRetries({ maxRetries: 1, maxRetryInterval: 0.001 });
    iam.inject({ operation: "createV2Policy", status: 503, afterCommit: true });
    const answer = await refusal(create({ ...body, control: granting(WRITER) }));
    expect(errorIn(answer).details?.conflicts_with?.policy).to.deep.equal(iam.policies()[0]);
    expect(called("createV2Policy")).to.deep.equal(["503 by fault", "409"]);
  });
});
