import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type Answer } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, make } from "./answers";
import {
  adding,
  bucketBody,
  equals,
  granting,
  leavingOut,
  OBJECT_WRITER,
  READER,
  VIEWER,
  type Body,
} from "./bodies";

type Change = (body: Body) => object;

/** Documented rules for authorizations: "Both the policy subject and the policy resource must include …" */
const DOCUMENTED: [what: string, change: Change][] = [
  ["a subject without accountId", (body) => leavingOut("subject", body, "accountId")],
  ["a resource without accountId", (body) => leavingOut("resource", body, "accountId")],
  ["a subject without serviceName or resourceGroupId", (body) => leavingOut("subject", body, "serviceName")],
  ["an empty value in the subject", (body) => adding("subject", body, equals("resource", ""))],
  ["an empty value in the resource", (body) => setting(body, "resource", "")],
  [
    "a value of 1001 characters in the subject",
    (body) => adding("subject", body, equals("resource", long(1001))),
  ],
  ["a value of 1001 characters in the resource", (body) => setting(body, "resource", long(1001))],
  [
    "a subject attribute that authorizations do not support",
    (body) => adding("subject", body, equals("iam_id", "x")),
  ],
  ["no role", (body) => ({ ...body, control: granting() })],
  ["no subject", (body) => ({ ...body, subject: undefined })],
  ["no resource", (body) => ({ ...body, resource: undefined })],
  ["no control", (body) => ({ ...body, control: undefined })],
  ["no type", (body) => ({ ...body, type: undefined })],
];

/** Bodies that the emulator refuses although IBM documents no rule. */
const UNDOCUMENTED: [what: string, change: Change][] = [
  ["an access policy", (body) => ({ ...body, type: "access" })],
  ["an array", (body) => [body]],
  ["an unknown property", (body) => ({ ...body, template_id: "x" })],
  ["a description that is not a string", (body) => ({ ...body, description: 1 })],
  ["a description of 1001 characters", (body) => ({ ...body, description: long(1001) })],
  ["a subject in v1's schema", (body) => ({ ...body, subject: undefined, subjects: [body.subject] })],
  ["a repeated attribute in the subject", (body) => adding("subject", body, equals("serviceName", "logs"))],
  ["a repeated attribute in the resource", (body) => adding("resource", body, equals("resource", "other"))],
  ["a repeated role", (body) => ({ ...body, control: granting(READER, READER) })],
  ["a role by its name", (body) => ({ ...body, control: granting("Reader") })],
  [
    "a role with another property than its id",
    (body) => ({ ...body, control: { grant: { roles: [{ role_id: READER, name: "x" }] } } }),
  ],
  ["a subject with stringMatch", (body) => adding("subject", body, operator("stringMatch", "x*"))],
  [
    "a subject with stringEqualsAnyOf",
    (body) => adding("subject", body, operator("stringEqualsAnyOf", ["x"])),
  ],
  ["a subject with stringMatchAnyOf", (body) => adding("subject", body, operator("stringMatchAnyOf", ["x"]))],
  ["an unknown operator", (body) => adding("resource", body, operator("numericEquals", "1"))],
  ["stringEquals with a boolean", (body) => adding("resource", body, operator("stringEquals", true))],
  ["stringExists with a string", (body) => adding("resource", body, operator("stringExists", "true"))],
  ["stringMatch with a list", (body) => adding("resource", body, operator("stringMatch", ["x"]))],
  ["stringEqualsAnyOf with a string", (body) => adding("resource", body, operator("stringEqualsAnyOf", "x"))],
  ["an empty list of values", (body) => adding("resource", body, operator("stringEqualsAnyOf", []))],
  ["eleven values", (body) => adding("resource", body, operator("stringMatchAnyOf", Array(11).fill("x")))],
  [
    "an attribute without an operator",
    (body) => adding("resource", body, { key: "region", value: "x" } as never),
  ],
  [
    "an accountId with stringExists",
    (body) =>
      adding("subject", leavingOut("subject", body, "accountId"), {
        key: "accountId",
        operator: "stringExists",
        value: true,
      }),
  ],
  [
    "a tag with stringExists",
    (body) => ({
      ...body,
      resource: { ...body.resource, tags: [{ key: "env", operator: "stringExists", value: true }] },
    }),
  ],
  ["a rule that is not a condition", (body) => ({ ...body, rule: { day: "monday" } })],
  ["a rule whose conditions nest three levels deep", (body) => ({ ...body, rule: nested(3) })],
  [
    "a rule of eleven conditions",
    (body) => ({ ...body, rule: { operator: "or", conditions: Array(11).fill(nested(0)) } }),
  ],
  ["a target without a service", (body) => leavingOut("resource", body, "serviceName")],
];

