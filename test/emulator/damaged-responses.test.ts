import { request, type IncomingMessage } from "node:http";
import { createUnzip } from "node:zlib";
import { expect } from "chai";
import { startIamEmulator, type Damage, type Fault, type IamEmulator } from "../../src/emulator";
import { describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";

/** The part of a response that was received. */
interface Received {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
  /** The reason why the body is incomplete. */
  error?: string;
}

/** Sends a request and stops reading the response after `most` bytes or soon after. */
function ask(
  iam: IamEmulator,
  path: string,
  { method = "GET", most = Infinity, form = "" } = {},
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${iam.token()}` };
    const sent = request(iam.url + path, { method, headers }, (answer) => {
      const { statusCode: status = 0, headers } = answer;
      const chunks: Buffer[] = [];
      const done = (error?: string) => {
        const body = Buffer.concat(chunks);
        resolve({ status, headers, body, ...(error !== undefined && { error }) });
      };
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        if (Buffer.concat(chunks).length < most) return;
        answer.destroy();
        done("enough");
      });
      answer.on("end", () => done());
      answer.on("error", (error) => done(error.message));
    });
    sent.on("error", reject);
    sent.end(form);
  });
}

describeEmulator("a damaged answer", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
  });
  const ROLES = "/v2/roles?policy_type=authorization&service_name=kms";
  const roles = (fault: Omit<Fault, "operation">, most?: number) => {
    iam.inject({ operation: "listRoles", ...fault });
    return ask(iam, ROLES, { most });
  };

  it("of kind cut has the full Content-Length and only the first bytes", async () => {
    const whole = await ask(iam, ROLES);
    const { status, headers, body, error } = await roles({ damage: { kind: "cut", after: 40 } });
    expect(status).to.equal(200);
    expect(Number(headers["content-length"])).to.equal(whole.body.length);
    expect(body.toString()).to.equal(whole.body.toString().slice(0, 40));
    expect(error).to.match(/aborted|reset/);
  });

  it("of kind cut can be an error, and the call is not processed", async () => {
    iam.inject({ operation: "createV2Policy", status: 503, damage: { kind: "cut", after: 0 } });
    const { status, body, error } = await ask(iam, "/v2/policies", { method: "POST", form: "{}" });
    expect([status, body.length, typeof error]).to.deep.equal([503, 0, "string"]);
    expect(iam.policies()).to.deep.equal([]);
  });

  it("of kind garbled is declared as gzip and cannot be decompressed", async () => {
    const { headers, body } = await roles({ damage: { kind: "garbled" } });
    expect(headers["content-encoding"]).to.equal("gzip");
    const unzip = createUnzip();
    const error = new Promise<Error>((resolve) => unzip.once("error", resolve));
    unzip.end(body);
    expect((await error).message).to.match(/invalid|incorrect|unknown/);
  });

  it("of kind trickle arrives byte by byte", async () => {
    const whole = await ask(iam, ROLES);
    const { body } = await roles({ damage: { kind: "trickle", every: 1 } }, 10);
    expect(body.toString()).to.equal(whole.body.toString().slice(0, 10));
  });

  it("of kind endless has no Content-Length and no end", async () => {
    const { body, headers } = await roles({ damage: { kind: "endless" } }, 5_000_000);
    expect(body.length).to.be.at.least(5_000_000);
    expect(headers["content-length"]).to.equal(undefined);
  });

  it("of kind bomb is small and decompresses to many bytes", async () => {
    const { body, headers } = await roles({ damage: { kind: "bomb", bytes: 50_000_000 } });
    expect(headers["content-encoding"]).to.equal("gzip");
    expect(body.length).to.be.below(100_000);
  });

  it("has a shifted Date header with dateOff, and none when headers removes it", async () => {
    const hour = 3_600_000;
    const dateOf = ({ headers }: Received) => Date.parse(headers.date ?? "");
    const apart = dateOf(await roles({ dateOff: -hour })) - dateOf(await ask(iam, ROLES));
    expect(apart).to.be.closeTo(-hour, 60_000);
    expect((await roles({ headers: { Date: undefined } })).headers.date).to.equal(undefined);
  });

  it("has the headers of the fault", async () => {
    const { headers } = await roles({ headers: { "X-Proxy": "yes", "Content-Type": "text/plain" } });
    expect(headers).to.include({ "x-proxy": "yes", "content-type": "text/plain" });
  });

  it("has the JSON that rewrite returns", async () => {
    const { body } = await roles({ rewrite: (json) => ({ ...(json as object), custom_roles: null }) });
    const json = JSON.parse(body.toString()) as { custom_roles: null; system_roles: unknown[] };
    expect(json.custom_roles).to.equal(null);
    expect(json.system_roles).not.to.be.empty;
  });

  for (const status of [200, 204]) {
    it(`is empty with status ${status} and an empty body`, async () => {
      const received = await roles({ status, body: "" });
      expect([received.status, received.body.length]).to.deep.equal([status, 0]);
    });
  }

  it("repeats the request's credentials with echo", async () => {
    const { headers, body } = await roles({ status: 403, echo: true });
    const token = `Bearer ${iam.token()}`.slice(0, 20);
    expect(headers["transaction-id"]).to.include(token);
    const { trace, errors } = JSON.parse(body.toString()) as { trace: string; errors: object[] };
    expect(trace).to.include(token);
    expect(JSON.stringify(errors[0])).to.match(/"code":"Bearer .*"message":"You sent Bearer /);
    iam.inject({ operation: "token", status: 400, echo: true });
    const refused = await ask(iam, "/identity/token", { method: "POST", form: "apikey=secret" });
    expect(refused.body.toString()).to.include("apikey=secret");
  });

  it("can be the response to a token request", async () => {
    iam.inject({ operation: "token", damage: { kind: "cut", after: 5 } });
    const { status, error } = await ask(iam, "/identity/token", { method: "POST", form: "" });
    expect([status, typeof error]).to.deep.equal([400, "string"]);
  });

  it("is recorded with its status", async () => {
    await roles({ damage: { kind: "garbled" } });
    const call = iam.calls().find(({ operation }) => operation === "listRoles");
    expect(call).to.include({ status: 200, fault: true });
  });

  const FLAWED: Record<string, Omit<Fault, "operation">> = {
    "echo requires a status": { echo: true },
    "damage.after must be 0 or more": { damage: { kind: "cut", after: -1 } satisfies Damage },
  };
  for (const [flaw, fault] of Object.entries(FLAWED)) {
    it(`is refused with a RangeError: ${flaw}`, () => {
      expect(() => iam.inject({ operation: "*", ...fault })).to.throw(RangeError, flaw);
    });
  }
});
