import { expect } from "chai";
import { startIamEmulator, type IamEmulator, type Policy } from "../../src/emulator";
import { balanceOf } from "../support/balance";
import { sdk } from "../support/iam-edits";
import { EN, KMS } from "../support/inputs";
import { miniEngine, type MiniEngine } from "../support/mini-engine";
import { closing } from "../support/opened";
import { configured } from "../support/provider";

const well = { errors: [] };

/** One scope, with these roles. */
const having = (...roles: string[]) => ({
  source: { serviceInstance: EN },
  target: { serviceName: "kms", serviceInstance: KMS },
  roles,
});

describe("a policy in the way of an update", () => {
  let iam: IamEmulator;
  let engine: MiniEngine;
  /** Somebody else's policy of this scope, a Writer. */
  let theirs: string;

  const start = () =>
    miniEngine(() => configured({ "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url }));
  beforeEach(async () => {
    iam = closing(await startIamEmulator());
    engine = start();
  });

  async function makeTheirs(): Promise<void> {
    const others = start();
    expect(await others.up({ theirs: { ...having("Writer"), description: "theirs" } })).to.deep.equal(well);
    theirs = others.resources.get("theirs")?.id ?? "";
  }

  /** What the state and IAM hold: roles by name, and nothing that either lacks. */
  function held(): Record<string, string> {
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

  /** The one error of a run, in which an update fails. */
  function only({ errors }: { errors: string[] }): string {
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include("the authorization already exists (409 policy_conflict_error)");
    return String(errors[0]);
  }

  /** What comes before it, and what the resource holds at the error. */
  const BEFORE: Record<string, { program: object; prepare: () => Promise<unknown> }> = {
    "a change of roles": {
      program: having("Writer"),
      prepare: () => engine.up({ one: having("Reader") }).then(makeTheirs),
    },
    "the alignment of what was adopted": {
      program: having("Writer"),
      prepare: async () => {
        await start().up({ first: having("Reader") });
        const [first] = iam.policies();
        await makeTheirs();
        await engine.up({ one: { ...having("Writer"), adopt: first?.id } });
        expect(engine.resources.get("one")).to.deep.include({ id: first?.id, isHalfMade: true });
      },
    },
  };
  for (const [title, { program, prepare }] of Object.entries(BEFORE)) {
    it(`is taken over by adopt and --replace, as the sentence says, after ${title}`, async () => {
      await prepare();
      const before = engine.resources.get("one")?.id;
      const message = only(await engine.up({ one: program }));
      expect(message)
        .to.include(
          `Delete that policy, or adopt it: set adopt: "${theirs}" and run pulumi up --replace <URN`,
        )
        .and.not.match(/aliases|deleteBeforeReplace|swap their scopes|ADOPT_OWN/);

      const adopting = { ...program, adopt: theirs };
      only(await engine.up({ one: adopting }));
      expect(await engine.up({ one: adopting }, { replace: ["one"] })).to.deep.equal(well);
      expect(engine.resources.get("one")?.id).to.equal(theirs).and.not.to.equal(before);
      expect(engine.condemned).to.deep.equal([]);
      expect(iam.policies().map(({ id, description }) => [id, description])).to.deep.equal([
        [theirs, undefined],
      ]);
      expect(held()).to.deep.equal({ one: "Writer" });
      const calls = iam.calls().length;
      expect(await engine.up({ one: adopting })).to.deep.equal(well);
      expect(await engine.up({ one: program })).to.deep.equal(well);
      const writes = iam
        .calls()
        .slice(calls)
        .filter(({ method, path }) => method !== "GET" && path.includes("policies"));
      expect(writes, "nothing is left to do").to.deep.equal([]);
    });

    it(`is in the way no more once it is removed, after ${title}`, async () => {
      await prepare();
      const before = engine.resources.get("one")?.id;
      only(await engine.up({ one: program }));
      await sdk(iam).deleteV2Policy({ id: theirs });
      expect(await engine.up({ one: program })).to.deep.equal(well);
      expect(engine.resources.get("one")?.id).to.equal(before);
      expect(held()).to.deep.equal({ one: "Writer" });
    });
  }

  it("that another resource of the program holds lets two swap their roles, one after the other", async () => {
    expect(await engine.up({ one: having("Reader"), two: having("Writer") })).to.deep.equal(well);
    const message = only(
      await engine.up({ two: having("Writer"), one: having("Writer") }, { oneByOne: true }),
    );
    expect(message)
      .to.include(
        "Another resource of this program owns it: remove one of the two resources, or change the roles of one resource at a time",
      )
      .and.include("first give one of them other roles")
      .and.include("remove one of the two resources")
      .and.not.match(/adopt:|aliases/);

    const steps = [
      { one: having("Manager"), two: having("Writer") },
      { one: having("Manager"), two: having("Reader") },
      { one: having("Writer"), two: having("Reader") },
    ];
    for (const program of steps) expect(await engine.up(program)).to.deep.equal(well);
    expect(held()).to.deep.equal({ one: "Writer", two: "Reader" });
  });

  it("that nobody may take over says why, and names no way to take it", async () => {
    expect(await engine.up({ one: having("Reader") })).to.deep.equal(well);
    const [{ id, ...policy }] = iam.policies() as [Policy];
    const grant = { roles: [{ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Writer" }] };
    iam.seed([{ ...policy, control: { grant }, template: { id: "policyTemplate-1", version: "1" } }]);
    expect(only(await engine.up({ one: having("Writer") })))
      .to.include("It cannot be adopted, because an enterprise policy template manages it: keep other roles")
      .and.not.include("adopt:");
    expect(await engine.up({ one: having("Manager") })).to.deep.equal(well);
    expect(engine.resources.get("one"))
      .to.deep.include({ id })
      .and.nested.include({ "outputs.roles[0]": "Manager" });
    expect(iam.policies()).to.have.length(2);
  });
});
