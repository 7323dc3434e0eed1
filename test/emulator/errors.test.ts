import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, type RawRequest } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn } from "./answers";
import { bucketBody, equals, adding, leavingOut } from "./bodies";

/** An existing policy, and a body that would duplicate it. */
interface Given {
  id: string;
  json: ReturnType<typeof bucketBody>;
}

const POLICIES = "/v2/policies";
const STALE = { "if-match": `9-${"0".repeat(32)}` };

/** IAM's status and code for each kind of invalid request. */
const REFUSED: [
  answer: string,
  what: string,
  method: string,
  path: (given: Given) => string,
  request?: (given: Given) => RawRequest,
][] = [
  ["400 invalid_body", "an empty body", "POST", () => POLICIES, () => ({ json: {} })],
  ["400 missing_required_query_parameter", "a list without account_id", "GET", () => POLICIES],
  ["401 invalid_token", "no token", "GET", () => POLICIES, () => ({ headers: { authorization: "" } })],
  [
    "403 insufficent_permissions",
    "a target of another account",
    "POST",
    () => POLICIES,
    ({ json }) => ({
      json: adding(
        "resource",
        leavingOut("resource", json, "accountId"),
        equals("accountId", "0".repeat(32)),
      ),
    }),
  ],
  ["404 policy_not_found", "an unknown policy", "GET", () => `${POLICIES}/${randomUUID()}`],
  ["404 policy_not_found", "an id that is not a UUID", "DELETE", () => `${POLICIES}/__proto__`],
  ["404 not_found", "an unknown path", "GET", () => "/v1/policy_templates"],
  ["404 not_found", "an unknown method", "POST", ({ id }) => `${POLICIES}/${id}`, () => ({ json: {} })],
  ["404 not_found", "a list path with a trailing slash", "GET", () => `${POLICIES}/`],
  ["409 policy_conflict_error", "a duplicate policy", "POST", () => POLICIES, ({ json }) => ({ json })],
  [
    "412 unable_to_process",
    "a stale If-Match",
    "PUT",
    ({ id }) => `${POLICIES}/${id}`,
    ({ json }) => ({ json, headers: STALE }),
  ],
  ["415 unsupported_content_type", "a body that is not JSON", "POST", () => POLICIES, () => ({ body: "x" })],
];

describeEmulator("an error", () => {
  let target: IamEmulator;
  let given: Given;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
    const json = bucketBody(target.accountId);
    const { result } = await connect(target).client.createV2Policy({ ...json });
    given = { id: String(result.id), json };
  });

  for (const [wanted, what, method, path, request] of REFUSED) {
    it(`is ${wanted} for ${what}, in IAM's envelope`, async () => {
      const answer = await connect(target).send(method, path(given), request?.(given));
      const { code, details } = errorIn(answer);
      expect(`${answer.status} ${code}`).to.equal(wanted);
      expect(details !== undefined).to.equal(code === "policy_conflict_error");
      expect(target.policies({ state: "all" }).map(({ id }) => id)).to.deep.equal([given.id]);
    });
  }

  it("has the request's Transaction-Id as its trace", async () => {
    const mine = randomUUID().replaceAll("-", "");
    const { send } = connect(target);
    const answer = await send("GET", "/v2/policies", { headers: { "transaction-id": mine } });
    expect(errorIn(answer).code).to.equal("missing_required_query_parameter");
    expect(answer.headers["transaction-id"]).to.equal(mine);
    expect(answer.body).to.include({ trace: mine });
  });

  it("is JSON in UTF-8, like every other response with a body", async () => {
    const target = closing(await startIamEmulator());
    const { send } = connect(target);
    target.inject({ operation: "getPolicy", status: 500 });
    const paths = [
      `/v2/policies?account_id=${target.accountId}`,
      "/v2/policies",
      "/v1/policies/x",
      "/v2/policies/x",
      "/v2/roles?service_name=kms",
      "/v2/resource_instances",
      "/v2/resource_groups",
      "/no/such/path",
    ];
    for (const path of paths) {
      const { headers } = await send("GET", path);
      expect(headers["content-type"], path).to.equal("application/json; charset=utf-8");
    }
    const { headers } = await send("POST", "/identity/token", { body: "" });
    expect(headers["content-type"]).to.equal("application/json; charset=utf-8");
  });

  it("must not be cached, like every other response", async () => {
    const { send } = connect(target);
    for (const path of ["/v2/policies", `/v2/policies/${given.id}`]) {
      const { headers } = await send("GET", path);
      expect(headers).to.include({ "cache-control": "no-cache,no-store", pragma: "no-cache" });
    }
  });
});
