import { expect } from "chai";
import { startIamEmulator, type Fault, type IamEmulator } from "../../src/emulator";
import { balanceOf } from "../support/balance";
import { OPERATIONS, silentlyDifferent } from "../support/fault-operations";
import { bucketInputs } from "../support/inputs";
import { miniEngine, type MiniEngine } from "../support/mini-engine";
import { closing } from "../support/opened";
import { configured, QUICK } from "../support/provider";
import { ranOf, subset } from "../support/subset";
import { summarize } from "../support/summary";

/** How long a call may take here, in milliseconds; a latency of twice that is a time-out. */
const REQUEST_TIMEOUT = 100;

type Kind = Omit<Fault, "operation">;

/** What goes wrong, and whether one of it is got over; what is not says the text. */
const FAULTS: Record<string, { fault: Kind; says?: RegExp; onlyFor?: RegExp }> = {
  "is slow": { fault: { latency: 30 } },
  "is asked too often (seconds)": { fault: { status: 429, retryAfter: 0 } },
  "is asked too often (date)": { fault: { status: 429, retryAfter: new Date(Date.now() - 1_000) } },
  "asks to wait longer than is waited": {
    fault: { status: 429, retryAfter: 60, times: Infinity },
    says: /429 .*limits the rate of calls/,
  },
  "fails before": { fault: { status: 500 } },
  "fails after": { fault: { status: 503, afterCommit: true } },
  "is reset before": { fault: { reset: true } },
  "is reset after": { fault: { reset: true, afterCommit: true } },
  "is never answered, not done": { fault: { latency: 2 * REQUEST_TIMEOUT, reset: true } },
  "is never answered, done": { fault: { latency: 2 * REQUEST_TIMEOUT, afterCommit: true } },
  "fails three times": { fault: { status: 502, times: 3 } },
  "is reset three times after": { fault: { reset: true, afterCommit: true, times: 3 } },
  "is answered by a proxy instead": {
    fault: { body: "<html>log in</html>", times: Infinity },
    says: /not JSON|not the JSON|The response is not from/,
  },
  "fails for good": { fault: { status: 503, times: Infinity }, says: /503 .*Tried \d+ times in [\d.]+ s/ },
  "is reset for good": { fault: { reset: true, times: Infinity }, says: /Tried \d+ times/ },
  "is refused 400": { fault: { status: 400, times: Infinity }, says: /400 / },
  "is refused 401": { fault: { status: 401, times: Infinity }, says: /401 |BXNIM/ },
  "is refused 403": { fault: { status: 403, times: Infinity }, says: /403 / },
  "is refused 415": { fault: { status: 415, times: Infinity }, says: /415 / },
  "is over the quota": { fault: { status: 422 }, says: /422 .*limit/, onlyFor: /createV2Policy/ },
  "is stale 412": { fault: { status: 412 }, onlyFor: /replaceV2Policy/ },
  "is stale 409": { fault: { status: 409, code: "unable_to_process" }, onlyFor: /replaceV2Policy/ },
  "is stale for good": {
    fault: { status: 412, times: Infinity },
    says: /412 .*was changed concurrently/,
    onlyFor: /replaceV2Policy/,
  },
  "is stale for good, told as a conflict": {
    fault: { status: 409, times: Infinity },
    says: /409 policy_conflict_error.*was changed concurrently/,
    onlyFor: /replaceV2Policy/,
  },
  "is not there yet": { fault: { status: 404, times: 3 }, onlyFor: /getV2Policy|deleteV2Policy/ },
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

const totals = { tried: 0, lost: 0, doubled: 0 };

/** The program's authorizations as IAM should hold them, by scope's end and roles: enough to tell them apart. */
function said(iam: IamEmulator): string[] {
  return iam
    .policies()
    .map(({ resource, control, description = "" }) =>
      [resource.attributes.at(-1)?.value, control.grant.roles.length, description].join(" "),
    );
}

function start(): { iam: IamEmulator; engine: MiniEngine; recovering: { now: boolean } } {
  const recovering = { now: false };
  const timeouts = { ...QUICK, requestTimeout: REQUEST_TIMEOUT, retryTimeout: 700 };
  const engine = miniEngine(() =>
    configured(
      { "ibmcloud:apiKey": iam.apiKey, "ibmcloud:iamEndpoint": iam.url },
      recovering.now ? { IBMCLOUD_ADOPT_OWN: "true" } : {},
      timeouts,
    ),
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
      `faults (operation x call x fault): ${ranOf(totals.tried, ROWS.length)}; ` +
        `lost ${totals.lost}, doubled ${totals.doubled}`,
    );
  });

  for (const { operation, call, title } of CHOSEN) {
    const { before, after } = OPERATIONS[operation] ?? { before: {} };
    const { fault, says } = FAULTS[title] ?? { fault: {} };
    it(`at ${operation}: ${call} ${title}`, async () => {
      iam.reset();
      const { engine, recovering } = start();
      expect(await engine.up(before)).to.deep.equal({ errors: [] });
      // Somebody created by hand what is to be adopted.
      if (operation === "adopt")
        await start().engine.up({ theirs: { ...bucketInputs(), roles: ["Writer"] } });

      const run = () => (after === undefined ? engine.refresh() : engine.up(after));
      const lift = iam.inject({ operation: call, ...fault });
      const { errors } = await run();
      lift();
      totals.tried += 1;

      if (says) {
        expect(errors, "it says what happened").to.have.length(1);
        expect(errors[0])
          .to.match(says, errors[0])
          .and.match(/^Cannot (create the|read|update|delete) authorization/);
      } else expect(errors, "it is got over").to.deep.equal([]);
      expect(silentlyDifferent(iam, engine)).to.deep.equal([]);

      // Without the fault the next run puts everything right; whatever the outcome, nothing is out of sight.
      recovering.now = errors.some((error) => error.includes("IBMCLOUD_ADOPT_OWN"));
      if (errors.length > 0) expect(await run(), "the next run").to.deep.equal({ errors: [] });
      const { lost, doubled } = balanceOf(iam, engine);
      totals.lost += lost.length;
      totals.doubled += doubled.length;
      expect({ lost, doubled }).to.deep.equal({ lost: [], doubled: [] });
      const settled = said(iam);
      expect(settled).to.have.length(Object.keys(after ?? before).length);
      expect(await engine.up(after ?? before)).to.deep.equal({ errors: [] });
      expect(said(iam), "and then there is nothing left to do").to.deep.equal(settled);
      await engine.refresh();
      expect(await engine.destroy()).to.deep.equal({ errors: [] });
      expect(iam.policies()).to.deep.equal([]);
      expect(engine.resources.size).to.equal(0);
    });
  }
});
