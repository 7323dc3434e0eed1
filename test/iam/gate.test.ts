import { expect } from "chai";
import { startIamEmulator } from "../../src/emulator";
import { openIam } from "../../src/iam";
import { startGate } from "../../src/iam/gate";
import { closing } from "../support/opened";

describe("the gate", () => {
  it("lets calls through in order, and at once while none is refused", async () => {
    const gate = startGate();
    const order: number[] = [];
    await Promise.all([1, 2, 3].map(async (each) => gate.pass().then(() => order.push(each))));
    expect(order).to.deep.equal([1, 2, 3]);
  });

  /** A clock on which only sleeping takes time. */
  function fakeClock() {
    let time = 1_000;
    const advance = (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    };
    return { now: () => time, sleep: advance };
  }
  const timesOf = async (gate: ReturnType<typeof startGate>, calls: number) =>
    (await Promise.all(Array.from({ length: calls }, () => gate.pass()))).map(({ at }) => at);

  it("lets nobody through while IAM asks to wait, whoever was refused", async () => {
    const gate = startGate(undefined, fakeClock());
    await gate.pass();
    const refused = await gate.pass();
    gate.shut(refused, 40_000);
    expect(Math.min(...(await timesOf(gate, 2)))).to.equal(41_000);
  });

  it("then lets through no more than were taken before, and after a while as many as come", async () => {
    const clock = fakeClock();
    const gate = startGate(10_000, clock);
    // Fifty within a second were taken, and the next one was refused: one every 20 ms or a little more.
    const passages = await Promise.all(Array.from({ length: 51 }, () => gate.pass()));
    const refused = passages.at(-1);
    if (refused) gate.shut(refused, 10);
    expect(await timesOf(gate, 3)).to.deep.equal([1_021, 1_042, 1_063]);
    await clock.sleep(10_000);
    expect(new Set(await timesOf(gate, 20)).size).to.equal(1);
  });

  it("holds up all calls of the same credentials: IAM refuses few", async () => {
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
    expect(statuses.filter((status) => status === 429).length).to.be.within(1, 12);
  });
});
