import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";
import { OBJECT_WRITER, READER } from "./bodies";

/** A request that one of IBM's SDKs sent. `<account>`, `<api-key>`, `<id>` and `<etag>` are placeholders. */
interface Recorded {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** The status of the response, which the SDK accepted. */
  status: number;
}

/** The response to a recorded request. */
interface RecordedAnswer {
  request: Recorded;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

type Json = Record<string, unknown>;

const SDKS = ["go", "python"] as const;

function recorded(sdk: string): Recorded[] {
  const file = join(__dirname, "fixtures", `${sdk}-sdk-requests.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Recorded[];
}

/** Sends the recorded requests in order, with the ids and ETags of this run. */
async function replay(iam: IamEmulator, requests: readonly Recorded[]): Promise<RecordedAnswer[]> {
  const { send } = connect(iam);
  const known = { "<account>": iam.accountId, "<api-key>": iam.apiKey, "<id>": "", "<etag>": "" };
  const filled = (text: string) =>
    Object.entries(known).reduce((all, [name, value]) => all.replaceAll(name, value), text);
  const answers: RecordedAnswer[] = [];
  for (const request of requests) {
    const { method, path, body, status } = request;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, filled(value)]),
    );
    const answer = await send(method, filled(path), {
      headers,
      ...(body !== undefined && { body: filled(body) }),
    });
    expect(answer.status, `${method} ${path}`).to.equal(status);
    const json = (answer.body === "" ? {} : answer.body) as Json;
    if (method === "POST" && typeof json["id"] === "string") known["<id>"] = json["id"];
    known["<etag>"] = answer.headers["etag"] ?? known["<etag>"];
    answers.push({ request, headers: answer.headers, body: json });
  }
  return answers;
}

/** Asserts the properties that both SDKs require, and dates that they can parse. */
function expectPolicy(policy: Json, version: string): void {
  expect(policy).to.include.all.keys("id", "type", "href", "state", "created_by_id", "last_modified_by_id");
  for (const date of ["created_at", "last_modified_at"]) {
    expect(String(policy[date])).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
  }
  if (version === "v2") {
    expect(rolesOf(policy)).to.include(READER);
    expect(policy).to.include.all.keys("subject", "resource", "control");
    return;
  }
  expect(policy).to.include.all.keys("subjects", "roles", "resources");
  expect(rolesOf(policy)).to.include(READER);
}

function rolesOf({ roles, control }: Json): string[] {
  const all = (roles ?? (control as { grant: Json }).grant["roles"]) as { role_id: string }[];
  return all.map(({ role_id }) => role_id);
}

const asked = (path: string) => new URL(path, "http://localhost").searchParams;

for (const sdk of SDKS) {
  describeEmulator(`the recorded requests of IBM's ${sdk} SDK`, () => {
    let iam: IamEmulator;
    let answers: RecordedAnswer[];
    beforeEach(async () => {
      iam = closing(await startIamEmulator());
      answers = await replay(iam, recorded(sdk));
    });

    const of = (method: string, path: RegExp) =>
      answers.filter(({ request }) => request.method === method && path.test(request.path));

    it("are accepted for every operation of v1 and v2", () => {
      const names = new Set(iam.calls().map(({ operation }) => operation));
      expect([...names]).to.have.members([
        ...["token", "listRoles"],
        ...["createPolicy", "getPolicy", "replacePolicy", "listPolicies", "deletePolicy"],
        ...["updatePolicyState", "createV2Policy", "getV2Policy", "replaceV2Policy", "listV2Policies"],
        "deleteV2Policy",
      ]);
      expect(iam.policies()).to.deep.equal([]);
      expect(iam.policies({ state: "deleted" })).to.have.length(2);
    });

    it("get roles", () => {
      for (const { body } of of("GET", /^\/v2\/roles/)) {
        expect(body["service_roles"]).to.be.an("array").that.is.not.empty;
        expect(body["system_roles"]).to.be.an("array").that.is.not.empty;
        expect(body["custom_roles"]).to.be.an("array");
      }
    });

    for (const version of ["v1", "v2"]) {
      it(`get policies that the SDK can parse, in ${version}`, () => {
        const made = of("POST", new RegExp(`^/${version}/policies`));
        const read = of("GET", new RegExp(`^/${version}/policies/`));
        const replaced = of("PUT", new RegExp(`^/${version}/policies/`));
        expect([made.length, replaced.length]).to.deep.equal([1, 1]);
        for (const { body, headers } of [...made, ...read, ...replaced]) {
          expectPolicy(body, version);
          expect(headers["etag"]).to.match(/^\d+-[0-9a-f]{32}$/);
          expect(headers["content-type"]).to.equal("application/json; charset=utf-8");
        }
        expect(replaced.flatMap(({ body }) => rolesOf(body))).to.have.members([READER, OBJECT_WRITER]);
        expect(replaced[0]?.body["description"]).to.equal(`by ${version}, twice`);
      });

      it(`get lists that the SDK can parse, in ${version}`, () => {
        const lists = of("GET", new RegExp(`^/${version}/policies\\?`));
        expect(lists).to.have.length(2);
        for (const { request, body } of lists) {
          const policies = body["policies"] as Json[];
          expect(policies).to.have.length(1);
          for (const policy of policies) expectPolicy(policy, version);
          if (asked(request.path).has("limit"))
            expect(body).to.include({ limit: 1 }).and.to.have.property("first");
          const permits = { last_permit_at: null, last_permit_frequency: 0 };
          if (asked(request.path).has("format")) expect(policies[0]).to.include(permits);
        }
      });
    }

    it("get a response without a body for DELETE", () => {
      const deleted = of("DELETE", /./);
      expect(deleted).to.have.length(3);
      for (const { body } of deleted) expect(body).to.deep.equal({});
    });
  });
}
