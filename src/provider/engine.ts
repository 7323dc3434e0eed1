import { connect, type ClientHttp2Session } from "node:http2";
import { setImmediate as turn } from "node:timers/promises";

/**
 * Watches Pulumi's engine, from the first time on that it is asked for. The host is told the engine's address as its
 * first argument, and outlives an engine that is killed.
 *
 * One connection is kept for all who ask: a new one each time would cost the host and the engine as much as a call. It
 * speaks HTTP/2, as gRPC does, so that the engine can end it in its usual way.
 *
 * @param address `host:port`; without one the engine is taken to be there
 * @returns whether the engine has ended by then
 */
export function startWatch(address: string | undefined): () => Promise<boolean> {
  const isAddress = /^.+:\d+$/.test(address ?? "");
  let line: ClientHttp2Session | undefined;
  let opening: Promise<ClientHttp2Session | undefined> | undefined;
  return async () => {
    if (!isAddress) return false;
    // The first turn may be past the point where it sees which connections ended.
    await turn();
    await turn();
    if (line && !line.closed && !line.socket.destroyed) return false;
    line = await (opening ??= open(`http://${address}`).finally(() => {
      opening = undefined;
    }));
    return line === undefined;
  };
}

/** @returns a connection that keeps no process alive; `undefined` where nobody takes it */
async function open(url: string): Promise<ClientHttp2Session | undefined> {
  const session = connect(url);
  return new Promise((resolve) => {
    session.once("connect", () => {
      session.unref();
      resolve(session);
    });
    session.on("error", () => {
      resolve(undefined);
    });
  });
}

/**
 * Ends this process at the first thing that it prints and nobody reads. What fails in a host whose engine was killed is
 * printed, cannot be, and that is printed in turn: it would never end, nor rest.
 */
export function endUnheard(): void {
  for (const stream of [process.stdout, process.stderr]) stream.once("error", () => process.exit(1));
}
