#!/usr/bin/env node
import { createRequire } from "node:module";
import { exitOnBrokenPipe, watchEngine } from "../provider/engine-liveness";
import { engineLog } from "./engine";
import { pluginService } from "./server";
import { ResourceProviderService, Server, ServerCredentials } from "./wire";

const { version } = createRequire(__filename)("../../package.json") as { version: string };

/** The largest message, in bytes, as in Pulumi's own servers: a state may be large. */
const MAX_MESSAGE = 400 * 1024 * 1024;

const cancelled = new AbortController();
const server = new Server({
  "grpc.max_receive_message_length": MAX_MESSAGE,
  "grpc.max_send_message_length": MAX_MESSAGE,
});
server.addService(
  ResourceProviderService,
  pluginService({
    version,
    env: process.env,
    log: engineLog(process.argv[2]),
    isEngineGone: watchEngine(process.argv[2]),
    cancelled: cancelled.signal,
    cancel: () => {
      cancelled.abort();
    },
  }),
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port from the first line.
  console.log(port);
});

exitOnBrokenPipe();
