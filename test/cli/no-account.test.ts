import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Seed } from "../../src/emulator";
import { emulatorEnv, runCli } from "../support/cli";
import { ACCOUNT, EN, KMS } from "../support/inputs";
import { closing } from "../support/opened";

const equal = (key: string, value: string) => ({ key, operator: "stringEquals", value });
const EVENTS = [equal("serviceName", "event-notifications"), equal("serviceInstance", EN)];
const KEYS = [equal("serviceName", "kms"), equal("serviceInstance", KMS)];
const account = equal("accountId", ACCOUNT);

function policy(id: string, subject: typeof KEYS, resource: typeof KEYS): Seed {
  const control = { grant: { roles: [{ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Reader" }] } };
  return { id, subject: { attributes: subject }, resource: { attributes: resource }, control };
}

/** Each side without an account in turn. IBM's docs show a source that is an enterprise. */
const POLICIES = [
  policy(
    "00000001-0000-4000-8000-000000000000",
    [equal("enterpriseId", "e1"), ...EVENTS],
    [account, ...KEYS],
  ),
  policy("00000002-0000-4000-8000-000000000000", [account, ...EVENTS], KEYS),
  policy("00000003-0000-4000-8000-000000000000", EVENTS, [equal("serviceName", "kms"), account]),
  policy("00000004-0000-4000-8000-000000000000", EVENTS, [equal("serviceName", "kms"), equal("region", "x")]),
];

describe("commands, for policies that name no account", () => {
  let iam: IamEmulator;
  beforeEach(async () => {
    const accounts = [{ id: ACCOUNT, apiKeys: ["key"], iamId: "iam-ServiceId-1" }] as const;
    iam = closing(await startIamEmulator({ accounts, seed: POLICIES }));
  });

  const run = (...args: string[]) => runCli(args, emulatorEnv(iam));

  const COMMANDS = [
    ["list"],
    ["list", "--output=csv"],
    ["list", "--output=mermaid"],
    ["show", "00000001"],
    ["audit"],
    ["audit", "--output=sarif"],
    ["graph", "--output=mermaid"],
    ["graph", "--output=dot"],
    ["generate"],
  ];
  for (const args of COMMANDS) {
    it(`${args.join(" ")} shows no value that is missing`, async () => {
      const { output, error } = await run(...args);
      expect(output).to.not.match(/undefined|null/);
      expect(error).to.not.match(/undefined|cannot read/i);
    });
  }

  it("list and graph show that there is no account", async () => {
    expect((await run("show", "00000001")).output).to.include("no account");
    expect((await run("graph", "--output=mermaid")).output).to.include("no account");
  });

  it("audit finds a source without an account", async () => {
    const { output } = await run("audit", "--output=json");
    const found = JSON.parse(output) as { rule: string; id: string }[];
    const ids = (rule: string) => found.filter((each) => each.rule === rule).map(({ id }) => id.slice(0, 8));
    expect(ids("other-account")).to.have.members(["00000001", "00000002", "00000003", "00000004"]);
    expect(ids("covered"), "nothing is compared with an unnamed account").to.deep.equal([]);
  });

  it("generate skips them, with the side that names no account", async () => {
    const { error } = await run("generate");
    for (const { id = "" } of POLICIES) expect(error).to.include(id);
    expect(error).to.include("its source names no account").and.include("its target names no account");
  });
});
