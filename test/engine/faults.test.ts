import { expect } from "chai";
import { startIamEmulator, type Behavior, type Fault, type IamEmulator, type Seed } from "../../src/emulator";
import { balance, declares, startStack, type Stack } from "../support/engine";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { ranOf, subset } from "../support/subset";
import { summarize } from "../support/summary";

interface Trial {
  /** A policy in IAM before the first run. */
  seed?: (iam: IamEmulator) => Seed;
  /** The first program. */
  before?: string;
  /** The program of the run with faults; by default the first one. */
  after?: string;
  run?: "up" | "refresh" | "destroy";
  behavior?: Partial<Behavior>;
  faults?: (iam: IamEmulator) => Fault[];
  /** `ibmcloud:retryTimeout` in seconds, to shorten the retries. */
  retryTimeout?: string;
  /** Matches the error in the output; without it the run succeeds. */
  says?: RegExp;
  /** The statuses of IAM's responses in the run, by operation. */
  answers?: Partial<Record<Fault["operation"], number[]>>;
  /** Descriptions in IAM after the run, by bucket. */
  iam: Record<string, string>;
  /** Descriptions in state after the run, by resource, with a mark for incomplete and for not yet deleted ones. */
  state: Record<string, string>;
  /** A command before the next up. */
  then?: "refresh";
  /** Additional environment variables of the next up. */
  env?: NodeJS.ProcessEnv;
}

function bucket(resource: string) {
  return { ...bucketInputs(), target: { ...bucketInputs().target, resource } };
}

const one = declares("one", bucket("one"));
const changed = declares("one", { ...bucket("one"), roles: ["Reader"], description: "why" });
const moved = declares("one", { ...bucket("new"), description: "new" });
const adopting = declares("one", { ...bucket("one"), adopt: true, description: "mine" });

/** Four authorizations that depend on each other, so that their order is fixed. */
const several = ["one", "two", "three", "four"]
  .map((name, at, names) => {
    const options = `{ dependsOn: [${names.slice(0, at).join(", ")}] }`;
    return `const ${name} = new EnAuthorization("${name}", ${JSON.stringify(bucket(name))}, ${options});\n`;
  })
  .join("");

