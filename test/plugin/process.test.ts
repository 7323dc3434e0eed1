import { expect } from "chai";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type * as messages from "@pulumi/pulumi/proto/provider_pb";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { asSecret, Empty, fromStruct, provider, toStruct } from "../../src/plugin/wire";
import { bucketArgs } from "../support/inputs";
import { closing } from "../support/opened";
import { PLUGIN, startPlugin, type PluginProcess } from "../support/plugin-process";
import { failure } from "../support/provider";

const URN = "urn:pulumi:dev::p::ibm-en-authorization:index:EnAuthorization::one";

describe("the plugin's process", function () {
  this.timeout(60_000);
  let iam: IamEmulator;
  let plugin: PluginProcess;

  async function start(config: object, env: NodeJS.ProcessEnv = {}, args: string[] = []): Promise<void> {
    iam = closing(await startIamEmulator());
    const own = {
      PATH: process.env["PATH"],
      IBMCLOUD_IAM_API_ENDPOINT: iam.url,
      IBMCLOUD_TRACE: "true",
      ...env,
    };
    plugin = closing(await startPlugin([...PLUGIN, ...args], own));
    await plugin.configure(config);
  }
  const check = (news: object) =>
    plugin.call<messages.CheckResponse>(
      "check",
      new provider.CheckRequest().setUrn(URN).setOlds(toStruct({})).setNews(toStruct(news)),
    );
  const create = (inputs: object) =>
    plugin.call<messages.CreateResponse>(
      "create",
      new provider.CreateRequest().setUrn(URN).setProperties(toStruct(inputs)),
    );

  it("returns its schema and version", async () => {
    await start({});
    const schema = await plugin.call<messages.GetSchemaResponse>(
      "getSchema",
      new provider.GetSchemaRequest(),
    );
    expect(JSON.parse(schema.getSchema())).to.deep.include({ name: "ibm-en-authorization" });
  });

  it("prints and returns no credential, from the configuration or the environment", async () => {
    const keys = ["refused-key-of-the-configuration", "refused-key-of-the-environment"];
    for (const [at, key] of keys.entries()) {
      await start(at === 0 ? { apiKey: asSecret(key) } : {}, at === 0 ? {} : { IC_API_KEY: key });
      const failures = (await check(bucketArgs())).getFailuresList().map((each) => each.getReason());
      expect(failures.join()).to.include("BXNIM0415E");
      const { message } = await failure(create(bucketArgs()));
      expect(message).to.include("BXNIM0415E");
      for (const text of [failures.join(), message, plugin.printed()]) expect(text).not.to.include(key);
      expect(plugin.printed(), "the trace").to.match(/POST .*identity\/token/);
    }
  });

  it("keeps credentials secret in the engine's configuration", async () => {
    await start({});
    const news = toStruct({
      apiKey: "plain",
      credentials: { PARTNER: { apikey: "plain" } },
      accountId: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0",
    });
    const response = await plugin.call<messages.CheckResponse>(
      "checkConfig",
      new provider.CheckRequest().setNews(news),
    );
    expect(response.getFailuresList()).to.deep.equal([]);
    expect(fromStruct(response.getInputs())).to.deep.equal({
      apiKey: asSecret("plain"),
      credentials: asSecret({ PARTNER: { apikey: "plain" } }),
      accountId: "e0a1d0c0ffee4e0a1d0c0ffee4e0a1d0",
    });
  });

  it("ends all waits when the engine cancels it, and writes nothing afterwards", async () => {
    await start({}, { IC_API_KEY: "emulator-api-key" });
    const { getInputs } = await check(bucketArgs()).then((response) => ({
      getInputs: () => fromStruct(response.getInputs()),
    }));
    iam.inject({ operation: "createV2Policy", status: 503, times: Infinity });
    const creating = failure(create(getInputs()));
    const arrived = () => iam.calls().filter(({ operation }) => operation === "createV2Policy").length;
    while (arrived() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await plugin.call("cancel", new Empty());
    // Without the cancel, it would retry for five minutes.
    expect((await creating).message).to.include("[outcome-unknown]");
    const before = arrived();
    await plugin.call("cancel", new Empty());
    expect(arrived()).to.equal(before);
    expect(iam.policies()).to.deep.equal([]);
  });

  it("ends after its engine was killed, and doesn't finish the wait of settle", async () => {
    const engine = createServer().listen(0, "127.0.0.1");
    const sockets: Socket[] = [];
    engine.on("connection", (socket) => sockets.push(socket.on("error", () => undefined).resume()));
    await once(engine, "listening");
    const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
    await start({}, { IC_API_KEY: "emulator-api-key" }, ["--logtostderr", address]);
    const inputs = fromStruct((await check({ ...bucketArgs(), settle: { afterCreate: 3600 } })).getInputs());
    const creating = create(inputs);
    while (iam.policies().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    engine.close();
    for (const socket of sockets) socket.destroy();
    await plugin.ended;
    // The call that waited was answered first.
    expect((await creating).getId()).to.equal(iam.policies()[0]?.id);
  });
});
