import { expect } from "chai";
import { startIamEmulator, type Damage, type Fault, type IamEmulator } from "../../src/emulator";
import { balance, declares, startStack, succeeded, together, until, type Stack } from "../support/engine";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { countedTests } from "../support/subset";

const UNATTENDED = ["--yes", "--skip-preview"];
const one = declares("one", bucketInputs());
const narrowed = declares("one", { ...bucketInputs(), roles: ["Reader"] });
const adopting = declares("one", { ...bucketInputs(), adopt: true });

const CUT: Damage = { kind: "cut", after: 60 };
const FOR_GOOD = { times: Infinity };

/** The memory limit for a provider's host, in megabytes. */
const MEMORY = 250;

async function start(body: string): Promise<{ iam: IamEmulator; stack: Stack }> {
  const iam = closing(await startIamEmulator());
  const stack = await startStack(iam, body);
  for (const [name, seconds] of [
    ["requestTimeout", "1"],
    ["retryTimeout", "6"],
  ] as const) {
    succeeded(await stack.pulumi("config", "set", `ibmcloud:${name}`, seconds));
  }
  return { iam, stack };
}

/** Asserts that IAM and state match, and that the program has nothing left to do. */
async function expectWhole(iam: IamEmulator, stack: Stack, policies = 1): Promise<void> {
  const held = await stack.held();
  expect({ ...balance(iam, held), pending: held.pending }).to.deep.equal({
    lost: [],
    doubled: [],
    pending: [],
  });
  expect(iam.policies()).to.have.length(policies);
  succeeded(await stack.preview("--expect-no-changes"));
}

const grants = (iam: IamEmulator) => iam.policies().map(({ control }) => control.grant.roles.length);

