import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Policy } from "../../src/emulator";
import { balanceOf } from "../support/balance";
import { sdk } from "../support/iam-edits";
import { EN, KMS } from "../support/inputs";
import { miniEngine, type MiniEngine } from "../support/mini-engine";
import { closing } from "../support/opened";
import { configured } from "../support/provider";

const noErrors = { errors: [] };

/** Returns inputs of one scope with these roles. */
const withRoles = (...roles: string[]) => ({
  source: { serviceInstance: EN },
  target: { serviceName: "kms", serviceInstance: KMS },
  roles,
});

describe("a duplicate policy at an update", () => {
  let iam: IamEmulator;
  let engine: MiniEngine;
  /** The id of an unmanaged policy of this scope with the role Writer. */
  let theirs: string;

  const start = () =>
    miniEngine(() => configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url }));
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    engine = start();
  });

  async function makeTheirs(): Promise<void> {
    const others = start();
    expect(await others.up({ theirs: { ...withRoles("Writer"), description: "theirs" } })).to.deep.equal(
      noErrors,
    );
    theirs = others.resources.get("theirs")?.id ?? "";
  }

  /** Returns the roles in IAM of each resource in state. Fails if a policy is missing from state. */
  function rolesInIam(): Record<string, string> {
    const roles = new Map(
      iam
        .policies()
        .map(({ id, control }) => [
          id,
          control.grant.roles.map(({ role_id }) => role_id.replace(/^.*:/, "")).join(),
        ]),
    );
    expect(balanceOf(iam, engine).lost).to.deep.equal([]);
    return Object.fromEntries([...engine.resources].map(([name, { id }]) => [name, roles.get(id) ?? "gone"]));
  }

  /** Returns the only error of a run, which must be a conflict. */
  function conflictOf({ errors }: { errors: string[] }): string {
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include("the authorization already exists (409 policy_conflict_error)");
    return String(errors[0]);
  }

  /** Situations before the conflict. */
  const BEFORE: Record<string, { program: object; prepare: () => Promise<unknown> }> = {
    "a change of roles": {
      program: withRoles("Writer"),
      prepare: () => engine.up({ one: withRoles("Reader") }).then(makeTheirs),
    },
    "the update of an adopted policy": {
      program: withRoles("Writer"),
      prepare: async () => {
        await start().up({ first: withRoles("Reader") });
        const [first] = iam.policies();
        await makeTheirs();
        await engine.up({ one: { ...withRoles("Writer"), adopt: first?.id } });
        expect(engine.resources.get("one")).to.deep.include({ id: first?.id, isHalfMade: true });
      },
    },
  };
  for (const [title, { program, prepare }] of Object.entries(BEFORE)) {
    it(`is adopted with adopt and --replace, as the error suggests, after ${title}`, async () => {
      await prepare();
      const before = engine.resources.get("one")?.id;
      const message = conflictOf(await engine.up({ one: program }));
      expect(message)
        .to.include(
          `Delete that policy, or adopt it: set adopt: "${theirs}" and run pulumi up --replace <URN`,
        )
        .and.not.match(/aliases|deleteBeforeReplace|swap their scopes|ADOPT_OWN/);

      const adopting = { ...program, adopt: theirs };
      conflictOf(await engine.up({ one: adopting }));
      expect(await engine.up({ one: adopting }, { replace: ["one"] })).to.deep.equal(noErrors);
      expect(engine.resources.get("one")?.id).to.equal(theirs).and.not.to.equal(before);
      expect(engine.condemned).to.deep.equal([]);
      expect(iam.policies().map(({ id, description }) => [id, description])).to.deep.equal([
        [theirs, undefined],
      ]);
      expect(rolesInIam()).to.deep.equal({ one: "Writer" });
      const calls = iam.calls().length;
      expect(await engine.up({ one: adopting })).to.deep.equal(noErrors);
      expect(await engine.up({ one: program })).to.deep.equal(noErrors);
      const writes = iam
        .calls()
        .slice(calls)
        .filter(({ method, path }) => method !== "GET" && path.includes("policies"));
      expect(writes, "the next run changes nothing").to.deep.equal([]);
    });

    it(`no longer conflicts once it is deleted, after ${title}`, async () => {
      await prepare();
      const before = engine.resources.get("one")?.id;
      conflictOf(await engine.up({ one: program }));
      await sdk(iam).deleteV2Policy({ id: theirs });
      expect(await engine.up({ one: program })).to.deep.equal(noErrors);
      expect(engine.resources.get("one")?.id).to.equal(before);
      expect(rolesInIam()).to.deep.equal({ one: "Writer" });
    });
  }

  it("lets two resources swap their roles in several steps if the other resource owns it", async () => {
    expect(await engine.up({ one: withRoles("Reader"), two: withRoles("Writer") })).to.deep.equal(noErrors);
    const message = conflictOf(
      await engine.up({ two: withRoles("Writer"), one: withRoles("Writer") }, { oneByOne: true }),
    );
    expect(message)
      .to.include("Another resource of this program owns it: change the roles of one resource at a time")
      .and.not.match(/adopt:|aliases/);

    const steps = [
      { one: withRoles("Manager"), two: withRoles("Writer") },
      { one: withRoles("Manager"), two: withRoles("Reader") },
      { one: withRoles("Writer"), two: withRoles("Reader") },
    ];
    for (const program of steps) expect(await engine.up(program)).to.deep.equal(noErrors);
    expect(rolesInIam()).to.deep.equal({ one: "Writer", two: "Reader" });
  });

  it("is reported without adopt if it cannot be adopted", async () => {
    expect(await engine.up({ one: withRoles("Reader") })).to.deep.equal(noErrors);
    const [{ id, ...policy }] = iam.policies() as [Policy];
    const grant = { roles: [{ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Writer" }] };
    iam.seed([{ ...policy, control: { grant }, template: { id: "policyTemplate-1", version: "1" } }]);
    expect(conflictOf(await engine.up({ one: withRoles("Writer") })))
      .to.include("It cannot be adopted, because an enterprise policy template manages it: keep other roles")
      .and.not.include("adopt:");
    expect(await engine.up({ one: withRoles("Manager") })).to.deep.equal(noErrors);
    expect(engine.resources.get("one"))
      .to.deep.include({ id })
      .and.nested.include({ "outputs.roles[0]": "Manager" });
    expect(iam.policies()).to.have.length(2);
  });
});
