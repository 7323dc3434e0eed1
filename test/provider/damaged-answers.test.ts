import { expect } from "chai";
import { startIamEmulator, type Behavior, type Fault, type IamEmulator } from "../../src/emulator";
import { balanceOf } from "../support/balance";
import { OPERATIONS, silentlyDifferent } from "../support/fault-operations";
import { bucketInputs } from "../support/inputs";
import { miniEngine, type MiniEngine } from "../support/mini-engine";
import { closing } from "../support/opened";
import { configured, QUICK } from "../support/provider";
import { ranOf, subset } from "../support/subset";
import { summarize } from "../support/summary";

/** Timeouts in milliseconds. */
const TIMEOUTS = { ...QUICK, requestTimeout: 120, retryTimeout: 1_000, propagation: 500 };

interface Kind {
  fault: Omit<Fault, "operation">;
  /** The calls that it applies to. @default all */
  only?: RegExp;
  behaviour?: Partial<Behavior>;
}

/** Replaces the next page of a list. */
const next = (value: unknown) => (json: unknown) => ({ ...(json as object), next: value });
const policyOf = (change: object) => (json: unknown) => {
  const { policies, ...rest } = json as { policies?: object[] };
  if (policies === undefined) return { ...rest, ...change };
  return { ...rest, policies: policies.map((each) => ({ ...each, ...change })) };
};
const DAY = 86_400_000;

/** Kinds of damage. Each is tried once, and permanently. */
const KINDS: Record<string, Kind> = {
  "cut at once": { fault: { damage: { kind: "cut", after: 0 } } },
  "cut in the middle": { fault: { damage: { kind: "cut", after: 60 } } },
  garbled: { fault: { damage: { kind: "garbled" } } },
  trickling: { fault: { damage: { kind: "trickle", every: 5 } } },
  endless: { fault: { damage: { kind: "endless" } } },
  "a gzip bomb": { fault: { damage: { kind: "bomb", bytes: 40_000_000 } } },
  "408, not done": { fault: { status: 408 } },
  "408, done": { fault: { status: 408, afterCommit: true } },
  "a 503 that is cut": { fault: { status: 503, afterCommit: true, damage: { kind: "cut", after: 9 } } },
  "a page, not done": { fault: { status: 200, body: "<html>log in</html>" } },
  "a page, done": { fault: { status: 201, body: "<html>log in</html>", afterCommit: true } },
  "empty, done": { fault: { status: 200, body: "", afterCommit: true } },
  "204, done": { fault: { status: 204, body: "", afterCommit: true }, only: /token|list|get|create|replace/ },
  "truncated JSON, done": { fault: { status: 200, body: '{"id": "', afterCommit: true } },
  "other JSON, done": { fault: { status: 200, body: "[]", afterCommit: true } },
  "a page, done, and the policy shows late": {
    fault: { status: 201, body: "<html>", afterCommit: true },
    only: /create/,
    behaviour: { visibleAfter: 150, conflictsWith: "nothing" },
  },
  "without an id": { fault: { rewrite: policyOf({ id: "" }) }, only: /V2Policy/ },
  "with the id of another": {
    fault: { rewrite: policyOf({ id: "another" }) },
    only: /(get|replace)V2Policy/,
  },
  "with another scope": {
    fault: { rewrite: policyOf({ subject: { attributes: [] } }) },
    only: /(create|replace)V2Policy/,
  },
};

/** Unusual responses that are accepted. */
const TOLERATED: Record<string, Kind> = {
  "null for missing values": {
    fault: {
      times: Infinity,
      rewrite: policyOf({ description: null, template: null, rule: null, pattern: null }),
    },
    only: /(create|get|replace)V2Policy/,
  },
  "no dates": {
    fault: {
      times: Infinity,
      rewrite: policyOf({ created_at: null, last_modified_at: undefined, created_by_id: null, href: null }),
    },
    only: /(create|get)V2Policy/,
  },
  "null for the next page": { fault: { times: Infinity, rewrite: next(null) }, only: /list.*Pol/ },
  "null for roles": {
    fault: { times: Infinity, rewrite: (json) => ({ ...(json as object), custom_roles: null }) },
    only: /listRoles/,
  },
  "unknown fields": {
    fault: { times: Infinity, rewrite: policyOf({ "x-new": { deep: [1] } }) },
    only: /Pol|Roles/,
  },
  "a clock a day ahead": { fault: { times: Infinity, dateOff: DAY } },
  "a clock a day behind": { fault: { times: Infinity, dateOff: -DAY } },
  "no date": { fault: { times: Infinity, headers: { Date: undefined } } },
};

