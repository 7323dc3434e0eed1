import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb";
import type * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import { provider, toStruct } from "../../src/plugin/wire";
import { ROOT } from "./engine";

const load = createRequire(require.resolve("@pulumi/pulumi"));
const { credentials } = load("@grpc/grpc-js") as typeof grpc;
const { ResourceProviderClient } = load("./proto/provider_grpc_pb") as typeof services;

/** A plugin that runs in a process of its own, as Pulumi's engine starts it. */
export interface PluginProcess {
  /** Calls a method of Pulumi's provider protocol. */
  call: <Response>(method: string, request: unknown) => Promise<Response>;
  /** Sends the configuration, as the engine does before all other calls. */
  configure: (config: object) => Promise<messages.ConfigureResponse>;
  /** Resolves when the process has ended. */
  ended: Promise<unknown>;
  /** All output so far, of both streams. */
  printed: () => string;
  close: () => Promise<void>;
}

/** The built plugin. */
export const PLUGIN = [join(ROOT, "dist", "plugin", "index.js")];

/** Starts a plugin and connects to the port that it prints. */
export async function startPlugin(args: readonly string[], env: NodeJS.ProcessEnv): Promise<PluginProcess> {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  let printed = "";
  child.stderr.on("data", (data: Buffer) => (printed += data.toString()));
  const port = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      printed += data.toString();
      output += data.toString();
      const [line, ...rest] = output.split("\n");
      if (rest.length > 0) resolve(line ?? "");
    });
    child.once("exit", (code) => {
      reject(new Error(`the plugin ended with ${code ?? "a signal"}: ${printed}`));
    });
  });
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = <Response>(method: string, request: unknown): Promise<Response> =>
    new Promise((resolve, reject) => {
      type Call = (request: unknown, respond: (error: Error | null, response: Response) => void) => void;
      const methods = client as unknown as Record<string, Call>;
      methods[method]?.(request, (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
  return {
    call,
    configure: (config) => call("configure", new provider.ConfigureRequest().setArgs(toStruct(config))),
    ended: exited,
    printed: () => printed,
    close: () => {
      client.close();
      return ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL"))
    await once(child, "exit");
}
