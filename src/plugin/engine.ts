import { AsyncLocalStorage } from "node:async_hooks";
import { credentials, engine } from "./wire";

/** Prints a message in the output of a run, beside a resource. */
export type Log = (message: string, urn: string) => void;

/**
 * Returns the log of the engine.
 *
 * @param address the engine's `host:port`, which is the plugin's first argument. Without it, messages go to standard error
 */
export function engineLog(address: string | undefined): Log {
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

/** The messages of one run. */
export interface Notes {
  /** The log for the core, which knows no URNs. */
  log: (message: string) => void;
  /** Runs a call of a resource, so that its messages appear beside the resource. */
  of: <Result>(urn: string, work: () => Promise<Result>) => Promise<Result>;
  /** Runs the check of a new resource, and holds its messages back until `release`. */
  ofNew: <Result>(urn: string, work: () => Promise<Result>) => Promise<Result>;
  /** Prints the messages that were held back. */
  release: (urn: string) => void;
}

/**
 * Creates the messages of one run. A check can't tell a preview from an update, but the create that follows the check of a new
 * resource can: so each message of a new resource appears once in a `pulumi up`.
 */
export function createNotes(log: Log): Notes {
  const current = new AsyncLocalStorage<{ urn: string; held?: string[] }>();
  const heldBack = new Map<string, string[]>();
  return {
    log: (message) => {
      const { urn = "", held } = current.getStore() ?? {};
      if (held) held.push(message);
      else log(message, urn);
    },
    of: (urn, work) => current.run({ urn }, work),
    ofNew: (urn, work) => {
      const held: string[] = [];
      heldBack.set(urn, held);
      return current.run({ urn, held }, work);
    },
    release: (urn) => {
      for (const message of heldBack.get(urn) ?? []) log(message, urn);
      heldBack.delete(urn);
    },
  };
}