/** Returns a time-based condition inside `levels` levels of other conditions. */
function nested(levels: number): object {
  const condition = {
    key: "{{environment.attributes.day_of_week}}",
    operator: "dayOfWeekAnyOf",
    value: ["1+00:00"],
  };
  return Array.from({ length: levels }).reduce<object>(
    (inner) => ({ operator: "and", conditions: [inner] }),
    condition,
  );
}

function long(length: number): string {
  return "x".repeat(length);
}

function operator(name: string, value: unknown) {
  return { key: "region", operator: name, value };
}

function setting(body: Body, key: string, value: string): Body {
  return adding("resource", leavingOut("resource", body, key), equals(key, value));
}

describeIam("POST /v2/policies refuses", (iam) => {
  const post = (json: unknown) => iam.send("POST", "/v2/policies", { json });

  for (const [what, change] of DOCUMENTED) {
    it(what, async () => {
      const answer = await post(change(bucketBody(iam.accountId)));
      expect(answer.status).to.equal(400);
      expect(errorIn(answer).code).to.equal("invalid_body");
    });
  }

  it("a target of another account", async () => {
    const other = "0123456789abcdef".repeat(2);
    const answer = await post(setting(bucketBody(iam.accountId), "accountId", other));
    expect(answer.status).to.be.within(400, 403);
    const short = inShort(answer);
    iam.settle("The response to a target of another account", short, "403 insufficent_permissions");
  });

  const NOT_OFFERED: [what: string, role: string][] = [
    [
      "of another target",
      "crn:v1:bluemix:public:event-notifications::::serviceRole:Event-Notification-Publisher",
    ],
    ["that does not exist", "crn:v1:bluemix:public:iam::::serviceRole:NoSuchRole"],
  ];
  for (const [which, role] of NOT_OFFERED) {
    it(`a role ${which}`, async () => {
      const answer = await post(bucketBody(iam.accountId, { control: granting(role) }));
      expect(answer.status).to.be.within(400, 404);
      iam.settle(`The response to a role ${which}`, inShort(answer), "400 invalid_body");
    });
  }

  it("a source that does not exist", async () => {
    const body = leavingOut("subject", bucketBody(iam.accountId), "serviceName");
    const answer = await post(adding("subject", body, equals("serviceName", "event-notification")));
    expect(answer.status).to.be.within(400, 404);
    iam.settle("The response to a source that does not exist", inShort(answer), "400 invalid_body");
  });
});

describeIam("POST /v2/policies accepts", (iam) => {
  it("a value of 1000 characters", async () => {
    const body = setting(bucketBody(iam.accountId), "resource", long(1000));
    expect((await make(iam, body)).policy.resource).to.deep.equal(body.resource);
  });
});

