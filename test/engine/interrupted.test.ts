import { expect } from "chai";
import { startIamEmulator, type Call, type Fault, type IamEmulator } from "../../src/emulator";
import { balance, declares, startStack, together, until, type Running, type Stack } from "../support/engine";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { authorization, startYamlStack } from "../support/plugin";
import { countedTests } from "../support/subset";
import { summarize } from "../support/summary";

const UNATTENDED = ["--yes", "--skip-preview"];

/** The number of resources that the engine handles at once. */
const PARALLEL = 4;

/** The process to kill with SIGKILL. */
const VICTIMS = { "the CLI": "kill", "the host": "killHost" } as const;
type Victim = keyof typeof VICTIMS;

const totals = { points: 0, lost: 0, doubled: 0 };

function bucket(resource: string) {
  return { ...bucketInputs(), target: { ...bucketInputs().target, resource } };
}

const twenty = Array.from({ length: 20 }, (_, at) => `bucket-${at + 1}`);
const upOfTwenty = twenty.map((name) => declares(name, bucket(name))).join("");

/** The same program for the dynamic resource and, in YAML, for the packaged provider. */
const DOORS = {
  "": (iam: IamEmulator) => startStack(iam, upOfTwenty),
  ", through the packaged provider": (iam: IamEmulator) =>
    startYamlStack(iam, {
      resources: Object.fromEntries(twenty.map((name) => [name, authorization(bucket(name))])),
    }),
};
type Door = keyof typeof DOORS;

async function start(body: string): Promise<{ iam: IamEmulator; stack: Stack }> {
  const iam = closing(await startIamEmulator());
  return { iam, stack: await startStack(iam, body) };
}

/** Counts the calls of an operation when they arrive, even if IAM has not answered them yet. */
function arrivals(iam: IamEmulator, operation: Fault["operation"]): () => number {
  let arrived = 0;
  iam.inject({ operation, when: () => ++arrived < 0 });
  return () => arrived;
}

/**
 * Kills the CLI or its host at a call of IAM, and ends the processes that are left when they are idle.
 *
 * @returns the calls that IAM answered before the kill
 */
async function interrupted(
  iam: IamEmulator,
  run: Running,
  victim: Victim,
  at: Omit<Fault, "meanwhile">,
): Promise<Call[]> {
  let answered: Call[] | undefined;
  const lift = iam.inject({
    ...at,
    meanwhile: async () => {
      answered = iam.calls();
      await run[VICTIMS[victim]]();
    },
  });
  const { code, output } = await run.ended;
  await run.endOrphans();
  lift();
  if (!answered) throw new Error(`The run ended before the kill: ${output}`);
  expect(code).not.to.equal(0);
  return answered;
}

/** Follows the README's steps after an interruption. */
async function recover(stack: Omit<Stack, "program">): Promise<void> {
  let refreshed = await stack.refresh("--clear-pending-creates");
  if (refreshed.output.includes("is currently locked")) {
    expect(await stack.pulumi("cancel", "--yes")).to.include({ code: 0 });
    refreshed = await stack.refresh("--clear-pending-creates");
  }
  expect(refreshed.code, refreshed.output).to.equal(0);
  const mended = await stack.having({ IBMCLOUD_ADOPT_OWN: "true" }).up();
  expect(mended.code, mended.output).to.equal(0);
}

/** Asserts that IAM and state match, and that the program has nothing left to do. */
async function expectWhole(
  iam: IamEmulator,
  stack: Omit<Stack, "program">,
  resources: readonly string[],
): Promise<void> {
  const held = await stack.held();
  const { lost, doubled } = balance(iam, held);
  totals.points += 1;
  totals.lost += lost.length;
  totals.doubled += doubled.length;
  expect({ lost, doubled, pending: held.pending }).to.deep.equal({ lost: [], doubled: [], pending: [] });
  const buckets = iam.policies().map(({ resource }) => resource.attributes.at(-1)?.value);
  expect(buckets).to.have.members(resources);
  const { code, output } = await stack.preview("--expect-no-changes");
  expect(code, output).to.equal(0);
}

