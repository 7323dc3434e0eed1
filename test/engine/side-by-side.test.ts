import { expect } from "chai";
import {
  startIamEmulator,
  type Behavior,
  type Fault,
  type IamEmulator,
  type Policy,
} from "../../src/emulator";
import { balance, declares, startStack, together, until, type Outcome, type Stack } from "../support/engine";
import { edit, sdk } from "../support/iam-edits";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const WRITER = "crn:v1:bluemix:public:iam::::serviceRole:Writer";

/** An account with another user. */
const EDITOR = { apiKey: "editors-api-key", iamId: "IBMid-editor" };
const ACCOUNT = {
  id: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0",
  apiKeys: ["stacks-api-key", EDITOR],
  iamId: "iam-ServiceId-stack",
};

function bucket(resource: string) {
  return { ...bucketInputs(), target: { ...bucketInputs().target, resource } };
}

function program(buckets: readonly string[]): string {
  return buckets.map((name) => declares(name, bucket(name))).join("");
}

function bucketOf({ resource }: Policy): string {
  return String(resource.attributes.at(-1)?.value);
}

async function start(changes: Partial<Behavior> = {}): Promise<IamEmulator> {
  return closing(await startIamEmulator({ accounts: [ACCOUNT], ...changes }));
}

describe("two ups at once on the real engine", function () {
  this.timeout(300_000);
  const { it, itOnCi } = countedTests("engine: two ups at once");

  async function upBoth(iam: IamEmulator, ours: string[], theirs: string[]) {
    const stacks = [await startStack(iam, program(ours)), await startStack(iam, program(theirs))] as const;
    // Both runs overlap: no create is answered before both have listed what IAM has.
    const listed = () => iam.calls().filter(({ operation }) => operation === "listV2Policies").length;
    const meanwhile = () => until(() => listed() >= stacks.length);
    iam.inject({ operation: "createV2Policy", times: Infinity, latency: 50, meanwhile });
    const ended: Outcome[] = [];
    await together(
      ...stacks.map(async (stack, at) => {
        ended[at] = await stack.up("--continue-on-error", "--parallel", "4");
      }),
    );
    return { stacks, ended };
  }

  /** Asserts that a stack's ids are IAM's. @returns the stack's buckets */
  async function expectHeld(iam: IamEmulator, stack: Stack): Promise<string[]> {
    const ids = Object.fromEntries(iam.policies().map((policy) => [bucketOf(policy), policy.id]));
    const held = Object.entries(await stack.authorizations());
    for (const [name, { id }] of held) expect(id, name).to.equal(ids[name]);
    return held.map(([name]) => name);
  }

  itOnCi("each create their own authorizations", async () => {
    const iam = await start();
    const ours = ["a", "b", "c", "d", "e", "f"];
    const theirs = ["u", "v", "w", "x", "y", "z"];
    const { stacks, ended } = await upBoth(iam, ours, theirs);
    expect(ended.map(({ code }) => code)).to.deep.equal([0, 0]);
    expect(iam.policies().map(bucketOf)).to.have.members([...ours, ...theirs]);
    expect(await expectHeld(iam, stacks[0])).to.have.members(ours);
    expect(await expectHeld(iam, stacks[1])).to.have.members(theirs);
    expect(await stacks[0].destroy()).to.include({ code: 0 });
    expect(iam.policies().map(bucketOf)).to.have.members(theirs);
    expect(balance(iam, await stacks[1].held())).to.deep.equal({ lost: [], doubled: [] });
  });

  it("create a single authorization if both declare it: one stack gets it, the other an error", async () => {
    const iam = await start();
    const shared = ["k", "l", "m", "n", "o", "p"];
    const { stacks, ended } = await upBoth(iam, ["a", ...shared], ["z", ...shared]);
    expect(iam.policies().map(bucketOf)).to.have.members(["a", "z", ...shared]);
    const [ours, theirs] = [await expectHeld(iam, stacks[0]), await expectHeld(iam, stacks[1])];
    expect([...ours, ...theirs]).to.have.members(["a", "z", ...shared]);

    for (const [at, held] of [ours, theirs].entries()) {
      const { code = 0, output = "" } = ended[at] ?? {};
      const refused = shared.filter((name) => !held.includes(name));
      expect(code === 0, output).to.equal(refused.length === 0);
      for (const policy of iam.policies().filter((each) => refused.includes(bucketOf(each)))) {
        expect(output).to.match(
          new RegExp(`already exists( \\(409 policy_conflict_error\\))?: ${policy.id}`),
        );
        expect(output).to.include(`adopt: "${policy.id}"`);
      }
      // A stack that drops the shared authorizations succeeds and leaves the other's alone.
      const stack = stacks[at as 0 | 1];
      await stack.program(program(held));
      expect(await stack.up()).to.include({ code: 0 });
      expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
    }
    expect(iam.policies().map(bucketOf)).to.have.members(["a", "z", ...shared]);
    for (const stack of stacks) expect(await stack.destroy()).to.include({ code: 0 });
    expect(iam.policies()).to.deep.equal([]);
  });
});

