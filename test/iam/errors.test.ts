import { expect } from "chai";
import type { ErrorCode } from "../../src/shared/coded-error";
import { golden } from "../support/golden";
import { notVisibleYet, toIamError, unreadableResponse } from "../../src/iam/errors";

const TRACE = "0123456789abcdef0123456789abcdef";

/** Returns the error that ibm-cloud-sdk-core creates from an error response of IAM. */
function refused(status: number, code: string, message: string, more: object = {}): object {
  return {
    status,
    message: "Access is denied due to invalid credentials.",
    result: { trace: TRACE, errors: [{ code, message, ...more }], status_code: status },
    headers: { "transaction-id": TRACE },
  };
}

const answered = (status: number, code: string, message: string) => refused(status, code, message);
const unanswered = (code: string, message: string) => ({ statusText: code, message });

/** Errors of IBM's SDK and their codes. The titles are part of a golden file. */
const FAILURES: [title: string, thrown: unknown, code: ErrorCode, outcomeUnknown?: true][] = [
  ["400", answered(400, "invalid_body", "Invalid body format."), "invalid-request"],
  ["401", answered(401, "invalid_token", "The provided IAM token is invalid."), "token-refused"],
  ["403", answered(403, "insufficent_permissions", "No."), "not-permitted"],
  ["404", answered(404, "policy_not_found", "Policy with Id x not found."), "policy-not-found"],
  [
    "407",
    { status: 407, statusText: "Proxy Authentication Required", result: "", headers: {} },
    "proxy-authentication",
  ],
  ["408", { status: 408, statusText: "Request Timeout", result: "", headers: {} }, "unavailable", true],
  ["409 of a conflict", answered(409, "policy_conflict_error", "Exists."), "already-exists"],
  ["409 of a stale ETag", answered(409, "unable_to_process", "Stale."), "changed-meanwhile"],
  ["412", answered(412, "unable_to_process", "Stale."), "changed-meanwhile"],
  ["415", answered(415, "unsupported_content_type", "No."), "not-iam"],
  ["422", answered(422, "unable_to_process", "Exceeded maximum policies quota error"), "over-quota"],
  ["429", answered(429, "too_many_requests", "Slow down"), "throttled"],
  ["500", answered(500, "request_not_processed", "Oops"), "unavailable", true],
  ["418", answered(418, "teapot", "Short and stout"), "refused"],
  [
    "a bad API key",
    {
      status: 400,
      message: "Access is denied due to invalid credentials.",
      result: {
        errorCode: "BXNIM0415E",
        errorMessage: "Provided API key could not be found",
        context: { url: "https://iam" },
      },
      headers: { "transaction-id": TRACE },
    },
    "credentials-refused",
  ],
  [
    "403 of the token service",
    {
      status: 403,
      message: "Access is denied due to invalid credentials.",
      result: { errorCode: "BXNIM0462E", errorMessage: "The API key is locked" },
      headers: {},
    },
    "credentials-refused",
  ],
  [
    "a page instead of JSON",
    { status: 503, statusText: "Service Unavailable", result: "<html>", headers: {} },
    "unavailable",
    true,
  ],
  ["a gateway's 404", { status: 404, statusText: "Not Found", result: "<html>", headers: {} }, "not-iam"],
  ["a redirect", { status: 302, statusText: "Found", result: "", headers: {} }, "not-iam"],
  [
    "an answer that can't be read",
    unanswered("unreadable_answer", "the answer (status 201) is not JSON"),
    "not-iam",
    true,
  ],
  ["no connection", unanswered("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"), "no-answer"],
  ["a reset connection", unanswered("ECONNRESET", "socket hang up"), "no-answer", true],
  ["a timeout", unanswered("ETIMEDOUT", "no complete answer came within 3 s"), "no-answer", true],
  ["a certificate", unanswered("DEPTH_ZERO_SELF_SIGNED_CERT", "self signed certificate"), "tls"],
  [
    "an alert about a certificate",
    unanswered("ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "sslv3 alert bad certificate"),
    "tls",
    true,
  ],
  [
    "plain HTTP on an https:// endpoint",
    unanswered("EPROTO", "write EPROTO: wrong version number"),
    "invalid-endpoint",
    true,
  ],
  ["no URL", { message: "Invalid URL" }, "invalid-endpoint"],
  ["a text", "boom", "not-sent"],
];

describe("toIamError", () => {
  for (const [title, thrown, code, outcomeUnknown = false] of FAILURES) {
    it(`sets the code and the outcome: ${title}`, () => {
      expect(toIamError(thrown, [])).to.include({ code, outcomeUnknown });
      expect(toIamError(thrown, [], true), "a read never has an unknown outcome").to.include({
        code,
        outcomeUnknown: false,
      });
    });
  }

  golden("errors of calls", () =>
    FAILURES.map(([title, thrown]) => `${title}\n    ${toIamError(thrown, []).message}`).join("\n"),
  );

  it("uses IAM's reason instead of the SDK's message", () => {
    for (const [, thrown] of FAILURES)
      expect(toIamError(thrown, []).message).not.to.include("Access is denied due to invalid credentials");
  });

  it("asks for Viewer after a refused read, and for Administrator after a refused write", () => {
    const thrown = refused(403, "insufficent_permissions", "No.");
    expect(toIamError(thrown, [], true).message)
      .to.include("The credentials need at least the platform role Viewer on the target")
      .and.not.to.include("Administrator");
    expect(toIamError(thrown, [], false).message)
      .to.include("need the platform role Administrator on the target, and every role that is granted there")
      .and.not.to.include("Viewer");
  });

  it("ends with the transaction id of the header, else of the body", () => {
    expect(toIamError(refused(404, "x", "y"), []).message).to.match(
      new RegExp(`\\. Transaction-Id: ${TRACE}$`),
    );
    const bodyOnly = { ...refused(404, "x", "y"), headers: undefined };
    expect(toIamError(bodyOnly, []).transactionId).to.equal(TRACE);
  });

  it("keeps the conflicting policy", () => {
    const details = { conflicts_with: { etag: "1-a", policy: { id: "p" } } };
    const error = toIamError(refused(409, "policy_conflict_error", "Exists.", { details }), []);
    expect(error.conflict).to.deep.equal({ id: "p" });
  });

  it("contains no credentials", () => {
    const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJpYW1faWQiOiJJQk1pZCJ9.c2ln";
    const message = `sent apikey=k3y&x=1 with Bearer ${jwt} and "access_token":"opaque", my-secret-key`;
    const error = toIamError({ message }, ["my-secret-key", ""]);
    expect(error.message).not.to.match(/k3y|eyJ|opaque|my-secret-key/);
    expect(error.message).to.include("x=1");
  });
});

describe("unreadableResponse", () => {
  it("reports a response that is not from IAM", () => {
    expect(unreadableResponse("reading a policy", TRACE).message).to.match(
      /not the JSON that IAM documents\. The response is not from/,
    );
  });

  it("leaves no outcome in doubt if a recent write is not visible yet", () => {
    expect(notVisibleYet("one")).to.include({ code: "not-shown-yet", outcomeUnknown: false });
  });
});
