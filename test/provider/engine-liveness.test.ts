import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { watchEngine } from "../../src/provider/engine-liveness";
import { authorizationProvider } from "../../src/provider/provider";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { failure, QUICK, startRig } from "../support/provider";

/** Starts a server that accepts connections and sends nothing, like an engine. */
async function startEngine() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets: Socket[] = [];
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined).resume();
  });
  const engine = {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: async () => {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
  return closing(engine);
}

describe("watchEngine", () => {
  it("returns true once the engine has ended", async () => {
    const engine = await startEngine();
    const isGone = watchEngine(`127.0.0.1:${engine.port}`);
    expect(await isGone()).to.equal(false);
    await engine.close();
    expect(await isGone()).to.equal(true);
    expect(await watchEngine(`127.0.0.1:${engine.port}`)()).to.equal(true);
    for (const unset of [undefined, "", "test/**/*.test.ts"])
      expect(await watchEngine(unset)()).to.equal(false);
  });

  it("returns true in the same event-loop turn in which the engine was killed", async () => {
    const code = `const server = require("net").createServer((socket) => socket.on("error", () => 0).resume());
      server.listen(0, "127.0.0.1", () => process.send(server.address().port))`;
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    closing({ close: () => Promise.resolve(void child.kill("SIGKILL")) });
    const [port] = (await once(child, "message")) as [number];
    const isGone = watchEngine(`127.0.0.1:${port}`);
    expect(await isGone()).to.equal(false);
    // While this call blocks the event loop, this process sees no closed connection.
    execFileSync(process.execPath, [
      "-e",
      `process.kill(${child.pid ?? 0}, "SIGKILL");
      // The process may take some time to end on a busy machine.
      const untilRefused = () => require("net").connect(${port}, "127.0.0.1").once("connect", untilRefused)
        .on("error", ({ code }) => code !== "ECONNREFUSED" && untilRefused());
      untilRefused();`,
    ]);
    expect(await isGone()).to.equal(true);
  });

  it("uses one connection for all calls, and a new one after the first has closed", async () => {
    const engine = await startEngine();
    const isGone = watchEngine(`127.0.0.1:${engine.port}`);
    const askInParallel = () => Promise.all([isGone(), isGone(), isGone()]);
    expect(await askInParallel()).to.deep.equal([false, false, false]);
    expect(await isGone()).to.equal(false);
    // Leaves time for further connections to appear.
    await sleep(50);
    expect(engine.sockets).to.have.length(1);
    for (const socket of engine.sockets) socket.destroy();
    expect(await askInParallel()).to.deep.equal([false, false, false]);
    await sleep(50);
    expect(engine.sockets).to.have.length(2);
  });

  it("returns true if the engine's end resets the connection", async () => {
    const engine = await startEngine();
    const isGone = watchEngine(`127.0.0.1:${engine.port}`);
    for (const time of ["opens", "reuses"]) expect(await isGone(), time).to.equal(false);
    for (const socket of engine.sockets) socket.resetAndDestroy();
    await engine.close();
    // The reset arrives in a later turn of the event loop.
    await sleep(10);
    expect(await isGone()).to.equal(true);
  });

  it("does not prevent an engine from shutting down", async () => {
    const engine = createHttp2Server().listen(0, "127.0.0.1");
    await once(engine, "listening");
    const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
    const opened = once(engine, "session");
    const isGone = watchEngine(address);
    expect(await isGone()).to.equal(false);
    const [session] = (await opened) as [ServerHttp2Session];
    // The server accepts no new sessions, and closes once all sessions have ended.
    const closed = once(engine, "close");
    engine.close();
    session.close();
    await closed;
    expect(await isGone()).to.equal(true);
  });

  it("makes create, update and delete fail once the engine has ended", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    const config = { "ibmcloud:apiKey": rig.iam.apiKey, "ibmcloud:iamEndpoint": rig.iam.url };
    const provider = authorizationProvider({
      env: {},
      timeouts: QUICK,
      isEngineGone: () => Promise.resolve(true),
    });
    const get = (key: string) => (config as Record<string, string>)[key];
    void provider.configure({ config: { get, require: (key) => get(key) ?? "" } });
    const other = { ...bucketInputs(), roles: ["Reader"] };
    const wanted = await rig.checked(other, rig.next());
    for (const work of [
      () => provider.create(wanted),
      () => provider.update(id, state, wanted),
      () => provider.delete(id, state),
    ]) {
      expect((await failure(work())).message).to.include("Pulumi has ended");
    }
    expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal([2]);
  });
});
