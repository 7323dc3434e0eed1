import { connect, type ClientHttp2Session } from "node:http2";
import { Server } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

/**
 * Watches Pulumi's engine, because the host process (this one) keeps running after the engine is killed.
 *
 * One connection serves all checks: opening one for each would cost as much as a call. It speaks HTTP/2, as gRPC does, so
 * that the engine can close it in its usual way.
 *
 * @param address the engine's `host:port`, which is the host's first argument. Without it, the engine counts as alive.
 * @returns a function that resolves to true if the engine has ended
 */
export function watchEngine(address: string | undefined): () => Promise<boolean> {
  const isAddress = /^.+:\d+$/.test(address ?? "");
  let connection: ClientHttp2Session | undefined;
  let opening: Promise<ClientHttp2Session | undefined> | undefined;
  return async () => {
    if (!isAddress) return false;
    // Node.js may need two turns of the event loop to notice a closed connection.
    await turn();
    await turn();
    if (connection && isOpen(connection)) return false;
    connection = await (opening ??= open(`http://${address}`).finally(() => {
      opening = undefined;
    }));
    return connection === undefined;
  };
}

/** A session can stay open for a moment after its socket is destroyed, and a destroyed session has no socket. */
function isOpen(session: ClientHttp2Session): boolean {
  return !session.closed && !session.destroyed && !session.socket.destroyed;
}

/** Opens a connection that does not keep the process alive. Returns `undefined` if it is refused. */
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
 * Exits on the first broken pipe. After the engine is killed, logging an error raises another error, and the process would
 * spin forever.
 */
export function exitOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) stream.once("error", () => process.exit(1));
}

/** The request with which Pulumi's engine cancels a provider's work. */
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Watches for Ctrl-C. Pulumi's host answers the engine's request itself and does not pass it on to dynamic providers, so
 * this listens on the host's own server. If that is not found, operations still end with their deadlines.
 *
 * @returns a signal that is aborted when the user cancels the run
 */
export function watchCancel(): AbortSignal {
  const cancelled = new AbortController();
  for (const server of listeningServers()) {
    server.on("stream", (_stream: unknown, headers: unknown) => {
      const path = (headers as Partial<Record<string, unknown>> | undefined)?.[":path"];
      if (path === CANCEL) cancelled.abort();
    });
  }
  return cancelled.signal;
}

/** Returns the servers of this process. Node.js has no documented way to list them, and the host does not expose its own. */
function listeningServers(): Server[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] };
  return (handles?.call(process) ?? []).filter((each) => each instanceof Server);
}
