import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Policy } from "../../src/emulator";
import { DEFAULT_TIMEOUTS } from "../../src/iam/config";
import { watchEngine } from "../../src/provider/engine-liveness";
import type { Inputs } from "../../src/provider/types";
import type { State } from "../../src/provider/types";
import { authorizationProvider } from "../../src/provider/provider";
import { edit, sdk } from "../support/iam-edits";
import { bucketInputs } from "../support/inputs";
import { closing } from "../support/opened";
import { failure, QUICK, startRig, type Rig } from "../support/provider";

/** The calls of one operation, by IAM's operation. */
function count(rig: Rig, operation: string): number {
  return rig.iam.calls().filter((call) => call.operation === operation).length;
}

/** Time enough for what is told apart by the number of calls. */
const PATIENT = { ...QUICK, retryTimeout: 10_000, propagation: 10_000 };

describe("an IAM that is only eventually consistent", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("does not show a new policy yet: read, update and delete ask again", async () => {
    for (const operation of ["read", "update", "delete"] as const) {
      rig.iam.reset();
      rig.iam.behave({ visibleAfter: Infinity });
      const { id, state } = await rig.make(bucketInputs(), rig.next());
      rig.iam.inject({
        operation: "getV2Policy",
        nth: 3,
        meanwhile: () => rig.iam.behave({ visibleAfter: 0 }),
      });
      const run = rig.next({}, PATIENT);
      const wanted = await rig.checked({ ...bucketInputs(), roles: ["Reader"] }, run);
      if (operation === "read") expect((await run.read(id, state)).id).to.equal(id);
      if (operation === "update") await run.update(id, state, wanted);
      if (operation === "delete") await run.delete(id, state);
      expect(count(rig, "getV2Policy")).to.be.at.least(3);
      expect(rig.iam.policies().map(({ control }) => control.grant.roles.length)).to.deep.equal(
        { read: [2], update: [1], delete: [] }[operation],
      );
    }
  });

  it("still shows an older version: read asks again, so that an update is no drift", async () => {
    const { id, state } = await rig.make(bucketInputs());
    rig.iam.behave({ staleFor: Infinity });
    // Times have milliseconds: the two versions must differ by one.
    await sleep(5);
    const run = rig.next();
    const { outs } = await run.update(
      id,
      state,
      await rig.checked({ ...bucketInputs(), roles: ["Reader"] }, run),
    );
    rig.iam.inject({ operation: "getV2Policy", nth: 3, meanwhile: () => rig.iam.behave({ staleFor: 0 }) });
    const read = await rig.next({}, PATIENT).read(id, outs ?? state);
    expect(read.props).to.deep.equal(outs);
  });

  it("answers for an old policy once", async () => {
    const { id, state } = await rig.make(bucketInputs());
    const old = {
      ...state,
      createdAt: "2020-01-01T00:00:00.000Z",
      lastModifiedAt: "2020-01-01T00:00:00.000Z",
    };
    rig.iam.behave({ deletedIs: "hidden" });
    await sdk(rig.iam).deleteV2Policy({ id });
    expect(await rig.next().read(id, old)).to.deep.equal({});
    expect(count(rig, "getV2Policy")).to.equal(1);
  });

  it("deletes what was deleted already, shown or hidden", async () => {
    for (const deletedIs of ["shown", "hidden"] as const) {
      rig.iam.behave({ deletedIs });
      const { id, state } = await rig.make(bucketInputs(), rig.next());
      await rig.next().delete(id, state);
      await rig.next().delete(id, state);
      expect(rig.iam.policies()).to.deep.equal([]);
    }
  });
});

describe("an answer that is not IAM's", () => {
  const GATEWAY = { status: 404, body: "<html>An 404 error occurred in iam-gateway.</html>" };
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });

  it("never counts as gone", async () => {
    const { id, state } = await rig.make(bucketInputs());
    rig.iam.inject({ operation: "*", when: ({ path }) => path.includes(id), times: Infinity, ...GATEWAY });
    const wanted = await rig.checked({ ...bucketInputs(), roles: ["Reader"] }, rig.next());
    for (const work of [
      () => rig.next().read(id, state),
      () => rig.next().update(id, state, wanted),
      () => rig.next().delete(id, state),
      () => rig.next().read(id, {}),
    ]) {
      expect((await failure(work())).message).to.include("The response is not from IAM");
    }
    expect(rig.iam.policies()).to.have.length(1);
  });

  it("never counts as deleted", async () => {
    const { id, state } = await rig.make(bucketInputs());
    rig.iam.inject({ operation: "deleteV2Policy", body: "<html>log in</html>", times: Infinity });
    // The first answer may have hidden a deletion; IAM says that it holds the policy.
    expect(await failure(rig.next().delete(id, state))).to.have.property("code", "outcome-unknown");
    expect(rig.iam.policies()).to.have.length(1);
  });
});

