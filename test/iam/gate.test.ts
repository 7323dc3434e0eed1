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

  it("lets nobody through while IAM asks to wait, whoever was refused", async () => {
    const gate = startGate();
    const refused = await gate.pass();
    const shutAt = performance.now();
    gate.shut(refused, 40);
    const passages = await Promise.all([gate.pass(), gate.pass()]);
    for (const { at } of passages) expect(at - shutAt).to.be.at.least(40);
  });

  it("then lets through no more than were taken before, and after a while as many as come", async () => {
    const gate = startGate(200);
    // Fifty within a second were taken: one every 20 ms or a little more.
    const passages = await Promise.all(Array.from({ length: 51 }, () => gate.pass()));
    const [refused] = passages.slice(-1);
    if (refused) gate.shut(refused, 10);
    const [one, two, three] = await Promise.all([gate.pass(), gate.pass(), gate.pass()]);
    expect(two.at - one.at).to.be.at.least(20);
    expect(three.at - two.at).to.be.at.least(20);
    await new Promise((resolve) => setTimeout(resolve, 250));
    const many = await Promise.all(Array.from({ length: 20 }, () => gate.pass()));
    expect((many.at(-1)?.at ?? 0) - (many[0]?.at ?? 0)).to.be.below(19 * 20);
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