describe("an interrupted run on the real engine", function () {
  this.timeout(300_000);
  const { it, itOnCi, itIf } = countedTests("engine: interruptions");

  after(() => {
    const { points, lost, doubled } = totals;
    summarize(`engine: kills: ${points}, lost ${lost}, doubled ${doubled}`);
  });

  async function killAndRecover(
    door: Door,
    victim: Victim,
    nth: number,
    afterCommit: boolean,
  ): Promise<void> {
    const iam = closing(await startIamEmulator());
    const stack = await DOORS[door](iam);
    // Latency, so that several creates overlap.
    iam.inject({ operation: "createV2Policy", times: Infinity, latency: 20 });
    const arrived = arrivals(iam, "createV2Policy");
    const run = stack.start("up", ...UNATTENDED, "--parallel", String(PARALLEL));
    const answered = await interrupted(iam, run, victim, { operation: "createV2Policy", nth, afterCommit });
    const made = answered.filter(({ operation }) => operation === "createV2Policy").length;
    expect(arrived(), "no create starts after the kill").to.be.at.most(made + PARALLEL);
    await recover(stack);
    await expectWhole(iam, stack, twenty);
  }

  for (let nth = 1; nth <= twenty.length; nth += 1) {
    const cliFirst = nth % 2 === 1;
    const when = (before: boolean) => (before ? "before" : "after");
    for (const door of Object.keys(DOORS) as Door[]) {
      itIf(nth === 1 || (nth === twenty.length && door === ""))(
        `loses no policy and creates none twice${door}: CLI killed ${when(cliFirst)}, host ${when(!cliFirst)} create ${nth} of 20`,
        async () => {
          await together(
            killAndRecover(door, "the CLI", nth, !cliFirst),
            killAndRecover(door, "the host", nth, cliFirst),
          );
        },
      );
    }
  }

  const twentyNarrowed = twenty
    .map((name) => declares(name, { ...bucket(name), roles: ["Reader"] }))
    .join("");
  /** The engine's operation, the call at which it is killed, and the call that must not follow. */
  const BEGUN: Record<
    string,
    { done?: string; command: string; program?: string; at: Fault; never: Fault["operation"] }
  > = {
    create: { command: "up", at: { operation: "listRoles" }, never: "createV2Policy" },
    update: {
      done: upOfTwenty,
      command: "up",
      program: twentyNarrowed,
      at: { operation: "listRoles" },
      never: "replaceV2Policy",
    },
    delete: { done: upOfTwenty, command: "destroy", at: { operation: "token" }, never: "deleteV2Policy" },
  };
  for (const [title, { done, command, program = upOfTwenty, at, never }] of Object.entries(BEGUN)) {
    itIf(title === "update")(
      `leaves a host that sends no write after its engine was killed: ${title}`,
      async () => {
        const { iam, stack } = await start(done ?? program);
        if (done !== undefined) expect(await stack.up()).to.include({ code: 0 });
        await stack.program(program);
        const before = iam.policies({ state: "all" });
        const arrived = arrivals(iam, never);
        const run = stack.start(command, ...UNATTENDED, "--parallel", "20");
        await interrupted(iam, run, "the CLI", at);
        expect(arrived()).to.equal(0);
        expect(iam.policies({ state: "all" })).to.deep.equal(before);
        await recover(stack);
        await expectWhole(iam, stack, twenty);
      },
    );
  }

  itOnCi("leaves a host that does not retry after its engine was killed", async () => {
    const { iam, stack } = await start(upOfTwenty);
    const arrived = arrivals(iam, "createV2Policy");
    const run = stack.start("up", ...UNATTENDED, "--parallel", "1");
    await interrupted(iam, run, "the CLI", { operation: "createV2Policy", status: 503 });
    expect(arrived()).to.equal(1);
    expect(iam.policies()).to.deep.equal([]);
    await recover(stack);
    await expectWhole(iam, stack, twenty);
  });

  itOnCi("in the wait after a create leaves a policy that recovery finds", async () => {
    const killInWait = async (victim: Victim) => {
      const waits = (afterCreate: number) => declares("one", { ...bucket("one"), settle: { afterCreate } });
      const { iam, stack } = await start(waits(3600));
      const run = stack.start("up", ...UNATTENDED);
      await until(() => iam.calls().some(({ operation }) => operation === "createV2Policy"));
      await run[VICTIMS[victim]]();
      await run.ended;
      await run.endOrphans();
      const [made] = iam.policies();
      expect((await stack.held()).resources).to.deep.equal([]);
      await stack.program(waits(1));
      await recover(stack);
      await expectWhole(iam, stack, ["one"]);
      expect(iam.policies()).to.deep.equal([made]);
    };
    await together(killInWait("the CLI"), killInWait("the host"));
  });

  it("whose host was killed makes the next up fail, with advice that is enough to recover", async () => {
    const { iam, stack } = await start(declares("one", bucket("one")));
    const run = stack.start("up", ...UNATTENDED);
    await interrupted(iam, run, "the host", { operation: "createV2Policy", afterCommit: true });
    const [made] = iam.policies();
    const failed = await stack.up();
    expect(failed.code).not.to.equal(0);
    expect(failed.output).to.include(String(made?.id)).and.include("IBMCLOUD_ADOPT_OWN=true pulumi up");
    expect((await stack.held()).resources).to.deep.equal([]);
    expect(await stack.having({ IBMCLOUD_ADOPT_OWN: "true" }).up()).to.include({ code: 0 });
    await expectWhole(iam, stack, ["one"]);
    expect(iam.policies()).to.deep.equal([made]);
  });

  /** The IAM calls of a replacement, which creates the new policy first. */
  const REPLACING: Fault[] = [
    { operation: "createV2Policy" },
    { operation: "createV2Policy", afterCommit: true },
    { operation: "deleteV2Policy" },
    { operation: "deleteV2Policy", afterCommit: true },
  ];
  for (const at of REPLACING) {
    itIf(at === REPLACING[1])(`in a replacement ends with the new policy alone: ${where(at)}`, async () => {
      const killInReplace = async (victim: Victim) => {
        const { iam, stack } = await start(declares("one", bucket("old")));
        expect(await stack.up()).to.include({ code: 0 });
        await stack.program(declares("one", bucket("new")));
        await interrupted(iam, stack.start("up", ...UNATTENDED), victim, at);
        await recover(stack);
        await expectWhole(iam, stack, ["new"]);
      };
      await together(killInReplace("the CLI"), killInReplace("the host"));
    });
  }

  /** The IAM calls of an adoption under a new name, and the first call after it is in state. */
  const ADOPTING: Fault[] = [
    { operation: "listV2Policies" },
    { operation: "replaceV2Policy" },
    { operation: "replaceV2Policy", afterCommit: true },
    { operation: "createV2Policy" },
  ];
  for (const at of ADOPTING) {
    itIf(at === ADOPTING[2])(
      `in a rename that adopts never deletes a declared policy: ${where(at)}`,
      async () => {
        const killInRename = async (victim: Victim) => {
          const { iam, stack } = await start(declares("before", bucket("one")));
          expect(await stack.up()).to.include({ code: 0 });
          const [{ id } = { id: "" }] = iam.policies();
          const removed = arrivals(iam, "deleteV2Policy");
          const adopting = { ...bucket("one"), adopt: true, description: "renamed" };
          const next = declares("next", bucket("next"), "{ dependsOn: after }");
          await stack.program(
            `const after = new EnAuthorization("after", ${JSON.stringify(adopting)});\n${next}`,
          );
          await interrupted(iam, stack.start("up", ...UNATTENDED), victim, at);
          expect(iam.policies().map((policy) => policy.id)).to.include(id);
          await recover(stack);
          await expectWhole(iam, stack, ["one", "next"]);
          expect((await stack.authorizations())["after"]?.id).to.equal(id);
          expect(removed()).to.equal(0);
          expect(await stack.destroy()).to.include({ code: 0 });
          expect(iam.policies()).to.deep.equal([]);
        };
        await together(killInRename("the CLI"), killInRename("the host"));
      },
    );
  }

  it("by Ctrl-C has all finished creates in state, and the next up continues", async () => {
    const { iam, stack } = await start(upOfTwenty);
    iam.inject({ operation: "createV2Policy", times: Infinity, latency: 20 });
    const run = stack.start("up", ...UNATTENDED, "--parallel", String(PARALLEL));
    iam.inject({ operation: "createV2Policy", nth: 6, meanwhile: run.interrupt });
    const { code, output } = await run.ended;
    expect(code).not.to.equal(0);
    expect(output).to.include("cancel");
    const held = await stack.held();
    expect({ ...balance(iam, held), pending: held.pending }).to.deep.equal({
      lost: [],
      doubled: [],
      pending: [],
    });
    expect(iam.policies().length).to.be.within(6, twenty.length - 1);
    expect(await stack.up()).to.include({ code: 0 });
    await expectWhole(iam, stack, twenty);
  });
});

function where({ operation, afterCommit = false }: Fault): string {
  return `${afterCommit ? "after" : "before"} ${operation}`;
}