describe("another user's edit during an up on the real engine", function () {
  this.timeout(300_000);
  const { itIf } = countedTests("engine: edits during an up");

  type Edit = Parameters<typeof edit>[2];
  const editRoles: Edit = ({ control }) => (control.grant.roles = [{ role_id: WRITER }]);
  const editDescription: Edit = (policy) => (policy.description = "theirs");
  const editScope: Edit = ({ resource }) => {
    for (const each of resource?.attributes ?? [])
      if (each.key === "resource") each.value = `not ${each.value}`;
  };

  const after: Omit<Fault, "meanwhile"> = { operation: "getV2Policy", afterCommit: true };
  const before: Omit<Fault, "meanwhile"> = { operation: "getV2Policy" };
  const SAW_IT = ["getV2Policy 200", "replaceV2Policy 200"];

  /** The edit, its moment, the responses to our calls, and the error of the run, if any. */
  const EDITS: Record<
    string,
    { edits: Edit | "delete"; at: Omit<Fault, "meanwhile">; calls: string[]; says?: RegExp }
  > = {
    "the roles, before we read": { edits: editRoles, at: before, calls: SAW_IT },
    "the roles, after we read": {
      edits: editRoles,
      at: after,
      calls: ["getV2Policy 200", "replaceV2Policy 412", ...SAW_IT],
    },
    "the description, after we read": {
      edits: editDescription,
      at: after,
      calls: ["getV2Policy 200", "replaceV2Policy 412", ...SAW_IT],
    },
    "the scope, before we read": {
      edits: editScope,
      at: before,
      calls: ["getV2Policy 200"],
      says: /not the declared one, after a change by IBMid-editor at .*pulumi refresh/,
    },
    "the scope, after we read": {
      edits: editScope,
      at: after,
      calls: ["getV2Policy 200", "replaceV2Policy 412", "getV2Policy 200"],
      says: /not the declared one, after a change by IBMid-editor at .*pulumi refresh/,
    },
    "all of it, by removing it, after we read": {
      edits: "delete",
      at: after,
      calls: ["getV2Policy 200", "replaceV2Policy 404"],
      says: /Cannot update authorization .*pulumi refresh/,
    },
  };

  for (const staleEtagStatus of [412, 409] as const) {
    itIf(staleEtagStatus === 412)(
      `is never overwritten unread: IAM answers a stale version with ${staleEtagStatus}`,
      async () => {
        const iam = await start({ staleEtagStatus });
        const names = Object.keys(EDITS);
        const stack = await startStack(iam, program(names));
        expect(await stack.up()).to.include({ code: 0 });
        const made = await stack.authorizations();
        const idOf = (name: string) => String(made[name]?.id);
        const editor = { url: iam.url, apiKey: EDITOR.apiKey };
        const isOurs = ({ userAgent }: { userAgent: string }) =>
          userAgent.startsWith("pulumi-ibm-en-authorization/");

        for (const [name, { edits, at }] of Object.entries(EDITS)) {
          const id = idOf(name);
          iam.inject({
            ...at,
            when: (call) => isOurs(call) && call.path.endsWith(id),
            meanwhile: async () => {
              if (edits === "delete") await sdk(editor).deleteV2Policy({ id });
              else await edit(editor, id, edits);
            },
          });
        }
        const ours = (name: string) => ({ ...bucket(name), roles: ["Reader"], description: "ours" });
        await stack.program(names.map((name) => declares(name, ours(name))).join(""));
        const known = iam.calls().length;
        const { code, output } = await stack.up("--continue-on-error");
        expect(code).not.to.equal(0);

        const calls = iam.calls().slice(known).filter(isOurs);
        const policies = iam.policies({ state: "all" });
        const inState = await stack.authorizations();
        for (const [name, { calls: expected, says, edits }] of Object.entries(EDITS)) {
          const id = idOf(name);
          const asked = calls.filter(({ path }) => path.endsWith(id));
          expect(
            asked.map(({ operation, status }) => `${operation} ${status}`),
            name,
          ).to.deep.equal(expected.map((each) => each.replace("412", String(staleEtagStatus))));
          const policy = policies.find((each) => each.id === id);
          if (says) {
            const lines = output.split("\n").filter((line) => line.includes(id));
            expect(lines.join("\n"), name).to.match(says);
            expect(policy?.last_modified_by_id, name).to.equal(EDITOR.iamId);
            expect(policy?.state).to.equal(edits === "delete" ? "deleted" : "active");
            expect(inState[name]?.outputs, name).not.to.have.property("description");
          } else {
            expect(policy, name).to.deep.include({ description: "ours", last_modified_by_id: ACCOUNT.iamId });
            expect(policy?.control.grant.roles, name).to.have.length(1);
            expect(inState[name]?.outputs, name).to.deep.include({ roles: ["Reader"], description: "ours" });
          }
          expect(inState[name]?.id).to.equal(id);
        }

        // Following the advice in the error succeeds.
        expect(await stack.refresh()).to.include({ code: 0 });
        const mended = await stack.up();
        expect(mended.code, mended.output).to.equal(0);
        expect(balance(iam, await stack.held())).to.deep.equal({ lost: [], doubled: [] });
        expect(iam.policies().map(bucketOf)).to.have.members(names);
        expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
      },
    );
  }
});