const attribute = (key: string, value = "") => ({ key, operator: "stringEquals", value });
/** Another user's authorization for the bucket `one`. */
const theirs = ({ accountId }: IamEmulator): Seed => ({
  subject: {
    attributes: [
      attribute("serviceName", "event-notifications"),
      attribute("accountId", accountId),
      attribute("serviceInstance", bucketInputs().source.serviceInstance),
    ],
  },
  resource: {
    attributes: [
      attribute("serviceName", "cloud-object-storage"),
      attribute("accountId", accountId),
      attribute("serviceInstance", bucketInputs().target.serviceInstance),
      attribute("resourceType", "bucket"),
      attribute("resource", "one"),
    ],
  },
  control: { grant: { roles: [{ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Writer" }] } },
  description: "theirs",
});

const LOST = { afterCommit: true, reset: true };
const FOR_GOOD = { times: Infinity };
const REFUSED = { ...FOR_GOOD, status: 403 };

/** IAM refuses the update of an adopted policy. */
const halfMade: Trial = {
  seed: theirs,
  after: adopting,
  faults: () => [{ operation: "replaceV2Policy", ...REFUSED }],
  says: /Cannot create the authorization .*403 insufficent_permissions/,
  iam: { one: "theirs" },
  state: { one: "theirs, half-made" },
};

const TRIALS: Record<string, Trial> = {
  "create: the connection is reset after the create": {
    after: one,
    faults: () => [{ operation: "createV2Policy", ...LOST }],
    answers: { createV2Policy: [0, 409] },
    iam: { one: "" },
    state: { one: "" },
  },
  "create: a 503 after the create, then a 409 without a policy id": {
    after: one,
    behavior: { conflictsWith: "nothing" },
    faults: () => [{ operation: "createV2Policy", afterCommit: true, status: 503 }],
    answers: { createV2Policy: [503, 409], listV2Policies: [200, 200] },
    iam: { one: "" },
    state: { one: "" },
  },
  "create: every response is lost": {
    after: one,
    faults: () => [
      { operation: "createV2Policy", ...LOST, ...FOR_GOOD },
      { operation: "listV2Policies", ...LOST, ...FOR_GOOD },
    ],
    retryTimeout: "1",
    says: /Cannot create the authorization .*Tried \d+ times/,
    iam: { one: "" },
    state: {},
    env: { IBMCLOUD_ADOPT_OWN: "true" },
  },
  "create: the account reaches its limit after two of four": {
    after: several,
    behavior: { quota: 2 },
    says: /Cannot create the authorization .*422 .*limit of 4,020 policies/,
    iam: { one: "", two: "" },
    state: { one: "", two: "" },
  },
  "adopt: the update of the adopted policy is refused": halfMade,
  "adopt: the update of the adopted policy is refused, then a refresh": { ...halfMade, then: "refresh" },
  "token: 503": {
    after: one,
    faults: () => [{ operation: "token", ...FOR_GOOD, status: 503 }],
    retryTimeout: "1",
    says: /Cannot create the authorization .*503 .*Tried \d+ times/,
    iam: {},
    state: {},
  },
  "update: the connection is reset after the update": {
    before: one,
    after: changed,
    faults: () => [{ operation: "replaceV2Policy", ...LOST }],
    answers: { getV2Policy: [200, 200], replaceV2Policy: [0, 412] },
    iam: { one: "why" },
    state: { one: "why" },
  },
  "update: the version is always stale": {
    before: one,
    after: changed,
    faults: () => [{ operation: "replaceV2Policy", ...FOR_GOOD, status: 412 }],
    says: /Cannot update authorization .*412 .*was changed concurrently.*pulumi refresh/,
    iam: { one: "" },
    state: { one: "" },
  },
  "replace: the delete of the old policy is refused": {
    before: one,
    after: moved,
    faults: () => [{ operation: "deleteV2Policy", ...REFUSED }],
    says: /Cannot delete authorization .*403 insufficent_permissions/,
    iam: { one: "", new: "new" },
    state: { one: "new", "one, to be deleted": "" },
  },
  "refresh: a new policy is not visible yet": {
    before: one,
    run: "refresh",
    behavior: { visibleAfter: 3_600_000 },
    faults: ({ behave }) => [
      { operation: "getV2Policy", nth: 3, afterCommit: true, meanwhile: () => behave({ visibleAfter: 0 }) },
    ],
    answers: { getV2Policy: [404, 404, 404, 200] },
    iam: { one: "" },
    state: { one: "" },
  },
  "destroy: refused": {
    before: one,
    run: "destroy",
    faults: () => [{ operation: "deleteV2Policy", ...REFUSED }],
    says: /Cannot delete authorization .*403 insufficent_permissions/,
    iam: { one: "" },
    state: { one: "" },
  },
};

function inIam(iam: IamEmulator): Record<string, string> {
  return Object.fromEntries(
    iam
      .policies()
      .map(({ resource, description = "" }) => [String(resource.attributes.at(-1)?.value), description]),
  );
}

async function inState(stack: Stack): Promise<Record<string, string>> {
  const { resources } = await stack.held();
  return Object.fromEntries(
    resources.map(({ urn, outputs, initErrors, delete: isDoomed }) => [
      `${String(urn.split("::").at(-1))}${isDoomed ? ", to be deleted" : ""}`,
      `${(outputs?.["description"] as string | undefined) ?? ""}${initErrors ? ", half-made" : ""}`,
    ]),
  );
}

const totals = { tried: 0, lost: 0, doubled: 0 };

describe("an IAM fault on the real engine", function () {
  this.timeout(300_000);

  after(() => {
    const { length } = Object.keys(TRIALS);
    summarize(
      `engine: faults: ${ranOf(totals.tried, length)}; lost ${totals.lost}, doubled ${totals.doubled}`,
    );
  });

  const chosen = subset(Object.entries(TRIALS), ([, { run = "up", says }]) => [
    run,
    says ? "fails" : "recovers",
  ]);
  for (const [title, trial] of chosen) {
    it(`is overcome or leaves a state that the next up repairs: ${title}`, async () => {
      const { seed, before = "", after = before, run = "up", behavior = {}, faults, retryTimeout } = trial;
      const { says, answers = {}, then, env = {} } = trial;
      const iam = closing(await startIamEmulator(behavior));
      if (seed) iam.seed([seed(iam)]);
      const stack = await startStack(iam, before);
      if (retryTimeout !== undefined) {
        const set = ["config", "set", "ibmcloud:retryTimeout", retryTimeout];
        expect(await stack.pulumi(...set)).to.include({ code: 0 });
      }
      if (before !== "") expect(await stack.up()).to.include({ code: 0 });
      await stack.program(after);

      const lifts = faults?.(iam).map(iam.inject) ?? [];
      const known = iam.calls().length;
      const { code, output } = await stack[run]();
      lifts.forEach((lift) => lift());
      iam.behave({ quota: 4020 });
      totals.tried += 1;

      expect(code === 0, output).to.equal(says === undefined);
      if (says) expect(output).to.match(says);
      for (const [operation, statuses] of Object.entries(answers)) {
        const calls = iam
          .calls()
          .slice(known)
          .filter((each) => each.operation === operation);
        expect(
          calls.map(({ status }) => status),
          operation,
        ).to.deep.equal(statuses);
      }
      expect(inIam(iam), "IAM").to.deep.equal(trial.iam);
      expect(await inState(stack), "state").to.deep.equal(trial.state);

      if (then) expect(await stack[then]()).to.include({ code: 0 });
      const next = await stack.having(env).up();
      expect(next.code, next.output).to.equal(0);
      const { lost, doubled } = balance(iam, await stack.held());
      totals.lost += lost.length;
      totals.doubled += doubled.length;
      expect({ lost, doubled }).to.deep.equal({ lost: [], doubled: [] });
      expect(iam.policies().length).to.equal(after === several ? 4 : 1);
      expect(await stack.preview("--expect-no-changes")).to.include({ code: 0 });
      expect(await stack.destroy()).to.include({ code: 0 });
      expect(iam.policies()).to.deep.equal([]);
      expect(await inState(stack)).to.deep.equal({});
    });
  }
});