/** Lists without an end. */
const ENDLESS: Record<string, Kind> = {
  "the same next page again": { fault: { rewrite: next({ start: "2" }) }, only: /listV2Policies/ },
  "a next page that starts nowhere": { fault: { rewrite: next({ start: "" }) }, only: /listV2Policies/ },
  "a link to the first page": {
    fault: { rewrite: next({ href: "https://iam.cloud.ibm.com/v2/policies?account_id=a" }) },
    only: /listV2Policies/,
  },
};

interface Row {
  operation: string;
  call: Fault["operation"];
  title: string;
  name: string;
  kind: Kind;
  times: number;
  isTolerated: boolean;
}

/** Returns every kind at every call that it applies to. */
function rowsOf(kinds: Record<string, Kind>, times: number, isTolerated: boolean): Row[] {
  return Object.entries(OPERATIONS).flatMap(([operation, { calls }]) =>
    calls.flatMap((call) =>
      Object.entries(kinds)
        .filter(([, { only }]) => only?.test(call) ?? true)
        .map(([title, kind]) => {
          const name = times === Infinity && !isTolerated ? `${title}, for good` : title;
          return { operation, call, title, name, kind, times, isTolerated };
        }),
    ),
  );
}

const totals = { tried: 0, lost: 0, doubled: 0, different: 0 };
let iam: IamEmulator;
let adoptsOwn = false;

function start(): MiniEngine {
  return miniEngine(() =>
    configured(
      { "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url },
      adoptsOwn ? { IBMCLOUD_ADOPT_OWN: "true" } : {},
      TIMEOUTS,
    ),
  );
}

/** Counts the differences between IAM and the state. */
function count(engine: MiniEngine): { lost: string[]; doubled: string[]; different: string[] } {
  const differences = { ...balanceOf(iam, engine), different: silentlyDifferent(iam, engine) };
  totals.lost += differences.lost.length;
  totals.doubled += differences.doubled.length;
  totals.different += differences.different.length;
  return differences;
}

const NO_DIFFERENCES = { lost: [], doubled: [], different: [] };

describe("a damaged response", function () {
  before(async () => {
    iam = closing(await startIamEmulator());
  });
  beforeEach(() => {
    adoptsOwn = false;
    iam.behave({ visibleAfter: 0, conflictsWith: "policy" });
  });

  const rows = [
    ...rowsOf(KINDS, 1, true),
    ...rowsOf(KINDS, Infinity, false),
    ...rowsOf(ENDLESS, Infinity, false),
    ...rowsOf(TOLERATED, Infinity, true),
  ];
  const chosen = subset(rows, ({ operation, call, title, name }) => [
    `${operation} ${call}`,
    `${call} ${title}`,
    name,
  ]);
  after(() => {
    const { tried, lost, doubled, different } = totals;
    summarize(
      `damaged answers (operation x call x kind): ${ranOf(tried, rows.length)}; ` +
        `lost ${lost}, doubled ${doubled}, silently different ${different}`,
    );
  });

  for (const { operation, call, name, kind, times, isTolerated } of chosen) {
    const { before, after } = OPERATIONS[operation] ?? { before: {} };
    const { fault, behaviour } = kind;
    it(`to ${call} during ${operation} leaves IAM and state equal: ${name}`, async () => {
      iam.reset();
      const engine = start();
      expect(await engine.up(before)).to.deep.equal({ errors: [] });
      if (operation === "adopt") await start().up({ theirs: { ...bucketInputs(), roles: ["Writer"] } });
      iam.behave(behaviour ?? {});

      const run = () => (after === undefined ? engine.refresh() : engine.up(after));
      const stopDamage = iam.inject({ operation: call, times, ...fault });
      const { errors } = await run();
      stopDamage();
      totals.tried += 1;
      if (isTolerated) expect(errors).to.deep.equal([]);
      for (const error of errors)
        expect(error).to.match(/^Cannot (create the|\w+) authorization.* \[[a-z-]+\]$/s);

      // Regardless of the outcome, state must not have values that IAM does not have.
      expect(silentlyDifferent(iam, engine), "after the fault").to.deep.equal([]);
      adoptsOwn = errors.some((error) => error.includes("IBMCLOUD_ADOPT_OWN"));
      if (errors.length > 0) expect(await run(), "the next run").to.deep.equal({ errors: [] });
      expect(count(engine)).to.deep.equal(NO_DIFFERENCES);
      expect(await engine.up(before), "the original program").to.deep.equal({ errors: [] });
      expect(count(engine), "the original program").to.deep.equal(NO_DIFFERENCES);
      expect(await engine.destroy()).to.deep.equal({ errors: [] });
      expect(iam.policies()).to.deep.equal([]);
    });
  }
});
