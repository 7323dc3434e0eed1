import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { declares, startStack, type Stack } from "../support/engine";
import { edit, sdk } from "../support/iam-edits";
import { bucketInputs, COS, EN, GROUP, guidOf, KMS, OTHER_ACCOUNT } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const READER = "crn:v1:bluemix:public:iam::::serviceRole:Reader";
const WRITER = "crn:v1:bluemix:public:iam::::serviceRole:Writer";

function rolesHeld(iam: IamEmulator): string[][] {
  return iam.policies().map(({ control }) => control.grant.roles.map(({ role_id }) => role_id));
}

describe("the main job on the real engine", function () {
  this.timeout(180_000);
  const { it, itOnCi } = countedTests("engine: main job");
  let iam: IamEmulator;
  let stack: Stack;

  async function start(body: string): Promise<void> {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, body);
  }

  /** Returns the calls on policies since the previous call of this function. */
  let seen = 0;
  function operations(): string[] {
    const all = iam.calls().map(({ operation }) => operation);
    const fresh = all.slice(seen).filter((each) => each !== "token" && each !== "listRoles");
    seen = all.length;
    return fresh;
  }
  beforeEach(() => {
    seen = 0;
  });

  it("creates, shows no changes, updates roles and description, clears the description, and destroys", async () => {
    const inputs = bucketInputs();
    await start(declares("one", inputs));
    expect((await stack.plan())["one"]).to.equal("create");
    expect(iam.policies()).to.deep.equal([]);

    const made = await stack.up();
    expect(made.output).to.match(/EnAuthorization one created/);
    expect(made.code).to.equal(0);
    const [policy] = iam.policies();
    const { one } = await stack.authorizations();
    expect(one?.id).to.equal(policy?.id);
    expect(one?.outputs).to.deep.include({ roles: inputs.roles, state: "active" });
    expect(one?.outputs?.["target"]).to.deep.equal({ ...inputs.target, accountId: iam.accountId });
    // The preview and the up each compare the new authorization with one list.
    expect(operations()).to.deep.equal(["listV2Policies", "listV2Policies", "createV2Policy"]);

    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    expect((await stack.up("--expect-no-changes")).output).to.match(/2 unchanged/);
    await stack.program(declares("one", { ...inputs, roles: ["OBJECT WRITER", "reader", "Reader"] }));
    expect(await stack.preview("--expect-no-changes"), "roles in another order and case").to.include({
      code: 0,
    });
    expect(operations()).to.deep.equal([]);

    await stack.program(declares("one", { ...inputs, roles: ["Reader"] }));
    expect((await stack.plan())["one"]).to.equal("update");
    expect((await stack.up()).output).to.match(/EnAuthorization one updated .*\[diff: ~roles\]/);
    expect(rolesHeld(iam)).to.deep.equal([[READER]]);
    expect(operations()).to.deep.equal(["getV2Policy", "replaceV2Policy"]);

    await stack.program(declares("one", { ...inputs, roles: ["Reader"], description: "why" }));
    expect((await stack.up()).output).to.match(/EnAuthorization one updated .*\[diff: \+description\]/);
    expect(iam.policies()[0]).to.deep.include({ id: policy?.id, description: "why" });

    await stack.program(declares("one", { ...inputs, roles: ["Reader"] }));
    expect((await stack.up()).output).to.match(/EnAuthorization one updated .*\[diff: -description\]/);
    expect(iam.policies()[0]?.description ?? "").to.equal("");
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });

    expect((await stack.destroy()).output).to.match(/EnAuthorization one deleted/);
    expect(iam.policies()).to.deep.equal([]);
    expect(iam.policies({ state: "deleted" }).map(({ id }) => id)).to.deep.equal([policy?.id]);
    expect(await stack.authorizations()).to.deep.equal({});
  });

  it("replaces when any scope attribute changes, and creates the new policy first", async () => {
    const source = { serviceInstance: EN };
    const target = { serviceName: "kms", serviceInstance: KMS };
    const roles = ["Reader"];
    const attribute = (key: string, value: string) => ({ attributes: [{ key, value }] });
    const scopes: Record<string, { before: object; after: object }> = {
      "source.accountId": { before: { source }, after: { source: { ...source, accountId: OTHER_ACCOUNT } } },
      "source.serviceName": {
        before: {
          source: { serviceName: "logs", serviceInstance: "*" },
          target: { serviceName: "event-notifications", serviceInstance: EN },
        },
        after: {
          source: { serviceName: "project", serviceInstance: "*" },
          target: { serviceName: "event-notifications", serviceInstance: EN },
        },
      },
      "source.serviceInstance": {
        before: { source: { serviceInstance: guidOf(1) } },
        after: { source: { serviceInstance: guidOf(2) } },
      },
      "source.resourceGroupId": {
        before: { source: { resourceGroupId: GROUP } },
        after: { source: { resourceGroupId: "*" } },
      },
      "source.region": {
        before: { source: { ...source, region: "r1" } },
        after: { source: { ...source, region: "r2" } },
      },
      "source.resourceType": {
        before: { source: { ...source, resourceType: "t1" } },
        after: { source: { ...source, resourceType: "t2" } },
      },
      "source.resource": {
        before: { source: { ...source, resource: "x1" } },
        after: { source: { ...source, resource: "x2" } },
      },
      "target.serviceName": {
        before: { target: { serviceName: "hs-crypto", serviceInstance: guidOf(3) } },
        after: { target: { serviceName: "kms", serviceInstance: guidOf(3) } },
      },
      "target.serviceInstance": {
        before: { target: { ...target, serviceInstance: guidOf(4) } },
        after: { target: { ...target, serviceInstance: guidOf(5) } },
      },
      "target.resourceGroupId": {
        before: { target: { serviceName: "kms", resourceGroupId: GROUP } },
        after: { target: { serviceName: "kms", resourceGroupId: "*" } },
      },
      "target.region": {
        before: { target: { ...target, region: "r1" } },
        after: { target: { ...target, region: "r2" } },
      },
      "target.resourceType": {
        before: { target: { ...target, resourceType: "t1" } },
        after: { target: { ...target, resourceType: "t2" } },
      },
      "target.resource": {
        before: { target: { ...target, resource: "x1" } },
        after: { target: { ...target, resource: "x2" } },
      },
      "target.attributes": {
        before: { target: { ...target, ...attribute("ring", "x1") } },
        after: { target: { ...target, ...attribute("ring", "x2") } },
      },
      "target.tags": {
        before: { target: { ...target, tags: [{ key: "env", value: "x1" }] } },
        after: { target: { ...target, tags: [{ key: "env", value: "x2" }] } },
      },
    };
    const program = (when: "before" | "after") =>
      Object.entries(scopes)
        .map(([name, scope]) => declares(name, { source, target, roles, ...scope[when] }))
        .join("");
    await start(program("before"));
    expect((await stack.up()).code).to.equal(0);
    const before = await stack.authorizations();

    await stack.program(program("after"));
    const planned = await stack.plan();
    for (const name of Object.keys(scopes))
      expect(planned[name], name).to.be.oneOf(["replace", "create-replacement", "delete-replaced"]);
    operations();
    const replaced = await stack.up();
    expect(replaced.code, replaced.output).to.equal(0);

    const after = await stack.authorizations();
    const calls = iam.calls();
    for (const name of Object.keys(scopes)) {
      expect(after[name]?.id, name).not.to.equal(before[name]?.id);
      const removed = calls.find(
        ({ method, path }) => method === "DELETE" && path.endsWith(String(before[name]?.id)),
      );
      const made = Date.parse(String(after[name]?.outputs?.["createdAt"]));
      expect(made, `${name}: created before the delete`).to.be.at.most(Number(removed?.startedAt));
    }
    const writes = operations().filter((each) => each !== "listV2Policies");
    expect(writes.indexOf("deleteV2Policy")).to.equal(Object.keys(scopes).length);
    expect(iam.policies().map(({ id }) => id)).to.have.members(Object.values(after).map(({ id }) => id));
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
  });

  it("finds drift of roles, description, scope and existence, and repairs it", async () => {
    const names = ["roles", "description", "scope", "removed", "same"];
    const inputs = (name: string) => ({
      ...bucketInputs(),
      target: { ...bucketInputs().target, resource: name },
      description: "why",
    });
    await start(names.map((name) => declares(name, inputs(name))).join(""));
    expect((await stack.up()).code).to.equal(0);
    const made = await stack.authorizations();
    const idOf = (name: string) => String(made[name]?.id);

    expect((await stack.refresh()).output).to.match(/6 unchanged/);
    expect(await stack.preview("--expect-no-changes"), "refresh, then preview").to.include({ code: 0 });

    await edit(iam, idOf("roles"), (policy) => (policy.control.grant.roles = [{ role_id: WRITER }]));
    await edit(iam, idOf("description"), (policy) => (policy.description = "else"));
    await edit(iam, idOf("scope"), (policy) => policy.resource?.attributes.pop());
    await sdk(iam).deleteV2Policy({ id: idOf("removed") });

    const refreshed = await stack.refresh();
    expect(refreshed.code).to.equal(0);
    expect(refreshed.output).to.match(/EnAuthorization roles updated .*\[diff: .*~roles/);
    expect(refreshed.output).to.match(/EnAuthorization description updated .*\[diff: ~description/);
    expect(refreshed.output).to.match(/EnAuthorization scope updated .*\[diff: .*~target/);
    expect(refreshed.output).to.match(/EnAuthorization removed deleted/);
    expect(refreshed.output).not.to.match(/EnAuthorization same updated/);
    const drifted = await stack.authorizations();
    expect(drifted["roles"]?.inputs?.["roles"]).to.deep.equal(["Writer"]);
    expect(drifted["description"]?.outputs?.["description"]).to.equal("else");
    expect(drifted["scope"]?.outputs?.["target"]).not.to.have.property("resource");
    expect(drifted).not.to.have.property("removed");

    expect(await stack.plan()).to.deep.equal({
      "engine-test": "same",
      roles: "update",
      description: "update",
      scope: "replace",
      removed: "create",
    });
    const mended = await stack.up();
    expect(mended.code, mended.output).to.equal(0);
    expect(iam.policies()).to.have.length(names.length);
    for (const { description, resource, control } of iam.policies()) {
      expect(description).to.equal("why");
      expect(control.grant.roles).to.have.length(2);
      expect(
        resource.attributes.some(({ key, value }) => key === "resource" && names.includes(String(value))),
      ).to.equal(true);
    }
    expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
  });

  itOnCi("refreshes and destroys with an empty program", async () => {
    await start(declares("one", bucketInputs()));
    expect((await stack.up()).code).to.equal(0);
    await stack.program("");
    expect((await stack.refresh()).output).to.match(/2 unchanged/);
    expect(iam.policies()).to.have.length(1);
    expect((await stack.destroy()).output).to.match(/EnAuthorization one deleted/);
    expect(iam.policies()).to.deep.equal([]);
  });

  itOnCi("creates two authorizations with the same scope and different roles", async () => {
    await start(
      declares("one", { ...bucketInputs(), roles: ["Reader"] }) +
        declares("two", { ...bucketInputs(), roles: ["Writer"] }),
    );
    expect((await stack.up()).output).to.match(/3 created/);
    expect(rolesHeld(iam).flat()).to.have.members([READER, WRITER]);
    expect((await stack.destroy()).code).to.equal(0);
    expect(iam.policies()).to.deep.equal([]);
  });

  itOnCi("gets an existing authorization and fails for a missing one", async () => {
    iam = closing(await startIamEmulator());
    const attribute = (key: string, value: string) => ({ key, operator: "stringEquals", value });
    const account = attribute("accountId", iam.accountId);
    const { result } = await sdk(iam).createV2Policy({
      type: "authorization",
      subject: { attributes: [attribute("serviceName", "event-notifications"), account] },
      resource: {
        attributes: [
          attribute("serviceName", "cloud-object-storage"),
          account,
          attribute("serviceInstance", COS),
        ],
      },
      control: { grant: { roles: [{ role_id: READER }] } },
    });
    stack = await startStack(
      iam,
      `const there = EnAuthorization.get("there", ${JSON.stringify(result.id)});
       exports.roles = there.roles; exports.target = there.target; exports.state = there.state;`,
    );
    const read = await stack.up();
    expect(read.code, read.output).to.equal(0);
    const outputs = JSON.parse((await stack.pulumi("stack", "output", "--json")).output) as object;
    const target = { serviceName: "cloud-object-storage", accountId: iam.accountId, serviceInstance: COS };
    expect(outputs).to.deep.equal({ roles: ["Reader"], target, state: "active" });
    expect((await stack.destroy()).code).to.equal(0);
    expect(iam.policies(), "a destroy leaves unmanaged policies").to.have.length(1);

    const missing = "11111111-0000-4000-8000-000000000000";
    await stack.program(`EnAuthorization.get("missing", "${missing}");`);
    const failed = await stack.up();
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.include(`Cannot read authorization ${missing}: the credentials' account (`);
  });
});