describeEmulator("parsePolicyBody()", () => {
  let target: IamEmulator;
  let post: (json: unknown) => Promise<Answer>;
  beforeEach(async () => {
    target = closing(await startIamEmulator());
    const { send } = connect(target);
    post = (json) => send("POST", "/v2/policies", { json });
  });

  describe("refuses", () => {
    for (const [what, change] of UNDOCUMENTED) {
      it(what, async () => {
        const answer = await post(change(bucketBody(target.accountId)));
        expect(answer.status).to.equal(400);
        expect(errorIn(answer).code).to.equal("invalid_body");
        expect(target.policies({ state: "all" })).to.deep.equal([]);
      });
    }

    for (const [what, change] of [...DOCUMENTED, ...UNDOCUMENTED]) {
      it(`${what}, also for PUT`, async () => {
        const { client, send } = connect(target);
        const body = bucketBody(target.accountId);
        const { result, headers } = await client.createV2Policy({ ...body });
        const answer = await send("PUT", `/v2/policies/${result.id}`, {
          json: change(body),
          headers: { "if-match": String(headers.etag) },
        });
        expect(answer.status).to.equal(400);
        expect(errorIn(answer).code).to.equal("invalid_body");
        expect(target.policies()).to.deep.equal([result]);
      });
    }

    it("a rule too deep for a recursive function", async () => {
      const text = JSON.stringify(bucketBody(target.accountId));
      const rule = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
      const answer = await connect(target).send("POST", "/v2/policies", {
        body: `${text.slice(0, -1)},"rule":${rule}}`,
        headers: { "content-type": "application/json" },
      });
      expect(answer.status).to.equal(400);
      expect(errorIn(answer).code).to.equal("invalid_body");
    });

    it("a service role for a resource group as target", async () => {
      const body = leavingOut("resource", bucketBody(target.accountId), "serviceName", "resourceType");
      const groups = adding("resource", body, equals("resourceType", "resource-group"));
      expect(inShort(await post(groups))).to.equal("400 invalid_body");
      expect(inShort(await post({ ...groups, control: granting(VIEWER) }))).to.equal("201");
    });

    it("with a message that names the invalid property and the reason", async () => {
      const cases: [change: Change, message: string][] = [
        [
          (body) => ({ ...body, control: granting() }),
          "Check control.grant.roles: Invalid length: Expected >=1 but received 0.",
        ],
        [(body) => leavingOut("subject", body, "accountId"), "The subject must include accountId."],
        [(body) => leavingOut("resource", body, "accountId"), "The resource must include accountId."],
        [
          (body) => leavingOut("subject", body, "serviceName"),
          "The subject must include serviceName or resourceGroupId.",
        ],
        [
          (body) => adding("subject", body, equals("iam_id", "x")),
          "The subject attribute iam_id is not supported.",
        ],
        [
          (body) => adding("resource", body, equals("resource", "x")),
          "The resource attribute resource is listed more than once.",
        ],
        [(body) => ({ ...body, control: granting(READER, READER) }), "A role is listed more than once."],
        [
          (body) => ({ ...setting(body, "serviceName", "kms"), control: granting(OBJECT_WRITER) }),
          `The role ${OBJECT_WRITER} is not supported for this subject and resource.`,
        ],
        [(body) => [body], "Check the body: expected an object."],
      ];
      for (const [change, message] of cases) {
        const answer = await post(change(bucketBody(target.accountId)));
        expect(errorIn(answer).message).to.equal(`Invalid body format. ${message}`);
      }
    });
  });

  describe("accepts", () => {
    it("a value of 1000 characters of several bytes each", async () => {
      const answer = await post(setting(bucketBody(target.accountId), "resource", "🔑".repeat(1000)));
      expect(answer.status).to.equal(201);
    });

    it("a rule with conditions up to two levels deep", async () => {
      for (const levels of [0, 1, 2]) {
        const rule = nested(levels);
        const answer = await post({
          ...bucketBody(target.accountId),
          rule,
          pattern: "time-based-conditions:weekly:all-day",
        });
        expect(answer.status).to.equal(201);
        expect(answer.body).to.deep.include({ rule, pattern: "time-based-conditions:weekly:all-day" });
      }
    });
  });
});
