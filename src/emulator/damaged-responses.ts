import { setTimeout as pause } from "node:timers/promises";
import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";

/** Damage to the body of a response. Status and headers stay those of the real response. */
export type Damage =
  /** The full `Content-Length` and the first `after` bytes of the body; then the connection is reset. */
  | { kind: "cut"; after: number }
  /** A body that is declared as gzip and is not. */
  | { kind: "garbled" }
  /** One byte every `every` milliseconds, without end. */
  | { kind: "trickle"; every: number }
  /** Chunks without end, as fast as the client reads them. */
  | { kind: "endless" }
  /** A small gzip body that decompresses to `bytes` bytes. */
  | { kind: "bomb"; bytes: number };

/** Filler of endless bodies. White space after JSON keeps it well formed. */
const CHUNK = Buffer.alloc(64 * 1024, " ");

/** Sends a damaged response. An endless body is sent in the background until the connection closes. */
export async function sendDamaged(out: ServerResponse, response: Response, damage: Damage): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  for (const [name, value] of response.headers) out.setHeader(name, value);
  out.removeHeader("Content-Length");
  // A 204 has no body to damage.
  out.statusCode = response.status === 204 ? 200 : response.status;
  // The client is expected to disconnect in the middle of the body.
  out.on("error", () => undefined);
  switch (damage.kind) {
    case "cut":
      out.setHeader("Content-Length", Math.max(body.length, damage.after + 1));
      out.write(body.subarray(0, damage.after), () => out.socket?.resetAndDestroy());
      out.flushHeaders();
      return;
    case "garbled":
      out.setHeader("Content-Encoding", "gzip");
      out.end(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), body]));
      return;
    case "trickle":
      void trickle(out, body, damage.every);
      return;
    case "endless":
      pipeline(Readable.from(endless(body)), out, () => undefined);
      return;
    case "bomb":
      out.setHeader("Content-Encoding", "gzip");
      pipeline(Readable.from(blanks(damage.bytes)), createGzip(), out, () => undefined);
  }
}

async function trickle(out: ServerResponse, body: Buffer, every: number): Promise<void> {
  for (let at = 0; !out.destroyed && !out.socket?.destroyed; at += 1) {
    out.write(at < body.length ? body.subarray(at, at + 1) : " ");
    await pause(every, undefined, { ref: false });
  }
}

function* endless(body: Buffer): Generator<Buffer> {
  yield body;
  for (;;) yield CHUNK;
}

function* blanks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= CHUNK.length)
    yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
}
