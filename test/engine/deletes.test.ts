import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { balance, declares, startStack, type Stack } from "../support/engine";
import { sdk } from "../support/iam-edits";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

/** Returns a resource's URN. */
function urn(name: string): string {
  return `urn:pulumi:test::engine::pulumi-nodejs:dynamic/ibm:EnAuthorization::${name}`;
}

function bucket(resource: string) {
  return { ...bucketInputs(), target: { ...bucketInputs().target, resource } };
}

describe("a policy on the real engine", function () {
  this.timeout(300_000);
  const { it, itOnCi, itIf } = countedTests("engine: deletes and renames");
  let iam: IamEmulator;
  let stack: Stack;

  async function start(body: string): Promise<void> {
    iam = closing(await startIamEmulator());
    stack = await startStack(iam, body);
    expect(await stack.up()).to.include({ code: 0 });
  }

  /** Returns the policy ids in IAM by bucket. */
  function held(): Record<string, string> {
    return Object.fromEntries(
      iam.policies().map(({ id, resource }) => [String(resource.attributes.at(-1)?.value), id]),
    );
  }

  /** Returns the policy ids in state by resource name. */
  async function inState(): Promise<Record<string, string | undefined>> {
    const found = Object.entries(await stack.authorizations());
    return Object.fromEntries(found.map(([name, { id }]) => [name, id]));
  }

  /** Returns the number of calls that create, change or delete a policy. */
  function writes(): number {
    return iam.calls().filter(({ operation }) => /^(create|replace|delete)V2Policy$/.test(operation)).length;
  }

  async function expectBalance(): Promise<void> {
    expect(balance(iam, await stack.held())).to.deep.equal({ lost: [], doubled: [] });
  }

  /** Asserts that nothing is left to do and that destroy deletes everything. */
  async function expectSettled(): Promise<void> {
    await expectBalance();
    const { code, output } = await stack.preview("--expect-no-changes");
    expect(code, output).to.equal(0);
    expect(await stack.destroy()).to.include({ code: 0 });
    expect(iam.policies()).to.deep.equal([]);
    expect((await stack.held()).resources).to.deep.equal([]);
  }

  for (const options of [[], ["--refresh"]]) {
    itIf(options.length === 0)(
      `stays after a rename that adopts it, with a message: up ${options.join(" ")}`,
      async () => {
        await start(declares("before", bucket("one")));
        const { one: id = "" } = held();
        await stack.program(declares("after", { ...bucket("one"), adopt: true }));
        const { code, output } = await stack.up(...options);
        expect(code, output).to.equal(0);
        expect(output).to.include(
          `Authorization ${id} stays in IAM: another resource of this program owns it.`,
        );
        expect(held()).to.deep.equal({ one: id });
        expect(await inState()).to.deep.equal({ after: id });
        expect(writes()).to.equal(1);
        await expectSettled();
      },
    );
  }

  it("stays if a rename without aliases fails; with aliases a rename calls nothing", async () => {
    await start(declares("before", bucket("one")));
    const { one: id = "" } = held();
    await stack.program(declares("after", bucket("one")));
    const failed = await stack.up();
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.include(`the authorization already exists`).and.include(id);
    expect(failed.output).to.include(`adopt: "${id}"`).and.include("docs/troubleshooting.md");
    expect(held()).to.deep.equal({ one: id });
    expect(await inState()).to.deep.equal({ before: id });

    const made = writes();
    await stack.program(declares("after", bucket("one"), `{ aliases: [{ name: "before" }] }`));
    const renamed = await stack.up();
    expect(renamed.code, renamed.output).to.equal(0);
    expect(writes()).to.equal(made);
    expect(held()).to.deep.equal({ one: id });
    expect(await inState()).to.deep.equal({ after: id });
    await expectSettled();
  });

  itOnCi("stays if --replace without a change fails; deleteBeforeReplace then replaces it", async () => {
    await start(declares("one", bucket("one")));
    const { one: id } = held();
    const failed = await stack.up("--replace", urn("one"));
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.include("docs/troubleshooting.md");
    expect(held()).to.deep.equal({ one: id });
    expect(await inState()).to.deep.equal({ one: id });

    await stack.program(declares("one", bucket("one"), "{ deleteBeforeReplace: true }"));
    const replaced = await stack.up("--replace", urn("one"));
    expect(replaced.code, replaced.output).to.equal(0);
    expect(held()["one"]).to.be.a("string").and.not.equal(id);
    expect(await inState()).to.deep.equal(held());
    await expectSettled();
  });

  itOnCi("stays on --replace of a resource that adopts", async () => {
    await start(declares("one", { ...bucket("one"), adopt: true }));
    const { one: id } = held();
    const { code, output } = await stack.up("--replace", urn("one"));
    expect(code, output).to.equal(0);
    expect(output).to.include(`${String(id)} stays in IAM`);
    expect(held()).to.deep.equal({ one: id });
    expect(await inState()).to.deep.equal({ one: id });
    await expectSettled();
  });

  const swap = (args: object, options?: string) => ({
    before:
      declares("one", { ...bucket("a"), ...args }, options) +
      declares("two", { ...bucket("b"), ...args }, options),
    after:
      declares("one", { ...bucket("b"), ...args }, options) +
      declares("two", { ...bucket("a"), ...args }, options),
  });

  itOnCi("stays if a swap of two scopes fails; two steps then work", async () => {
    const { before, after } = swap({});
    await start(before);
    const both = held();
    await stack.program(after);
    const failed = await stack.up();
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.include("docs/troubleshooting.md");
    expect(held()).to.deep.equal(both);
    expect(await inState()).to.deep.equal({ one: both["a"], two: both["b"] });

    await stack.program(declares("one", bucket("c")));
    expect(await stack.up()).to.include({ code: 0 });
    await stack.program(after);
    const swapped = await stack.up();
    expect(swapped.code, swapped.output).to.equal(0);
    expect(await inState()).to.deep.equal({ one: held()["b"], two: held()["a"] });
    await expectSettled();
  });

  itOnCi("stays in a swap of two resources that both adopt", async () => {
    const { before, after } = swap({ adopt: true });
    await start(before);
    const both = held();
    await stack.program(after);
    const { code, output } = await stack.up();
    expect(code, output).to.equal(0);
    expect(held()).to.deep.equal(both);
    expect(await inState()).to.deep.equal({ one: both["b"], two: both["a"] });
    await expectSettled();
  });

  itOnCi(
    "stays if a resource returns to a scope whose delete was refused, and is adopted again",
    async () => {
      await start(declares("one", bucket("old")));
      await stack.program(declares("one", bucket("new")));
      const lift = iam.inject({ operation: "deleteV2Policy", status: 403 });
      expect((await stack.up()).output).to.include("403 insufficent_permissions");
      lift();
      const both = held();
      expect(both).to.have.all.keys("old", "new");

      // The policy that must still be deleted conflicts, because the engine deletes last.
      await stack.program(declares("one", bucket("old")));
      const failed = await stack.up();
      expect(failed.code).not.to.equal(0);
      expect(failed.output).to.include(`adopt: "${String(both["old"])}"`);
      expect(held()).to.deep.equal(both);

      await stack.program(declares("one", { ...bucket("old"), adopt: true }));
      const adopted = await stack.up();
      expect(adopted.code, adopted.output).to.equal(0);
      expect(held()).to.deep.equal({ old: both["old"] });
      expect(await inState()).to.deep.equal({ one: both["old"] });
      await expectSettled();
    },
  );

  itOnCi(
    "is created once if two resources declare it, and one of the two fails with that reason",
    async () => {
      iam = closing(await startIamEmulator());
      stack = await startStack(iam, declares("one", bucket("one")) + declares("twin", bucket("one")));
      const { code, output } = await stack.up();
      expect(code).not.to.equal(0);
      expect(output).to.match(/another resource of this program (declares|owns) the same authorization/i);
      expect(iam.policies()).to.have.length(1);
      await expectBalance();
      await stack.program(declares("one", bucket("one")) + declares("twin", bucket("other")));
      const [made] = Object.keys(await inState());
      await stack.program(declares(String(made), bucket("one")));
      expect(await stack.up()).to.include({ code: 0 });
      expect(iam.policies()).to.have.length(1);
      await expectSettled();
    },
  );

  it("stays if it is protected or retained on delete", async () => {
    await start(
      declares("protected", bucket("protected"), "{ protect: true }") +
        declares("retained", bucket("retained"), "{ retainOnDelete: true }"),
    );
    const both = held();
    const refused = await stack.destroy();
    expect(refused.code).not.to.equal(0);
    expect(refused.output).to.include("protect");
    expect(held()).to.deep.equal(both);
    expect(await inState()).to.have.property("protected", both["protected"]);

    await stack.program(declares("protected", bucket("protected"), "{ protect: true }"));
    expect(await stack.up()).to.include({ code: 0 });
    expect(held(), "retained in IAM").to.deep.equal(both);
    expect(await inState()).to.deep.equal({ protected: both["protected"] });

    await stack.program(declares("protected", bucket("protected")));
    expect(await stack.up()).to.include({ code: 0 });
    expect(await stack.destroy()).to.include({ code: 0 });
    expect(held()).to.deep.equal({ retained: both["retained"] });
  });

  itOnCi("is deleted by up --refresh if it is no longer declared", async () => {
    await start(declares("one", bucket("one")) + declares("two", bucket("two")));
    await stack.program(declares("two", bucket("two")));
    const { code, output } = await stack.up("--refresh");
    expect(code, output).to.equal(0);
    expect(output).to.match(/EnAuthorization one deleted/);
    expect(iam.policies().map(({ resource }) => resource.attributes.at(-1)?.value)).to.deep.equal(["two"]);
    expect(balance(iam, await stack.held())).to.deep.equal({ lost: [], doubled: [] });
  });

  it("stays in state if IAM refuses the delete, and the destroy fails", async () => {
    await start(declares("one", bucket("one")));
    const { one } = await stack.authorizations();
    const lift = iam.inject({ operation: "deleteV2Policy", times: Infinity, status: 403 });
    const { code, output } = await stack.destroy();
    lift();
    expect(code).not.to.equal(0);
    expect(output).to.match(/Cannot delete authorization .*403 insufficent_permissions.*Administrator/);
    expect(iam.policies().map(({ id }) => id)).to.deep.equal([one?.id]);
    expect((await stack.authorizations())["one"]?.id).to.equal(one?.id);
    expect(await stack.destroy()).to.include({ code: 0 });
    expect(iam.policies()).to.deep.equal([]);
    expect((await stack.held()).resources).to.deep.equal([]);
  });

  itOnCi("is removed from state if IAM no longer holds it", async () => {
    await start(declares("one", bucket("one")));
    const { one } = await stack.authorizations();
    await sdk(iam).deleteV2Policy({ id: String(one?.id) });
    const { code, output } = await stack.destroy();
    expect(code, output).to.equal(0);
    const deletes = iam.calls().filter(({ operation }) => operation === "deleteV2Policy");
    expect(deletes.map(({ status }) => status)).to.deep.equal([204, 404]);
    expect((await stack.held()).resources).to.deep.equal([]);
  });
});
