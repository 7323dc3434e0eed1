#!/usr/bin/env node
import { createRequire } from "node:module";
import { exitOnBrokenPipe } from "../provider/engine-liveness";
import { engineAddress, openEngine } from "./engine";
import { pluginService } from "./server";
import { ResourceProviderService, Server, ServerCredentials } from "./wire";

const { version } = createRequire(__filename)("../../package.json") as { version: string };

/** The largest message, in bytes, as in Pulumi's own servers: a state may be large. */
const MAX_MESSAGE = 400 * 1024 * 1024;

/** The time between two checks that the engine still runs, in milliseconds. */
const WATCH_INTERVAL = 2_000;

const address = engineAddress(process.argv.slice(2));
const engine = openEngine(address);
const { methods, cancel } = pluginService({ version, env: process.env, engine, isEngineGone: engine.isGone });
const server = new Server({
  "grpc.max_receive_message_length": MAX_MESSAGE,
  "grpc.max_send_message_length": MAX_MESSAGE,
});
server.addService(ResourceProviderService, methods);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port from the first line.
  console.log(port);
});

exitOnBrokenPipe();
// An engine ends its plugins, but an engine that was killed can't. The plugin then exits by itself, which also ends all
// waits.
if (address !== undefined) setInterval(() => void endWithEngine(), WATCH_INTERVAL).unref();

async function endWithEngine(): Promise<void> {
  if (!(await engine.isGone())) return;
  cancel();
  server.tryShutdown(() => process.exit());
}
