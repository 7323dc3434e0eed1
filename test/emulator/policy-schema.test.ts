import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator, describeIam, type Answer } from "../support/iam-target";
import { closing } from "../support/opened";
import { errorIn, inShort, make } from "./answers";
import { DOCUMENTED, long, nested, setting, UNDOCUMENTED } from "./bad-bodies";
import { adding, bucketBody, equals, granting, leavingOut, VIEWER } from "./bodies";

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
