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