describe("an IAM that tells no ETag", () => {
  it("is updated all the same", async () => {
    const rig = await startRig();
    rig.iam.behave({ etagHeader: false });
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    await run.update(id, state, await rig.checked({ ...bucketInputs(), description: "why" }, run));
    expect(rig.iam.policies()[0]?.description).to.equal("why");
  });

  it("is not written over where somebody changes the scope after it was read", async () => {
    const rig = await startRig();
    rig.iam.behave({ etagHeader: false });
    const { id, state } = await rig.make(bucketInputs());
    const [{ type, subject, resource, control }] = rig.iam.policies() as [Policy];
    const narrower = [...resource.attributes, { key: "region", operator: "stringEquals", value: "eu-de" }];
    rig.iam.inject({
      operation: "getPolicy",
      meanwhile: async () => {
        // Times have milliseconds: the two versions must differ by one.
        await sleep(5);
        const edited = { type, subject, resource: { attributes: narrower }, control };
        await sdk(rig.iam).replaceV2Policy({ id, ifMatch: "*", ...edited });
      },
    });
    const run = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), description: "why" }, run);
    const { message } = await failure(run.update(id, state, wanted));
    expect(message).to.include("its scope in IAM is not the declared one");
    expect(rig.iam.policies()[0]?.resource.attributes).to.deep.equal(narrower);
  });
});

describe("a clock that is ahead of IAM's by less than the dates of answers tell", () => {
  const { now } = Date;
  afterEach(() => {
    Date.now = now;
  });

  it("does not keep a create whose answer was lost from finding its own authorization", async () => {
    const rig = await startRig();
    const run = rig.next({}, { ...QUICK, clockTolerance: DEFAULT_TIMEOUTS.clockTolerance });
    const wanted = await rig.checked(bucketInputs(), run);
    rig.iam.inject({ operation: "createV2Policy", reset: true, afterCommit: true });
    // Answers are dated to the second: at the beginning of one a date says as much as a time.
    await sleep(1_010 - (now() % 1_000));
    Date.now = () => now() + 1_700;
    const { id } = await run.create(wanted);
    expect(rig.iam.policies().map((each) => each.id)).to.deep.equal([id]);
  });
});

describe("settle", () => {
  it("waits after making and before removing, and is kept in state", async () => {
    const rig = await startRig();
    const settle = { afterCreate: 0.02, beforeDelete: 0.02 };
    const { id, state } = await rig.make({ ...bucketInputs(), settle });
    expect(state.settle).to.deep.equal(settle);
    const read = await rig.next().read(id, state);
    expect(read.inputs).to.deep.include({ settle });
    await rig.next().delete(id, state);
    expect(rig.iam.policies()).to.deep.equal([]);
  });

  it("and adopt change in state alone, without a call", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make(bucketInputs());
    const run = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), settle: { beforeDelete: 1 }, adopt: id }, run);
    expect(await run.diff(id, state, wanted)).to.deep.include({ changes: true, replaces: [] });
    const before = rig.iam.calls().length;
    const { outs } = await run.update(id, state, wanted);
    expect(rig.iam.calls()).to.have.length(before);
    expect(outs).to.deep.equal({ ...state, settle: { beforeDelete: 1 }, adopt: id });
    const { outs: back } = await run.update(id, outs ?? state, await rig.checked(bucketInputs(), run));
    expect(back).to.deep.equal(state);
  });
});

