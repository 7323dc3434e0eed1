import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator } from "../../src/emulator";
import { balanceOf } from "../support/balance";
import { OPERATIONS, silentlyDifferent } from "../support/fault-operations";
import { bucketInputs } from "../support/inputs";
import { miniEngine, type MiniEngine } from "../support/mini-engine";
import { closing } from "../support/opened";
import { configuredPlugin } from "../support/plugin-door";
import { configured, QUICK } from "../support/provider";
import { ranOf, subset } from "../support/subset";
import { summarize } from "../support/summary";

/** The timeout of a call in milliseconds. A latency of twice that is a timeout. */
const REQUEST_TIMEOUT = 100;

type Kind = Omit<Fault, "operation">;

/** Faults, and the errors of those that the provider cannot recover from. */
const FAULTS: Record<
  string,
  { fault: Kind; error?: RegExp; onlyFor?: RegExp; timeouts?: Partial<typeof QUICK> }
> = {
  "is slow": { fault: { latency: 30 } },
  "is asked too often (seconds)": { fault: { status: 429, retryAfter: 0 } },
  "is asked too often (date)": { fault: { status: 429, retryAfter: new Date(Date.now() - 1_000) } },
  "asks for a wait longer than the timeout": {
    fault: { status: 429, retryAfter: 60, times: Infinity },
    error: /429 .*limits the rate of calls/,
  },
  "fails and has no effect": { fault: { status: 500 } },
  "fails after it took effect": { fault: { status: 503, afterCommit: true } },
  "is reset and has no effect": { fault: { reset: true } },
  "is reset after it took effect": { fault: { reset: true, afterCommit: true } },
  "times out and has no effect": { fault: { latency: 2 * REQUEST_TIMEOUT, reset: true } },
  "times out after it took effect": { fault: { latency: 2 * REQUEST_TIMEOUT, afterCommit: true } },
  "fails three times": { fault: { status: 502, times: 3 } },
  "is reset three times after it took effect": { fault: { reset: true, afterCommit: true, times: 3 } },
  "is answered by a proxy instead": {
    fault: { body: "<html>log in</html>", times: Infinity },
    error: /not JSON|not the JSON|The response is not from/,
  },
  "always fails": { fault: { status: 503, times: Infinity }, error: /503 .*Tried \d+ times in [\d.]+ s/ },
  "is always reset": { fault: { reset: true, times: Infinity }, error: /Tried \d+ times/ },
  "is refused 400": { fault: { status: 400, times: Infinity }, error: /400 / },
  "is refused 401": { fault: { status: 401, times: Infinity }, error: /401 |BXNIM/ },
  "is refused 403": { fault: { status: 403, times: Infinity }, error: /403 / },
  "is refused 415": { fault: { status: 415, times: Infinity }, error: /415 / },
  "is over the quota": { fault: { status: 422 }, error: /422 .*limit/, onlyFor: /createV2Policy/ },
  "is stale 412": { fault: { status: 412 }, onlyFor: /replaceV2Policy/ },
  "is stale 409": { fault: { status: 409, code: "unable_to_process" }, onlyFor: /replaceV2Policy/ },
  "is always stale": {
    fault: { status: 412, times: Infinity },
    // On a busy machine, an attempt may end at the request timeout.
    error: /412 .*(was changed concurrently|an earlier attempt)/,
    onlyFor: /replaceV2Policy/,
  },
  "is always stale, reported as a conflict": {
    fault: { status: 409, times: Infinity },
    error: /409 policy_conflict_error.*(was changed concurrently|an earlier attempt)/,
    onlyFor: /replaceV2Policy/,
  },
  "does not return a new policy yet": {
    fault: { status: 404, times: 3 },
    onlyFor: /getV2Policy|deleteV2Policy/,
    // On a busy machine, the policy must not grow too old to count as new before the fault is over.
    timeouts: { propagation: 10_000, retryTimeout: 10_000 },
  },
};

interface Row {
  operation: string;
  call: Fault["operation"];
  title: string;
}

