import { once } from "node:events";
import { connect as dial } from "node:net";
import { networkInterfaces } from "node:os";
import { expect } from "chai";
import { startIamEmulator } from "../../src/emulator";
import { connect, describeEmulator } from "../support/iam-target";
import { closing } from "../support/opened";
import { failure, inShort, refusal } from "./answers";
import { bucketBody } from "./bodies";

/** Opens a connection. @throws if the port is closed */
async function openSocket(host: string, port: number) {
  const socket = dial({ host, port });
  closing({ close: () => Promise.resolve(void socket.destroy()) });
  await once(socket, "connect");
  return socket;
}

function portOf({ url }: { url: string }): number {
  return Number(new URL(url).port);
}

describeEmulator("startIamEmulator", () => {
  it("listens on the loopback interface only", async () => {
    const target = closing(await startIamEmulator());
    expect(target.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4")
      .map(({ address }) => address);
    for (const host of [...outside, "::1"]) {
      expect(await failure(openSocket(host, portOf(target))), host).to.have.property("code");
    }
    await openSocket("127.0.0.1", portOf(target));
  });

  it("uses any free port, so that several emulators can run", async () => {
    const [one, other] = [closing(await startIamEmulator()), closing(await startIamEmulator())];
    expect(portOf(one)).not.to.equal(portOf(other));
    await connect(one).client.createV2Policy({ ...bucketBody(one.accountId) });
    expect([one.policies().length, other.policies().length]).to.deep.equal([1, 0]);
  });

  it("uses the given port, and fails while it is in use", async () => {
    const before = closing(await startIamEmulator());
    const port = portOf(before);
    expect(await failure(startIamEmulator({ port }))).to.include({ code: "EADDRINUSE" });
    await before.close();
    expect(closing(await startIamEmulator({ port })).url).to.equal(before.url);
  });

  it("has one account with one API key by default", async () => {
    const target = closing(await startIamEmulator());
    expect(target.accountId).to.match(/^[0-9a-f]{32}$/);
    await connect(target).client.createV2Policy({ ...bucketBody(target.accountId) });
    expect(target.policies()).to.have.length(1);
  });

  it("has an empty apiKey when its first account has no API key", async () => {
    const account = { id: "1".repeat(32), apiKeys: [], iamId: "iam-ServiceId-1" };
    const target = closing(await startIamEmulator({ accounts: [account] }));
    expect(target).to.include({ accountId: account.id, apiKey: "" });
  });
});

describeEmulator("policies()", () => {
  it("returns active policies, deleted policies or all", async () => {
    const target = closing(await startIamEmulator());
    const { client } = connect(target);
    const ids = [];
    for (const body of [bucketBody(target.accountId), bucketBody(target.accountId)]) {
      ids.push(String((await client.createV2Policy({ ...body })).result.id));
    }
    await client.deleteV2Policy({ id: String(ids[0]) });
    const found = (state?: "active" | "deleted" | "all") => target.policies({ state }).map(({ id }) => id);
    expect(found()).to.deep.equal([ids[1]]);
    expect(found("active")).to.deep.equal([ids[1]]);
    expect(found("deleted")).to.deep.equal([ids[0]]);
    expect(found("all")).to.deep.equal(ids);
    expect(target.policies()).to.deep.equal(target.policies({ state: "active" }));
  });

  it("returns copies", async () => {
    const target = closing(await startIamEmulator());
    await connect(target).client.createV2Policy({ ...bucketBody(target.accountId) });
    const before = target.policies();
    target.policies()[0]?.control.grant.roles.pop();
    expect(target.policies()).to.deep.equal(before);
    expect(before[0]?.control.grant.roles).to.have.length(1);
  });
});

describeEmulator("reset()", () => {
  it("removes policies and calls", async () => {
    const target = closing(await startIamEmulator());
    const { client } = connect(target);
    const body = bucketBody(target.accountId);
    const { result } = await client.createV2Policy({ ...body });
    target.reset();
    expect([target.policies({ state: "all" }), target.calls()]).to.deep.equal([[], []]);
    expect(inShort(await refusal(client.getV2Policy({ id: String(result.id) })))).to.equal(
      "404 policy_not_found",
    );
    const again = await client.createV2Policy({ ...body });
    expect(again.status).to.equal(201);
  });
});

describeEmulator("close()", () => {
  it("closes every connection", async () => {
    const target = closing(await startIamEmulator());
    const socket = await openSocket("127.0.0.1", portOf(target));
    // A request without a response keeps its connection from being idle.
    target.inject({ operation: "listRoles", latency: Infinity });
    socket.resume().write("GET /v2/roles HTTP/1.1\r\nHost: iam\r\n\r\n");
    await connect(target).client.listV2Policies({ accountId: target.accountId });
    const ended = once(socket, "close");
    await target.close();
    await ended;
    expect(await failure(openSocket("127.0.0.1", portOf(target)))).to.include({ code: "ECONNREFUSED" });
  });

  it("can be called twice", async () => {
    const target = closing(await startIamEmulator());
    await target.close();
    await target.close();
    expect(await failure(openSocket("127.0.0.1", portOf(target)))).to.include({ code: "ECONNREFUSED" });
  });
});
