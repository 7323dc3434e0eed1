import { parseArgs } from "node:util";
import { watchEngine } from "../provider/engine-liveness";
import { credentials, engine } from "./wire";

/** Prints a message in the output of a run, beside a resource. */
type Log = (message: string, urn: string) => void;

/** The engine that started the plugin, or that is attached to it. */
export interface Engine {
  log: Log;
  /** Resolves to true if the engine has ended. */
  isGone: () => Promise<boolean>;
  /** Uses the engine at this address from now on: an engine can attach to a plugin that is already running. */
  attach: (address: string) => void;
}

/**
 * Returns the engine's `host:port` from the arguments of a plugin. With `--logflow` or `--tracing`, the engine puts options before
 * it.
 */
export function engineAddress(args: string[]): string | undefined {
  // Only these options take a separate value. Pulumi also passes options that don't.
  const options = { v: { type: "string", short: "v" }, tracing: { type: "string" } } as const;
  return parseArgs({ args, options, strict: false, allowPositionals: true }).positionals[0];
}

/** @param address without it, messages go to standard error until an engine is attached */
export function openEngine(address: string | undefined): Engine {
  let current = { log: engineLog(address), isGone: watchEngine(address) };
  return {
    log: (message, urn) => {
      current.log(message, urn);
    },
    isGone: () => current.isGone(),
    attach: (next) => {
      current = { log: engineLog(next), isGone: watchEngine(next) };
    },
  };
}

function engineLog(address: string | undefined): Log {
  if (address === undefined) {
    return (message) => {
      console.error(message);
    };
  }
  const client = new engine.EngineClient(address, credentials.createInsecure());
  return (message, urn) => {
    const request = new engine.LogRequest().setSeverity(engine.LogSeverity.INFO).setMessage(message);
    client.log(request.setUrn(urn), () => undefined);
  };
}
