import { expect } from "chai";
import { notIamsAnswer, toIamError } from "../../src/iam/errors";

const TRACE = "0123456789abcdef0123456789abcdef";

/** An error as ibm-cloud-sdk-core makes it of an answer with IAM's envelope. */
function refused(status: number, code: string, message: string, more: object = {}): object {
  return {
    status,
    message: "Access is denied due to invalid credentials.",
    result: { trace: TRACE, errors: [{ code, message, ...more }], status_code: status },
    headers: { "transaction-id": TRACE },
  };
}

const FAILURES: [title: string, thrown: unknown, sentence: RegExp][] = [
  [
    "400",
    refused(400, "invalid_body", "Invalid body format."),
    /^IAM refused \(400 invalid_body\): Invalid body format\. Check that both services/,
  ],
  [
    "401",
    refused(401, "invalid_token", "The provided IAM token is invalid."),
    /token is invalid\. The token is expired/,
  ],
  [
    "403",
    refused(403, "insufficent_permissions", "No."),
    /need the platform role Administrator on the target/,
  ],
  ["404", refused(404, "policy_not_found", "Policy with Id x not found."), /\. Run pulumi refresh/],
  ["409 of a conflict", refused(409, "policy_conflict_error", "Exists."), /two authorizations for the same/],
  [
    "409 of a stale ETag",
    refused(409, "unable_to_process", "Stale."),
    /Somebody changed the authorization meanwhile/,
  ],
  ["412", refused(412, "unable_to_process", "Stale."), /Somebody changed the authorization meanwhile/],
  ["415", refused(415, "unsupported_content_type", "No."), /changed the request/],
  ["422", refused(422, "unable_to_process", "Exceeded maximum policies quota error"), /limit of policies/],
  ["429", refused(429, "too_many_requests", "Slow down"), /fewer calls/],
  ["500", refused(500, "request_not_processed", "Oops"), /a problem of its own/],
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
    /^IAM refused \(400 BXNIM0415E\): Provided API key could not be found\. The token service refused the credentials/,
  ],
  [
    "a page instead of JSON",
    { status: 503, statusText: "Service Unavailable", result: "<html>", headers: {} },
    /^IAM refused \(503\): Service Unavailable\. IAM has a problem/,
  ],
  [
    "no connection",
    { message: "connect ECONNREFUSED 127.0.0.1:1", statusText: "ECONNREFUSED" },
    /^IAM could not be asked \(ECONNREFUSED\): connect .*\. No answer came: check the network/,
  ],
  [
    "a certificate",
    { message: "self signed certificate", statusText: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    /NODE_EXTRA_CA_CERTS/,
  ],
  ["a text", "boom", /^IAM could not be asked: boom\. Nothing was sent/],
];

describe("errors of IAM", () => {
  for (const [title, thrown, sentence] of FAILURES) {
    it(`say what ${title} means and what to do`, () => {
      const { message } = toIamError(thrown, []);
      expect(message).to.match(sentence);
      expect(message).not.to.include("Access is denied due to invalid credentials");
    });
  }

  it("ask for no more than a refused call needs: to read, Viewer is enough", () => {
    const thrown = refused(403, "insufficent_permissions", "No.");
    expect(toIamError(thrown, [], true).message)
      .to.include("The credentials need the platform role Viewer on the target, or better")
      .and.not.to.include("Administrator");
    expect(toIamError(thrown, [], false).message)
      .to.include("need the platform role Administrator on the target, and every role that is granted there")
      .and.not.to.include("Viewer");
  });

  it("end with the transaction's id, from the header or else the body", () => {
    expect(toIamError(refused(404, "x", "y"), []).message).to.match(
      new RegExp(`\\. Transaction-Id: ${TRACE}$`),
    );
    const bodyOnly = { ...refused(404, "x", "y"), headers: undefined };
    expect(toIamError(bodyOnly, []).transactionId).to.equal(TRACE);
  });

  it("keep the policy that a new one would repeat", () => {
    const details = { conflicts_with: { etag: "1-a", policy: { id: "p" } } };
    const error = toIamError(refused(409, "policy_conflict_error", "Exists.", { details }), []);
    expect(error.conflict).to.deep.equal({ id: "p" });
  });

  it("say so when something else answers in IAM's place", () => {
    expect(notIamsAnswer("reading a policy", TRACE).message).to.match(
      /not the JSON that IAM documents\. Something else answered/,
    );
  });

  it("hold no credentials", () => {
    const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJpYW1faWQiOiJJQk1pZCJ9.c2ln";
    const said = `sent apikey=k3y&x=1 with Bearer ${jwt} and "access_token":"opaque", my-secret-key`;
    const { message } = toIamError({ message: said }, ["my-secret-key", ""]);
    expect(message).not.to.match(/k3y|eyJ|opaque|my-secret-key/);
    expect(message).to.include("x=1");
  });
});
