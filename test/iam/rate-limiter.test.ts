import { expect } from "chai";
import { startIamEmulator } from "../../src/emulator";
import { openIam } from "../../src/iam";
import type { Deadline } from "../../src/iam/deadline";
import { createRateLimiter } from "../../src/iam/retry";
import { closing } from "../support/opened";

/** A clock that advances from one sleeper to the next, without waiting. */
function virtualClock() {
  let time = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const deadline: Deadline = {
    left: () => Infinity,
    isCancelled: () => false,
    isOver: () => false,
    within: (work) => work,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: time + milliseconds, wake });
      }),
  };
  async function run(work: Promise<unknown>): Promise<void> {
    const progress = { isDone: false };
    void work.then(() => (progress.isDone = true));
    for (;;) {
      // Callbacks of settled promises run before the clock advances.
      await new Promise(setImmediate);
      if (progress.isDone) return;
      sleepers.sort((one, other) => one.at - other.at);
      const next = sleepers.shift();
      if (!next) throw new Error("all calls wait forever");
      time = next.at;
      next.wake();
    }
  }
  return { now: () => time, deadline, run };
}

describe("createRateLimiter", () => {
  it("sends calls at once while IAM refuses none", async () => {
    const clock = virtualClock();
    const limiter = createRateLimiter(clock.now);
    await clock.run(Promise.all(Array.from({ length: 50 }, () => limiter.ready(clock.deadline))));
    expect(clock.now()).to.equal(0);
  });

  it("holds back all calls for the Retry-After of one, and resumes them at different times", async () => {
    const clock = virtualClock();
    const limiter = createRateLimiter(clock.now);
    limiter.pause(40_000);
    limiter.pause(10_000);
    const resumed: number[] = [];
    const call = async () => {
      await limiter.ready(clock.deadline);
      resumed.push(clock.now());
    };
    await clock.run(Promise.all(Array.from({ length: 20 }, call)));
    expect(Math.min(...resumed)).to.be.at.least(40_000);
    expect(Math.max(...resumed)).to.be.at.most(50_000);
    expect(new Set(resumed).size).to.equal(20);
  });

  it("creates 200 policies at 10 calls a second in at most 1.5 times the ideal time", async () => {
    const clock = virtualClock();
    const limiter = createRateLimiter(clock.now);
    const [calls, perSecond] = [200, 10];
    let accepted: number[] = [];
    let refused = 0;
    const call = async () => {
      for (;;) {
        await limiter.ready(clock.deadline);
        accepted = accepted.filter((at) => clock.now() - at < 1_000);
        const isAccepted = accepted.length < perSecond;
        if (isAccepted) accepted.push(clock.now());
        // The response is on its way while others are sent.
        await clock.deadline.sleep(20);
        if (isAccepted) return;
        refused += 1;
        limiter.pause(1_000);
      }
    };
    await clock.run(Promise.all(Array.from({ length: calls }, call)));
    expect(clock.now()).to.be.within((calls / perSecond - 1) * 1_000, (calls / perSecond) * 1_500);
    // The first burst is refused as a whole; later ones only as far as they are in flight.
    expect(refused).to.be.lessThan(2 * calls);
  });

  it("ends a wait with its deadline", async () => {
    const clock = virtualClock();
    const limiter = createRateLimiter(clock.now);
    limiter.pause(1_000);
    await limiter.ready({ ...clock.deadline, isOver: () => true });
    expect(clock.now()).to.equal(0);
  });

  it("is shared by all calls with the same credentials", async () => {
    const emulator = closing(await startIamEmulator({ callsPerSecond: 20 }));
    const config: Record<string, string> = {
      "ibmcloud:apiKey": emulator.apiKey,
      "ibmcloud:iamEndpoint": emulator.url,
    };
    const iam = openIam({ config: (key) => config[key], env: {} });
    const queue = Array.from({ length: 45 }, (_, at) => at).values();
    const worker = async () => {
      for (const at of queue)
        await iam.offeredRoles({ source: "event-notifications", target: `service-${at}` });
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const statuses = emulator.calls().map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).to.have.length(46);
    expect(statuses.filter((status) => status === 429).length).to.be.within(1, 30);
  });
});
