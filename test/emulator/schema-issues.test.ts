import { startIamEmulator } from "../../src/emulator";
import { golden } from "../support/golden";
import { connect, describeEmulator, type RawRequest } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn } from "./answers";
import { adding, bucketBody, bucketBodyV1, equals, granting, leavingOut, OBJECT_WRITER } from "./bodies";
import { DOCUMENTED, setting, UNDOCUMENTED, type Change } from "./bad-bodies";

/** More invalid bodies, for their sentences alone. */
const OTHERS: [what: string, change: Change][] = [
  ["stringExists with a string in the subject", (body) => withSubject(body, "stringExists", "true")],
  ["stringEquals with a boolean in the subject", (body) => withSubject(body, "stringEquals", true)],
  ["a subject without attributes", (body) => ({ ...body, subject: {} })],
  ["attributes that are an object", (body) => ({ ...body, subject: { attributes: {} } })],
  ["an attribute that is a string", (body) => ({ ...body, subject: { attributes: ["serviceName"] } })],
  ["a misspelt property", ({ subject, ...body }) => ({ ...body, subjects: subject })],
  ["a list with an empty string", (body) => withResource(body, "stringEqualsAnyOf", ["x", ""])],
  ["an empty rule", (body) => ({ ...body, rule: {} })],
  ["a rule whose value is a number", (body) => ({ ...body, rule: { key: "k", operator: "o", value: 1 } })],
  [
    "a role of another service",
    (body) => ({ ...setting(body, "serviceName", "kms"), control: granting(OBJECT_WRITER) }),
  ],
  [
    "a source that does not exist",
    (body) =>
      adding(
        "subject",
        leavingOut("subject", body, "serviceName"),
        equals("serviceName", "event-notification"),
      ),
  ],
];

const V1: [what: string, change: (body: ReturnType<typeof bucketBodyV1>) => object][] = [
  ["no role", (body) => ({ ...body, roles: [] })],
  ["a role by its name", (body) => ({ ...body, roles: [{ role_id: "Reader" }] })],
  ["no subject", (body) => ({ ...body, subjects: [] })],
  ["two resources", (body) => ({ ...body, resources: [...body.resources, ...body.resources] })],
  ["an access policy", (body) => ({ ...body, type: "access" })],
  [
    "a repeated attribute",
    ({ subjects: [subject], ...body }) => ({
      ...body,
      subjects: [{ attributes: [...(subject?.attributes ?? []), { name: "serviceName", value: "kms" }] }],
    }),
  ],
  [
    "an unsupported attribute",
    (body) => ({ ...body, subjects: [{ attributes: [{ name: "iam_id", value: "x" }] }] }),
  ],
  ["the schema of v2", () => bucketBody("a")],
];

/** Other invalid requests. */
const REQUESTS: [what: string, method: string, path: string, request?: RawRequest][] = [
  [
    "a body that is not JSON",
    "POST",
    "/v2/policies",
    { body: "{", headers: { "content-type": "application/json" } },
  ],
  ["a body that is too large", "POST", "/v2/policies", { json: "x".repeat(1024 * 1024) }],
  ["a body of another type", "POST", "/v2/policies", { body: "{}" }],
  ["a list without an account", "GET", "/v2/policies"],
  ["a limit of 0", "GET", "/v2/policies?account_id=<account>&limit=0"],
  ["a page that does not exist", "GET", "/v2/policies?account_id=<account>&limit=1&start=x"],
  ["an unknown sort key", "GET", "/v2/policies?account_id=<account>&sort=name"],
  ["an unknown endpoint", "GET", "/v2/policy"],
  ["a limit of 101 instances", "GET", "/v2/resource_instances?limit=101"],
  ["a page of instances that does not exist", "GET", "/v2/resource_instances?start=x"],
];

function withSubject(body: Parameters<Change>[0], operator: string, value: unknown): object {
  return adding("subject", body, { key: "region", operator, value });
}

function withResource(body: Parameters<Change>[0], operator: string, value: unknown): object {
  return adding("resource", body, { key: "region", operator, value });
}

describeEmulator("the sentences about invalid requests", () => {
  const lines: string[] = [];

  before(async () => {
    const iam = closing(await startIamEmulator());
    const { send } = connect(iam);
    const requests = [
      ...[...DOCUMENTED, ...UNDOCUMENTED, ...OTHERS].map(
        ([what, change]) =>
          [what, "POST", "/v2/policies", { json: change(bucketBody(iam.accountId)) }] as const,
      ),
      ...V1.map(
        ([what, change]) =>
          [what, "POST", "/v1/policies", { json: change(bucketBodyV1(iam.accountId)) }] as const,
      ),
      ...REQUESTS,
    ];
    for (const [what, method, path, request] of requests) {
      const answer = await send(method, path.replace("<account>", iam.accountId), request);
      const message = path.startsWith("/v2/resource_")
        ? (answer.body as { message: string }).message
        : errorIn(answer).message;
      // The rest of that message depends on the version of Node.js.
      const portable = message.replace(/ JSON: .*/, " JSON: …");
      lines.push(`${method} ${path}: ${what}\n  ${answer.status} ${portable}`);
    }
  });

  golden("invalid requests to the emulator", () => lines.join("\n"));
});
