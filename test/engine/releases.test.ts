import { expect } from "chai";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../../package.json";
import { startIamEmulator, type IamEmulator, type Policy } from "../../src/emulator";
import { balance, startStack, type Stack } from "../support/engine";
import { KMS } from "../support/inputs";
import { closing } from "../support/opened";
import { fixturesOf } from "./fixtures/make-state";

// Each release adds its state with fixtures/make-state.ts. Never edit these files.
const RELEASES = readdirSync(join(__dirname, "fixtures")).flatMap(
  (name) => /^state-(.+)\.json$/.exec(name)?.[1] ?? [],
);

/** Pulumi's mark of a secret in exported state (`specialSecretSig` in its SDK). */
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

describe("state of an earlier release on the real engine", function () {
  this.timeout(180_000);

  it("exists for the first release and for this version", () => {
    expect(RELEASES).to.include.members(["0.1.0", version]);
  });

  for (const release of RELEASES) {
    const fixtures = fixturesOf(release);
    const textOf = (name: keyof typeof fixtures) => readFile(fixtures[name], "utf8");

    /** Starts a stack with the release's state and an account with its policies. */
    async function start(): Promise<{ iam: IamEmulator; stack: Stack; policies: Policy[] }> {
      const policies = JSON.parse(await textOf("policies")) as Policy[];
      const iam = closing(await startIamEmulator({ seed: policies }));
      const stack = await startStack(iam, await textOf("program"));
      const imported = await stack.pulumi("stack", "import", "--file", fixtures.state);
      expect(imported.code, imported.output).to.equal(0);
      expect(balance(iam, await stack.held())).to.deep.equal({ lost: [], doubled: [] });
      expect(iam.policies()).to.have.length.above(3);
      return { iam, stack, policies };
    }

    it(`refreshes without a change, and its program shows no changes: ${release}`, async () => {
      const { iam, stack, policies } = await start();
      const before = await stack.authorizations();
      const refreshed = await stack.refresh();
      expect(refreshed.code, refreshed.output).to.equal(0);
      expect(refreshed.output)
        .to.include(`${policies.length + 1} unchanged`)
        .and.not.match(/updated|deleted/);
      const after = await stack.authorizations();
      for (const [name, { id, inputs, outputs }] of Object.entries(before)) {
        expect(after[name], name).to.deep.include({ id, inputs, outputs });
      }
      const { code, output } = await stack.preview("--expect-no-changes");
      expect(code, output).to.equal(0);
      expect(iam.policies()).to.deep.equal(policies);
    });

    it(`is destroyed with all its policies: ${release}`, async () => {
      const { iam, stack } = await start();
      const { code, output } = await stack.destroy();
      expect(code, output).to.equal(0);
      expect(iam.policies()).to.deep.equal([]);
      expect((await stack.held()).resources).to.deep.equal([]);
    });

    it(`is refreshed and destroyed if an instance's name is in it, which only up refuses: ${release}`, async () => {
      const named = (text: string) => text.replaceAll(KMS, "my-keys");
      const policies = JSON.parse(named(await textOf("policies"))) as Policy[];
      const iam = closing(await startIamEmulator({ seed: policies }));
      const stack = await startStack(iam, named(await textOf("program")));
      const file = join(stack.dir, "state.json");
      await writeFile(file, named(await readFile(fixtures.state, "utf8")));
      expect(await stack.pulumi("stack", "import", "--file", file)).to.include({ code: 0 });
      const refreshed = await stack.refresh();
      expect(refreshed.code, refreshed.output).to.equal(0);
      expect(refreshed.output).to.include(`${policies.length + 1} unchanged`);
      const upped = await stack.up();
      expect(upped.code, upped.output).not.to.equal(0);
      expect(upped.output).to.include("is neither a GUID nor a CRN");
      expect(iam.policies()).to.deep.equal(policies);
      const destroyed = await stack.destroy();
      expect(destroyed.code, destroyed.output).to.equal(0);
      expect(iam.policies()).to.deep.equal([]);
    });

    it(`is updated, and deleted by an empty program: ${release}`, async () => {
      const { iam, stack, policies } = await start();
      const text = await textOf("program");
      await stack.program(text.replaceAll(/"roles":\[[^\]]*\]/g, '"roles":["Viewer"]'));
      const updated = await stack.up();
      expect(updated.code, updated.output).to.equal(0);
      expect(iam.policies().map(({ id }) => id)).to.have.members(policies.map(({ id }) => id));
      const granted = iam
        .policies()
        .flatMap(({ control }) => control.grant.roles.map(({ role_id }) => role_id));
      expect(new Set(granted)).to.deep.equal(new Set(["crn:v1:bluemix:public:iam::::role:Viewer"]));
      await stack.program("");
      const emptied = await stack.up();
      expect(emptied.code, emptied.output).to.equal(0);
      expect(iam.policies()).to.deep.equal([]);
      expect((await stack.held()).resources).to.deep.equal([]);
    });

    it(`contains no secret: ${release}`, async () => {
      const { apiKey } = closing(await startIamEmulator());
      for (const text of [await textOf("state"), await textOf("policies"), await textOf("program")]) {
        expect(text).to.include("event-notifications").and.not.include(apiKey).and.not.include(SECRET);
        expect(text).not.to.match(/eyJ[\w-]{10,}\.|api_?key|token|ciphertext/i);
      }
    });
  }
});
