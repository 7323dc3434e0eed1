import { connect } from "node:net";

/**
 * Whether Pulumi's engine has ended. The host is told the engine's address as its first argument, and outlives an engine
 * that is killed.
 *
 * @param address `host:port`; without one the engine is taken to be there
 */
export async function isEngineGone(address: string | undefined): Promise<boolean> {
  const [, host, port] = /^(.+):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined) return false;
  const socket = connect({ host, port: Number(port) });
  try {
    return await new Promise((resolve) => {
      socket.once("connect", () => {
        resolve(false);
      });
      socket.once("error", () => {
        resolve(true);
      });
    });
  } finally {
    socket.destroy();
  }
}

/** The same, asked of by many: who asks while it is looked at shares what is seen. */
export function startWatch(address: string | undefined): () => Promise<boolean> {
  let looking: Promise<boolean> | undefined;
  return () =>
    (looking ??= isEngineGone(address).finally(() => {
      looking = undefined;
    }));
}

/**
 * Ends this process at the first thing that it prints and nobody reads. What fails in a host whose engine was killed is
 * printed, cannot be, and that is printed in turn: it would never end, nor rest.
 */
export function endUnheard(): void {
  for (const stream of [process.stdout, process.stderr]) stream.once("error", () => process.exit(1));
}
