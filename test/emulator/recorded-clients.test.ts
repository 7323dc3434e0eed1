import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";
import { OBJECT_WRITER, READER } from "./bodies";

/** A request as one of IBM's SDKs sent it. `<account>`, `<api-key>`, `<id>` and `<etag>` stand for what each run has anew. */
interface Recorded {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** What it was answered, and its SDK was content with. */
  status: number;
}

/** A recorded request's answer. */
interface Answered {
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

/** Sends what was recorded, in its order, with the ids and ETags of this run. */
async function replay(iam: IamEmulator, requests: readonly Recorded[]): Promise<Answered[]> {
  const { send } = connect(iam);
  const known = { "<account>": iam.accountId, "<api-key>": iam.apiKey, "<id>": "", "<etag>": "" };
  const filled = (text: string) =>
    Object.entries(known).reduce((all, [name, value]) => all.replaceAll(name, value), text);
  const answers: Answered[] = [];
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
    const said = (answer.body === "" ? {} : answer.body) as Json;
    if (method === "POST" && typeof said["id"] === "string") known["<id>"] = said["id"];
    known["<etag>"] = answer.headers["etag"] ?? known["<etag>"];
    answers.push({ request, headers: answer.headers, body: said });
  }
  return answers;
}

/** What both SDKs read of a policy: dates that they can parse, and what they call required. */
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
  describeEmulator(`what IBM's SDK for ${sdk} sends`, () => {
    let iam: IamEmulator;
    let answers: Answered[];
    beforeEach(async () => {
      iam = closing(await startIamEmulator());
      answers = await replay(iam, recorded(sdk));
    });

    const of = (method: string, path: RegExp) =>
      answers.filter(({ request }) => request.method === method && path.test(request.path));

    it("is taken, whatever it is: by v1 and by v2", () => {
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

    it("is answered with the roles of the pair, or of every source", () => {
      for (const { body } of of("GET", /^\/v2\/roles/)) {
        expect(body["service_roles"]).to.be.an("array").that.is.not.empty;
        expect(body["system_roles"]).to.be.an("array").that.is.not.empty;
        expect(body["custom_roles"]).to.be.an("array");
      }
    });

    for (const version of ["v1", "v2"]) {
      it(`is answered with policies that it can read, in ${version}`, () => {
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

      it(`is answered with lists that it can read, in ${version}`, () => {
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

    it("deletes without a body in the answer", () => {
      const deleted = of("DELETE", /./);
      expect(deleted).to.have.length(3);
      for (const { body } of deleted) expect(body).to.deep.equal({});
    });
  });
}
