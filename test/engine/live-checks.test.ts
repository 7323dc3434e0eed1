import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { declares, startStack, succeeded } from "../support/engine";
import { bucketInputs, EN, guidOf, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

function operations({ calls }: IamEmulator, since = 0): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { operation } of calls().slice(since)) found[operation] = (found[operation] ?? 0) + 1;
  return found;
}

const { source, target } = bucketInputs();
const SOURCES = ["secrets-manager", "project", "compliance", "lakehouse"];

/** A hundred authorizations of five pairs with their documented roles. */
const HUNDRED = Array.from({ length: 100 }, (_, at) => {
  const serviceName = SOURCES[at % 5];
  return serviceName === undefined
    ? declares(`a${at}`, { source, target: { ...target, resource: `bucket-${at}` } })
    : declares(`a${at}`, {
        source: { serviceName, serviceInstance: guidOf(at) },
        target: { serviceName: "event-notifications", serviceInstance: EN },
      });
}).join("");

describe("checks against IAM on the real engine", function () {
  this.timeout(300_000);
  const { it, itOnCi } = countedTests("engine: checks against IAM");

  it("need one token, five role lookups and one list for a hundred new authorizations of five pairs", async () => {
    const iam = closing(await startIamEmulator());
    const stack = await startStack(iam, HUNDRED);
    const { code, output } = await stack.preview();
    expect(code, output).to.equal(0);
    expect(output).to.match(/\+ 101 to create/);
    expect(operations(iam)).to.deep.equal({ token: 1, listRoles: 5, listV2Policies: 1 });

    succeeded(await stack.up());
    const before = iam.calls().length;
    expect(succeeded(await stack.preview("--expect-no-changes"))).to.match(/101 unchanged/);
    expect(operations(iam, before), "nothing is new").to.deep.equal({ token: 1, listRoles: 5 });
  });

  itOnCi("resolve the documented roles at preview, and up creates them", async () => {
    const iam = closing(await startIamEmulator());
    const stack = await startStack(iam, declares("one", { source, target }));
    const { code, output } = await stack.up();
    expect(code, output).to.equal(0);
    expect(iam.policies()[0]?.control.grant.roles).to.have.length(2);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    expect((await stack.refresh()).output).to.match(/2 unchanged/);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    await stack.program(declares("one", { source, target, roles: ["Reader"] }));
    const part = await stack.preview();
    expect(part.output).to.include("also needs Object Writer, besides");
  });

  itOnCi("continue when a token expires during a run", async () => {
    // IBM's SDK renews a token ten seconds before it expires.
    const iam = closing(await startIamEmulator({ tokenLifetime: 11 }));
    const settled = { settle: { afterCreate: 2 } };
    const program =
      `const first = new EnAuthorization("first", ${JSON.stringify({ source, target, ...settled })});\n` +
      declares("then", { source, target: { ...target, resource: "then" } }, "{ dependsOn: first }");
    const stack = await startStack(iam, program);
    const { code, output } = await stack.up();
    expect(code, output).to.equal(0);
    expect(iam.policies()).to.have.length(2);
    expect(operations(iam)["token"]).to.be.greaterThan(1);
  });

  it("let one program create authorizations in two accounts", async () => {
    const iam = closing(
      await startIamEmulator({
        accounts: [
          { id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0", apiKeys: ["home"], iamId: "iam-ServiceId-1" },
          { id: OTHER_ACCOUNT, apiKeys: ["partner"], iamId: "iam-ServiceId-2" },
        ],
      }),
    );
    const program =
      declares("home", { source, target }) + declares("partner", { source, target, credentials: "PARTNER" });
    const stack = await startStack(iam, program, { IC_API_KEY: "home", PARTNER_APIKEY: "partner" });
    const { code, output } = await stack.up();
    expect(code, output).to.equal(0);
    const accounts = () =>
      iam.policies().map(({ resource }) => resource.attributes.find(({ key }) => key === "accountId")?.value);
    expect(accounts()).to.have.members([iam.accountId, OTHER_ACCOUNT]);
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    expect((await stack.refresh()).output).to.match(/3 unchanged/);

    await stack.program(
      declares("home", { source, target }) + declares("partner", { source, target, roles: ["Manager"] }),
    );
    expect((await stack.plan())["partner"]).to.be.oneOf(["replace", "create-replacement", "delete-replaced"]);
    expect((await stack.up()).code).to.equal(0);
    expect(accounts()).to.deep.equal([iam.accountId, iam.accountId]);
    expect((await stack.destroy()).code).to.equal(0);
    expect(iam.policies()).to.deep.equal([]);
  });
});