const ROWS: Row[] = Object.entries(OPERATIONS).flatMap(([operation, { calls }]) =>
  calls.flatMap((call) =>
    Object.entries(FAULTS)
      .filter(([, { onlyFor }]) => onlyFor?.test(call) ?? true)
      .map(([title]) => ({ operation, call, title })),
  ),
);

const CHOSEN = subset(ROWS, ({ operation, call, title }) => [`${operation} ${call}`, `${call} ${title}`]);

/** The dynamic resource and the packaged provider have the same core. */
const DOORS = { "": configured, " through the packaged provider": configuredPlugin };
type Door = keyof typeof DOORS;

const totals = { tried: 0, lost: 0, doubled: 0 };

/** Returns the last scope attribute, number of roles and description of each policy in IAM. */
function summaryOf(iam: IamEmulator): string[] {
  return iam
    .policies()
    .map(({ resource, control, description = "" }) =>
      [resource.attributes.at(-1)?.value, control.grant.roles.length, description].join(" "),
    );
}

function start(
  door: Door,
  own: Partial<typeof QUICK> = {},
): { iam: IamEmulator; engine: MiniEngine; recovering: { now: boolean } } {
  const recovering = { now: false };
  const timeouts = { ...QUICK, requestTimeout: REQUEST_TIMEOUT, retryTimeout: 700, ...own };
  const engine = miniEngine(
    () =>
      DOORS[door](
        { "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url },
        recovering.now ? { IBMCLOUD_ADOPT_OWN: "true" } : {},
        timeouts,
      ),
    door !== "",
  );
  return { iam, engine, recovering };
}

let iam: IamEmulator;

describe("a fault of IAM", function () {
  before(async () => {
    iam = closing(await startIamEmulator());
  });
  after(() => {
    summarize(
      `faults (operation x call x fault x door): ${ranOf(totals.tried, 2 * ROWS.length)}; ` +
        `lost ${totals.lost}, doubled ${totals.doubled}`,
    );
  });

  const chosen = (Object.keys(DOORS) as Door[]).flatMap((door) => CHOSEN.map((row) => ({ ...row, door })));
  for (const { operation, call, title, door } of chosen) {
    const { before, after } = OPERATIONS[operation] ?? { before: {} };
    const { fault, error, timeouts } = FAULTS[title] ?? { fault: {} };
    it(`during ${operation}${door}: ${call} ${title}`, async () => {
      iam.reset();
      const { engine, recovering } = start(door, timeouts);
      expect(await engine.up(before)).to.deep.equal({ errors: [] });
      // A policy that was created by hand.
      if (operation === "adopt")
        await start(door, timeouts).engine.up({ theirs: { ...bucketInputs(), roles: ["Writer"] } });

      const run = () => (after === undefined ? engine.refresh() : engine.up(after));
      const stopFault = iam.inject({ operation: call, ...fault });
      const { errors } = await run();
      stopFault();
      totals.tried += 1;

      if (error) {
        expect(errors, "the error explains the fault").to.have.length(1);
        expect(errors[0])
          .to.match(error, errors[0])
          .and.match(
            /^Cannot (create the|read|update|delete) authorization|\[(credentials|token)-refused\]$/,
          );
      } else expect(errors, "the provider recovers").to.deep.equal([]);
      expect(silentlyDifferent(iam, engine)).to.deep.equal([]);

      // Without the fault the next run succeeds, and no policy is missing from state.
      recovering.now = errors.some((message) => message.includes("IBMCLOUD_ADOPT_OWN"));
      if (errors.length > 0) expect(await run(), "the next run").to.deep.equal({ errors: [] });
      const { lost, doubled } = balanceOf(iam, engine);
      totals.lost += lost.length;
      totals.doubled += doubled.length;
      expect({ lost, doubled }).to.deep.equal({ lost: [], doubled: [] });
      const summary = summaryOf(iam);
      expect(summary).to.have.length(Object.keys(after ?? before).length);
      expect(await engine.up(after ?? before)).to.deep.equal({ errors: [] });
      expect(summaryOf(iam), "a further run changes nothing").to.deep.equal(summary);
      await engine.refresh();
      expect(await engine.destroy()).to.deep.equal({ errors: [] });
      expect(iam.policies()).to.deep.equal([]);
      expect(engine.resources.size).to.equal(0);
    });
  }
});