describe("a half-made authorization", () => {
  it("is kept with its id, its text and what failed, and can be completed", async () => {
    const rig = await startRig();
    const { id } = await rig.make({ ...bucketInputs(), roles: ["Writer"] });
    const run = rig.next();
    const wanted = await rig.checked({ ...bucketInputs(), adopt: true }, run);
    rig.iam.inject({ operation: "replaceV2Policy", status: 403 });
    const inputs = { ...wanted, __provider: "text" } as Inputs;
    const error = (await failure(run.create(inputs))) as Error & {
      id?: string;
      properties?: object;
      reasons?: string[];
    };
    expect(error.id).to.equal(id);
    expect(error.reasons).to.deep.equal([error.message]);
    expect(error.message).to.include("403");
    expect(error.properties).to.deep.include({ __provider: "text", roles: ["Writer"], adopt: true });
    const next = rig.next();
    const state = error.properties as State;
    await next.update(id, state, await rig.checked({ ...bucketInputs(), adopt: true }, next));
    expect(rig.iam.policies()[0]?.control.grant.roles).to.have.length(2);
  });
});

/** An engine as far as a connection goes: takes it, and says nothing. */
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

describe("an engine that has ended", () => {
  it("is told by its address", async () => {
    const engine = await startEngine();
    const isGone = watchEngine(`127.0.0.1:${engine.port}`);
    expect(await isGone()).to.equal(false);
    await engine.close();
    expect(await isGone()).to.equal(true);
    expect(await watchEngine(`127.0.0.1:${engine.port}`)()).to.equal(true);
    for (const none of [undefined, "", "test/**/*.test.ts"])
      expect(await watchEngine(none)()).to.equal(false);
  });

  it("is told in the very turn in which it was killed", async () => {
    const code = `const server = require("net").createServer((socket) => socket.on("error", () => 0).resume());
      server.listen(0, "127.0.0.1", () => process.send(server.address().port))`;
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    closing({ close: () => Promise.resolve(void child.kill("SIGKILL")) });
    const [port] = (await once(child, "message")) as [number];
    const isGone = watchEngine(`127.0.0.1:${port}`);
    expect(await isGone()).to.equal(false);
    // While this waits, nothing that ended is seen here.
    execFileSync(process.execPath, [
      "-e",
      `process.kill(${child.pid ?? 0}, "SIGKILL");
      // It takes its time to die where others have the processor.
      const untilRefused = () => require("net").connect(${port}, "127.0.0.1").once("connect", untilRefused)
        .on("error", ({ code }) => code !== "ECONNREFUSED" && untilRefused());
      untilRefused();`,
    ]);
    expect(await isGone()).to.equal(true);
  });

  it("is watched over one connection by all who ask, and over another one where that ended", async () => {
    const engine = await startEngine();
    const isGone = watchEngine(`127.0.0.1:${engine.port}`);
    const askAtOnce = () => Promise.all([isGone(), isGone(), isGone()]);
    expect(await askAtOnce()).to.deep.equal([false, false, false]);
    expect(await isGone()).to.equal(false);
    // Time enough for more of them to be seen.
    await sleep(50);
    expect(engine.sockets).to.have.length(1);
    for (const socket of engine.sockets) socket.destroy();
    expect(await askAtOnce()).to.deep.equal([false, false, false]);
    await sleep(50);
    expect(engine.sockets).to.have.length(2);
  });

  it("is not kept from its end by who watches it", async () => {
    const engine = createHttp2Server().listen(0, "127.0.0.1");
    await once(engine, "listening");
    const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
    const opened = once(engine, "session");
    const isGone = watchEngine(address);
    expect(await isGone()).to.equal(false);
    const [session] = (await opened) as [ServerHttp2Session];
    // Takes nobody on, tells those who are there, and ends once they left.
    const closed = once(engine, "close");
    engine.close();
    session.close();
    await closed;
    expect(await isGone()).to.equal(true);
  });

  it("has nothing made or removed for it any more", async () => {
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

describe("drift by a role of the same name", () => {
  it("is seen: a name that two roles of a policy share names neither", async () => {
    const rig = await startRig();
    const { id, state } = await rig.make({ ...bucketInputs(), roles: ["Reader"] });
    await edit(rig.iam, id, (policy) => {
      policy.control.grant.roles.push({ role_id: "crn:v1:bluemix:public:iam::::serviceRole:Writer" });
    });
    rig.iam.inject({
      operation: "getV2Policy",
      body: JSON.stringify({
        ...rig.iam.policies()[0],
        control: {
          grant: {
            roles: rig.iam
              .policies()[0]
              ?.control.grant.roles.map((role) => ({ ...role, display_name: "reader" })),
          },
        },
      }),
    });
    const read = await rig.next().read(id, state);
    expect((read.props as typeof state).roles).to.have.length(2);
  });
});
