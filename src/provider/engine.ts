import { connect, type ClientHttp2Session } from "node:http2";
import { Server } from "node:net";
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

/** How Pulumi's engine asks a provider to end what it is doing. */
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Notices that the user cancelled the run (Ctrl-C). Pulumi's host for dynamic providers answers that request and keeps it
 * from them, so this looks at what arrives at the host's own server. Where there is none to be found, nothing is noticed, and
 * every operation still ends with its deadline.
 *
 * @returns aborted when the run is cancelled
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

/** Servers that this process listens with. Node.js documents no way to ask for them, and the host hands none on. */
function listeningServers(): Server[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] };
  return (handles?.call(process) ?? []).filter((each) => each instanceof Server);
}