describe("a damaged response on the real engine", function () {
  this.timeout(300_000);
  const { it, itOnCi, itIf } = countedTests("engine: damaged responses");

  it("to a create is resolved: the 201 is cut", async () => {
    const { iam, stack } = await start(one);
    iam.inject({ operation: "createV2Policy", damage: CUT });
    succeeded(await stack.up());
    await expectWhole(iam, stack);
  });

  itOnCi("to a create is resolved: the 201 is a proxy's page, and lists show the policy late", async () => {
    const { iam, stack } = await start(one);
    // A busy machine needs more time between the lists.
    succeeded(await stack.pulumi("config", "set", "ibmcloud:retryTimeout", "30"));
    iam.behave({ visibleAfter: 2_500, conflictsWith: "nothing" });
    iam.inject({ operation: "createV2Policy", status: 201, body: "<html>", afterCommit: true });
    succeeded(await stack.up());
    await expectWhole(iam, stack);
  });

  itOnCi("to an update is resolved by a read: the 200 is cut", async () => {
    const { iam, stack } = await start(one);
    succeeded(await stack.up());
    await stack.program(narrowed);
    iam.inject({ operation: "replaceV2Policy", damage: CUT });
    succeeded(await stack.up());
    expect(grants(iam)).to.deep.equal([1]);
    await expectWhole(iam, stack);
  });

  for (const command of ["up", "refresh"] as const) {
    itIf(command === "refresh")(
      `to an update leaves the resource incomplete if no read succeeds, and ${command} of the old program repairs it`,
      async () => {
        const { iam, stack } = await start(one);
        succeeded(await stack.up());
        await stack.program(narrowed);
        const lifts = [
          iam.inject({ operation: "replaceV2Policy", damage: CUT, ...FOR_GOOD }),
          iam.inject({ operation: "getV2Policy", nth: 2, damage: CUT, ...FOR_GOOD }),
        ];
        const { code, output } = await stack.up();
        lifts.forEach((lift) => lift());
        expect(code, output).not.to.equal(0);
        expect(output).to.include("[outcome-unknown]");
        expect(grants(iam)).to.deep.equal([1]);

        await stack.program(one);
        const preview = await stack.preview("--expect-no-changes");
        expect(preview.code, "the preview shows a change").not.to.equal(0);
        if (command === "refresh") succeeded(await stack.refresh());
        succeeded(await stack.up());
        expect(grants(iam)).to.deep.equal([2]);
        await expectWhole(iam, stack);
      },
    );
  }

  for (const [operation, program] of [
    ["createV2Policy", one],
    ["token", one],
    ["listV2Policies", adopting],
  ] as const) {
    itIf(operation === "createV2Policy")(
      `that trickles without end fails the operation: ${operation}`,
      async () => {
        const { iam, stack } = await start(program);
        const lift = iam.inject({ operation, damage: { kind: "trickle", every: 50 }, ...FOR_GOOD });
        const { code, output } = await stack.up();
        lift();
        expect(code, output).not.to.equal(0);
        expect(output).to.match(/no complete response arrived within 1 s/);
        succeeded(await stack.having({ IBMCLOUD_ADOPT_OWN: "true" }).up());
        await expectWhole(iam, stack);
      },
    );
  }

  const BIG: [title: string, fault: Omit<Fault, "operation">][] = [
    ["that never ends", { damage: { kind: "endless" } }],
    ["that unpacks to 400 MB", { damage: { kind: "bomb", bytes: 400_000_000 } }],
    [
      "whose next page is always the same",
      { rewrite: (json) => ({ ...(json as object), next: { start: "2" } }) },
    ],
    ["whose next page has no start", { rewrite: (json) => ({ ...(json as object), next: { start: "" } }) }],
  ];
  for (const [title, fault] of BIG) {
    itIf(title.includes("400 MB"))(
      `fails the operation within ${MEMORY} MB of memory: a list ${title}`,
      async () => {
        const { iam, stack } = await start(adopting);
        let memory = 0;
        const run = stack.start("up", ...UNATTENDED);
        const lift = iam.inject({
          operation: "listV2Policies",
          ...fault,
          ...FOR_GOOD,
          meanwhile: () => {
            memory = Math.max(memory, run.hostMemory());
          },
        });
        const { code, output } = await run.ended;
        lift();
        expect(code, output).not.to.equal(0);
        expect(memory).to.be.within(20, MEMORY);
        succeeded(await stack.up());
        await expectWhole(iam, stack);
      },
    );
  }

  for (const command of ["refresh", "destroy"] as const) {
    itOnCi(`with a future time extends no deadline: ${command}`, async () => {
      const { iam, stack } = await start(one);
      const ahead = new Date(Date.now() + 86_400_000).toISOString();
      iam.inject({
        operation: "createV2Policy",
        rewrite: (json) => ({ ...(json as object), created_at: ahead, last_modified_at: ahead }),
      });
      succeeded(await stack.up());
      iam.reset();
      succeeded(await stack[command]());
      expect(await stack.authorizations()).to.deep.equal({});
    });
  }

  for (const [command, operation] of [
    ["refresh", "getV2Policy"],
    ["destroy", "deleteV2Policy"],
  ] as const) {
    itOnCi(`is requested again: ${command}`, async () => {
      const { iam, stack } = await start(one);
      succeeded(await stack.up());
      iam.inject({ operation, damage: CUT, times: 2 });
      succeeded(await stack[command]());
      if (command === "refresh") await expectWhole(iam, stack);
      else expect([iam.policies(), await stack.authorizations()]).to.deep.equal([[], {}]);
    });
  }

  itOnCi("is never assumed after a 429, so that two stacks never share a policy", async () => {
    const iam = closing(await startIamEmulator());
    const names = Array.from({ length: 8 }, (_, at) => `bucket-${at + 1}`);
    const body = names
      .map((resource) =>
        declares(resource, { ...bucketInputs(), target: { ...bucketInputs().target, resource } }),
      )
      .join("");
    const stacks = [await startStack(iam, body), await startStack(iam, body)];
    let calls = 0;
    iam.inject({
      operation: "createV2Policy",
      when: () => (calls += 1) % 2 === 0,
      status: 429,
      retryAfter: 0,
      ...FOR_GOOD,
    });
    await together(...stacks.map((each) => each.up()));
    const held = await Promise.all(
      stacks.map(async (each) => (await each.held()).resources.map(({ id }) => id)),
    );
    const ids = held.flat();
    expect(ids.filter((id, at) => ids.indexOf(id) < at)).to.deep.equal([]);
    expect(iam.policies().map(({ id }) => id)).to.have.members(ids);
  });

  itOnCi("does not delay Ctrl-C: waiting ends, and the state has all known results", async () => {
    const { iam, stack } = await start(one);
    for (const name of ["requestTimeout", "retryTimeout"])
      succeeded(await stack.pulumi("config", "set", `ibmcloud:${name}`, "3600"));
    const lift = iam.inject({ operation: "createV2Policy", nth: 1, status: 503, ...FOR_GOOD });
    const run = stack.start("up", ...UNATTENDED);
    await until(() => iam.calls().some(({ operation }) => operation === "createV2Policy"));
    run.interrupt();
    const { code, output } = await run.ended;
    lift();
    expect(code, output).not.to.equal(0);
    expect(output).to.include("[outcome-unknown]");
    expect((await stack.held()).pending).to.deep.equal([]);
    succeeded(await stack.up());
    await expectWhole(iam, stack);
  });

  itOnCi("does not delay Ctrl-C: one lookup finds a create whose response never ends", async () => {
    const { iam, stack } = await start(one);
    for (const name of ["requestTimeout", "retryTimeout"])
      succeeded(await stack.pulumi("config", "set", `ibmcloud:${name}`, "3600"));
    iam.inject({ operation: "createV2Policy", damage: { kind: "trickle", every: 50 } });
    const run = stack.start("up", ...UNATTENDED);
    await until(() => iam.policies().length > 0);
    run.interrupt();
    await run.ended;
    expect(balance(iam, await stack.held())).to.deep.equal({ lost: [], doubled: [] });
    succeeded(await stack.up());
    await expectWhole(iam, stack);
  });
});
